"""
See what an update would drop and what a task will really get, before you send it.

The engine is here: no clock, network, file or randomness in it.  Imported by
name, on top of it: `paramcore.wire` (the API's JSON), `paramcore.documents`
(files).
"""

from paramcore.assumptions import Assumptions
from paramcore.plan import Plan
from paramcore.project import Project
from paramcore.tasks import TaskRequest
from paramcore.updates import Patch, Replace

__version__ = "0.1.0"

__all__ = ["Assumptions", "Patch", "Plan", "Project", "Replace", "TaskRequest"]
