"""Pure analyses of projects: plans, diffs, histories, impact, audits, drift."""

from paramcore.analysis.audit import Audit, Auditor
from paramcore.analysis.contradictions import Contradiction
from paramcore.analysis.diff import Diff, find_overwritten_params
from paramcore.analysis.drift import Drift
from paramcore.analysis.history import TWIN_SECONDS, History
from paramcore.analysis.impact import Effect, Impact, ImpactCounter
from paramcore.analysis.plan import Plan
from paramcore.analysis.slim import Block, Choice, Slimmer, SlimRequest, measure_flat

__all__ = [
    "TWIN_SECONDS",
    "Audit",
    "Auditor",
    "Block",
    "Choice",
    "Contradiction",
    "Diff",
    "Drift",
    "Effect",
    "History",
    "Impact",
    "ImpactCounter",
    "Plan",
    "SlimRequest",
    "Slimmer",
    "find_overwritten_params",
    "measure_flat",
]
