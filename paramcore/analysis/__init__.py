"""Analyses of projects, such as plans, diffs, histories and audits."""

from paramcore.analysis.audit import Audit, Auditor
from paramcore.analysis.contradictions import Contradiction
from paramcore.analysis.diff import Diff, find_overwritten_params
from paramcore.analysis.drift import Drift
from paramcore.analysis.extraction import NEVER_MOVED, Extraction, Extractor, FlatTask, build_extraction
from paramcore.analysis.history import TWIN_SECONDS, History
from paramcore.analysis.impact import Effect, Impact, ImpactCounter
from paramcore.analysis.plan import Plan
from paramcore.analysis.slim import Slimmer, SlimRequest
from paramcore.analysis.slim_choice import Block, Choice, Chooser, RuleFinder, measure_flat

__all__ = [
    "NEVER_MOVED",
    "TWIN_SECONDS",
    "Audit",
    "Auditor",
    "Block",
    "Choice",
    "Chooser",
    "Contradiction",
    "Diff",
    "Drift",
    "Effect",
    "Extraction",
    "Extractor",
    "FlatTask",
    "History",
    "Impact",
    "ImpactCounter",
    "Plan",
    "RuleFinder",
    "SlimRequest",
    "Slimmer",
    "build_extraction",
    "find_overwritten_params",
    "measure_flat",
]
