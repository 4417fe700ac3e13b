"""Say exactly what a Scale AI task will get, and what an update would drop, before anything is sent.

This package is the pure engine: no clock, network, file or randomness.  Import
the rest by name: `paramcore.validation`, `paramcore.service`,
`paramcore.transport`, `paramcore.testing`, and the exceptions from
`paramcore.errors`.

Imports point down, in this order: text, errors, values, model, analysis, wire,
files, validation, service, transport, testing, cli.  Comments such as `# T4: ...`
mark the home of a rule; `docs/semantics.md` defines the rules (P, U, T, E).

>>> project = Project("boxes", type="imageannotation", params={"padding": 3})
>>> project.resolve({"attachment": "https://example.com/a.jpg"}).params["padding"]
3
"""

from paramcore.analysis import Audit, Diff, History, Impact, Plan
from paramcore.errors import ParamcoreError
from paramcore.model import Assumptions, Patch, Project, Replace, TaskRequest
from paramcore.values import thaw
from paramcore.wire import (
    read_project,
    read_projects,
    read_task_request,
    read_update,
    write_project,
    write_task_request,
    write_update,
)

__version__ = "0.2.0"

__all__ = [
    "Assumptions",
    "Audit",
    "Diff",
    "History",
    "Impact",
    "ParamcoreError",
    "Patch",
    "Plan",
    "Project",
    "Replace",
    "TaskRequest",
    "read_project",
    "read_projects",
    "read_task_request",
    "read_update",
    "thaw",
    "write_project",
    "write_task_request",
    "write_update",
]
