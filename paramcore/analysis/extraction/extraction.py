"""Extractions: new projects with the params that full requests share."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from paramcore.analysis.extraction.extractor import Extractor, FlatTask
from paramcore.analysis.extraction.reasons import MovedParam, OptedOut, SetAside, StayingParam
from paramcore.analysis.slim_choice import Chooser
from paramcore.errors import InvalidSetting
from paramcore.model import INHERIT_NOTHING, Assumptions, Project, TaskRequest, read_task_request
from paramcore.text import NotebookReprs, format_count, format_name, format_repr, format_value
from paramcore.text.rows import Label, Line, Piece, Row, Table, format_pieces
from paramcore.values import check_iterable, read_each, thaw, wrap_frozen

#: The `limit` of `format_value` for an instruction in a row.
_INSTRUCTION_LIMIT = 60


@frozen(repr=False)
class Extraction(NotebookReprs):
    """A new project with the params that full requests share, and what happens to each param.

    A full request contains all params of its task.  Each task still gets exactly the
    same params.  The total size is the size of all requests to send, plus the size of the
    update that sets the params.  If `minimal` is true, no other choice of the params to
    move would make the total size smaller.

    Example:
        >>> tasks = [{"attachment": f"https://example.com/{n}.jpg", "padding": 3, "with_labels": True} for n in range(9)]
        >>> extraction = Extraction.of(tasks, name="docks", type="imageannotation")
        >>> extraction.params
        {'padding': 3, 'with_labels': True}
        >>> extraction.request_of(tasks[0]).flat
        {'project': 'docks', 'attachment': 'https://example.com/0.jpg'}
    """

    #: The new project, with one version.
    project: Project
    #: The number of requests.
    tasks: int
    #: The params that move to the project.
    moved: tuple[MovedParam, ...]
    #: The params that stay in the requests, and why.
    stays: tuple[StayingParam, ...]
    #: The tasks that opt out with `project_version` -1, by reason.  A task may have several reasons.
    opted_out: tuple[OptedOut, ...]
    #: The requests that stay as they are, by reason.
    set_aside: tuple[SetAside, ...]
    #: Whether the total size is certainly minimal.
    minimal: bool
    #: The size of the given requests in bytes, as compact JSON.
    bytes_before: int
    #: The size in bytes of all requests to send and of the update that sets the params.
    bytes_after: int
    #: The sorted ids of the assumed rules that the params and `project_param_version` of the tasks depend on.
    rests_on: tuple[str, ...]
    #: The number of tasks that opt out.
    opt_outs: int

    @classmethod
    def of(
        cls,
        tasks: Iterable[TaskRequest | Mapping[str, Any]],
        *,
        name: str,
        type: str,
        keep: Collection[str] = (),
        move: Collection[str] = (),
        assumptions: Assumptions = Assumptions(),
    ) -> Extraction:
        """Extract a project from requests of one type.

        `tasks` is read three times.  The params in `keep` stay in the requests.  Some other params, such as `attachment`,
        stay unless `move` contains them.

        Raises:
            InvalidSetting: `argument_type` for `tasks`, `keep` or `move` of the wrong type,
                for `tasks` that can be read only once, and for a name in both `keep` and
                `move`.  Also the errors of `Project`.
            InvalidParams: `param_name` for a name in `keep` or `move` that is not a string,
                is a routing name, or cannot be a param of a project (U9).
            WrongProject: `wrong_type` for a request of another type (T12).
            ParamcoreError: the errors of `read_task_request`; `path` begins with the
                index of the task.
            InexactRequest: if a shortened request would not give its task the same params.
        """
        check_iterable("tasks", tasks)
        if iter(tasks) is tasks:
            problem = "`tasks` can be read only once, but an extraction reads them three times"
            raise InvalidSetting("argument_type", None, problem, "pass a list")
        extractor = Extractor(name, type=type, keep=keep, move=move, assumptions=assumptions)
        for read in (extractor.count_values, extractor.count_groups):
            for task in _read_tasks(tasks, extractor.project):
                read(task)
        extractor.decide()
        for index, task in enumerate(_read_tasks(tasks, extractor.project)):
            extractor.extract(task, index, index + 1)
        return build_extraction(extractor)

    @property
    def params(self) -> Mapping[str, Any]:
        """The params of the project."""
        return self.project.params

    def request_of(self, task: TaskRequest | Mapping[str, Any]) -> TaskRequest:
        """Return the request to send instead of a full request.

        A request that already names a project, a batch or a version is returned unchanged.

        Raises:
            ParamcoreError: the errors of `read_task_request`.
            WrongProject: `wrong_type` for a request of another type (T12).
            InexactRequest: if the shortened request would not give the task the same params.
        """
        request = _read_task(task, self.project)
        if FlatTask.of(request).aside_code:
            return request
        choice = Chooser(self.project).choose(request.params, None)
        own = wrap_frozen(choice.own.params)
        return evolve(request, params=own, project=self.project.name, project_version=choice.project_version)

    def requests(self, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[TaskRequest]:
        """Yield the result of `request_of` for each task, in order.

        Raises:
            ParamcoreError: the errors of `request_of`, when the iteration reaches the
                invalid task; `path` begins with the index of the task.
            InvalidSetting: `argument_type`, if `tasks` is not an iterable of tasks.
        """
        return read_each("tasks", tasks, self.request_of)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `project`, `type`, `tasks`, `params`, `moved`, `stays`, `opt_outs`,
        `opted_out`, `set_aside`, `minimal`, `bytes_before`, `bytes_after` and
        `rests_on`.  In each reason, `count` is the number of tasks, and `tasks` lists the
        indexes of the first 20 tasks, from 0.
        """
        return {
            "project": self.project.name,
            "type": self.project.type,
            "tasks": self.tasks,
            "params": thaw(self.params),
            "moved": [param.to_json() for param in self.moved],
            "stays": [param.to_json() for param in self.stays],
            "opt_outs": self.opt_outs,
            "opted_out": [reason.to_json() for reason in self.opted_out],
            "set_aside": [reason.to_json() for reason in self.set_aside],
            "minimal": self.minimal,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "rests_on": list(self.rests_on),
        }

    def __repr__(self) -> str:
        counts = f"{format_count(len(self.moved), 'param')} moved, {self.opt_outs:,} of {self.tasks:,} opt out"
        return f"<Extraction of {format_repr(self.project.name)}: {counts}>"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def list_pieces(self) -> list[Piece]:
        """Return the pieces of `str()`."""
        rows = [
            *(self._make_moved_row(param) for param in self.moved),
            *(_make_row("stays", param.param, param.describe(), param.text) for param in self.stays),
            *(_make_row("opt out", reason.param, str(reason)) for reason in self.opted_out),
            *(_make_row("set aside", "", str(reason)) for reason in self.set_aside),
        ]
        end = [Line(line) for line in self.format_end()]
        return [Line(self.headline), *([Table.of(rows)] if rows else []), *end]

    @property
    def headline(self) -> str:
        """The counts of tasks, on one line."""
        set_aside = sum(reason.tasks.count for reason in self.set_aside)
        inherit = self.tasks - self.opt_outs - set_aside
        inheriting = format_count(inherit, "inherits", "inherit")
        opt_outs = f"{format_count(self.opt_outs, 'opts out', 'opt out')} (project_version {INHERIT_NOTHING})"
        return f"{format_count(self.tasks, 'request')}: {inheriting}, {opt_outs}, {set_aside:,} set aside"

    def _make_moved_row(self, moved: MovedParam) -> Row:
        value = self.params[moved.param]
        # The project's instruction may be only the end of the tasks' instructions, so show its text.
        text = value if moved.param == "instruction" and isinstance(value, str) else None
        return _make_row("moves", moved.param, str(moved), text)

    def format_end(self) -> list[str]:
        """Format the sizes, whether the total is minimal, and the assumed rules."""
        saved = self.bytes_before - self.bytes_after
        less = f", {saved / self.bytes_before:.0%} less" if saved > 0 else ""
        sizes = f"{self.bytes_before:,} -> {self.bytes_after:,} bytes{less}; each task still gets the same params"
        found = "no other choice among the params that may move would make the total smaller"
        if not self.minimal:
            found = "the total may not be minimal, because the requests differ in too many ways to try every choice"
        if saved < 0:
            found += "; the total grows, because the project costs more bytes than it saves"
        lines = [sizes, found]
        if self.rests_on:
            advice = "see `paramcore assumptions`; send one task and check it with `paramcore audit` before you send the others"
            lines.append(f"rests on {', '.join(self.rests_on)}: {advice}")
        return lines


def _make_row(label: str, param: str, text: str, value: str | None = None) -> Row:
    shown = "" if value is None else format_value(value, limit=_INSTRUCTION_LIMIT)
    return Row((Label(label), format_name(param)), text=text, value_note=shown)


def _read_task(task: TaskRequest | Mapping[str, Any], project: Project) -> TaskRequest:
    if not isinstance(task, TaskRequest):
        return read_task_request(task, type=project.type)
    # T12 allows one type for a project, so reject a request of another type.  Ignore `project`, because a request that
    # names a project is set aside, not rejected.
    project.check_request(evolve(task, project=None))
    return task


def _read_tasks(tasks: Iterable[TaskRequest | Mapping[str, Any]], project: Project) -> Iterator[FlatTask]:
    return read_each("tasks", tasks, lambda task: FlatTask.of(_read_task(task, project)))


def build_extraction(extractor: Extractor) -> Extraction:
    """Return the result of an extractor that has read all requests three times."""
    report = extractor.report
    return Extraction(
        extractor.project,
        report.tasks,
        tuple(report.moved.values()),
        tuple(report.stays.values()),
        tuple(report.opted_out.values()),
        tuple(report.set_aside.values()),
        extractor.minimal,
        report.bytes_before,
        report.bytes_after,
        tuple(sorted(report.rests_on)),
        report.opt_outs,
    )
