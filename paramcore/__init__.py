"""Compute the params of a Scale AI task and the effects of an update, offline.

The functions and classes in `__all__` use no clock, network, files or randomness.
Import the other public names from `paramcore.errors`, `paramcore.validation`,
`paramcore.bulk`, `paramcore.service`, `paramcore.transport` and `paramcore.testing`.

A module or package imports only modules and packages before it in this list: text,
errors, wrong_documents, values, model, analysis, wire, files, bulk, validation, report,
service, transport, testing, cli.  One exception: to show an object in a notebook,
`text` imports `report`.

A comment such as `# T4: ...` marks the code that implements the rule T4.  All rules are in
`docs/semantics.md`.

>>> from paramcore import Project
>>> project = Project("boxes", type="imageannotation", params={"padding": 3})
>>> project.resolve({"attachment": "https://example.com/a.jpg"}).params["padding"]
3
"""

# Import submodules on first use, so that `import paramcore` is fast.  The command line can handle Ctrl-C only after this
# import.  Until then, Ctrl-C prints a traceback.  Only type checkers read the imports below: for them, `TYPE_CHECKING`
# is true.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from paramcore.analysis import Audit, Diff, Extraction, History, Impact, Plan, SlimRequest
    from paramcore.errors import ParamcoreError
    from paramcore.model import Assumptions, Patch, Project, Replace, TaskRequest, read_task_request
    from paramcore.values import thaw
    from paramcore.wire import (
        read_project,
        read_projects,
        read_update,
        write_project,
        write_task_request,
        write_update,
    )

__version__ = "0.2.0"

#: Maps each public name to the module or package that exports the name.
_MODULES = {
    **dict.fromkeys(("Audit", "Diff", "Extraction", "History", "Impact", "Plan", "SlimRequest"), "analysis"),
    **dict.fromkeys(("Assumptions", "Patch", "Project", "Replace", "TaskRequest", "read_task_request"), "model"),
    **dict.fromkeys(("read_project", "read_projects", "read_update"), "wire"),
    **dict.fromkeys(("write_project", "write_task_request", "write_update"), "wire"),
    "ParamcoreError": "errors",
    "thaw": "values",
}

__all__ = [
    "Assumptions",
    "Audit",
    "Diff",
    "Extraction",
    "History",
    "Impact",
    "ParamcoreError",
    "Patch",
    "Plan",
    "Project",
    "Replace",
    "SlimRequest",
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


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (not needed at the start)

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
