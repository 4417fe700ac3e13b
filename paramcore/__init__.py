"""
See what an update would drop and what a task will really get, before you send it.

The engine is here: no clock, network, file or randomness in it.  Imported by
name, on top of it: `paramcore.wire` (the API's JSON), `paramcore.documents`
(files).
"""

from typing import TYPE_CHECKING, Any

from paramcore.assumptions import Assumptions
from paramcore.project import Project
from paramcore.tasks import TaskRequest
from paramcore.updates import Patch, Replace

if TYPE_CHECKING:
    from paramcore.plan import Plan

__version__ = "0.1.0"

__all__ = ["Assumptions", "Patch", "Plan", "Project", "Replace", "TaskRequest"]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        # What only a plan needs would be a twentieth of the time of `import paramcore`, for all who want none.
        if name == "Plan":
            from paramcore.plan import Plan  # noqa: PLC0415

            return Plan
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
