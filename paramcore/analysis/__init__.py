"""Pure analyses of projects, such as plans, diffs, histories and audits."""

from paramcore.analysis.audit import Audit, Auditor
from paramcore.analysis.contradictions import Contradiction
from paramcore.analysis.diff import Diff, find_overwritten_params
from paramcore.analysis.drift import Drift
from paramcore.analysis.history import TWIN_SECONDS, History
from paramcore.analysis.impact import Effect, Impact, ImpactCounter
from paramcore.analysis.plan import Plan

__all__ = [
    "TWIN_SECONDS",
    "Audit",
    "Auditor",
    "Contradiction",
    "Diff",
    "Drift",
    "Effect",
    "History",
    "Impact",
    "ImpactCounter",
    "Plan",
    "find_overwritten_params",
]
