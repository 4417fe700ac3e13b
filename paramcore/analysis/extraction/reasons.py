"""What an extraction moves to the project, why other params stay, and why tasks opt out or are set aside.

`Extractor` changes these objects while it counts.  The objects in an `Extraction` no longer
change, so they and the extraction can be hashed.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import define, field

from paramcore.analysis.slim_choice import OptOutCode
from paramcore.text import MESSAGE_LIMIT, format_count, format_name, format_value
from paramcore.values import thaw

#: The maximum number of tasks that a reason stores.
MAX_EXAMPLES = 20
#: The maximum number of tasks that `str()` of a reason lists.
_SHOWN = 4

#: Why a request is set aside: it already names a project, a batch or a version.
AsideCode: TypeAlias = Literal["names_project", "names_batch", "names_version"]
#: Why a param stays in the requests.
StayCode: TypeAlias = Literal["impossible", "never_moves", "kept", "not_shared", "some_lack_it"]

_ASIDE_TEXTS: dict[AsideCode, str] = {
    "names_project": "with a project",
    "names_batch": "with a batch",
    "names_version": "with a project_version",
}


@define(unsafe_hash=True)
class Examples:
    """The number of tasks to which a reason applies, and the first of these tasks."""

    count: int = 0
    #: The indexes of the first tasks, from 0.
    tasks: tuple[int, ...] = ()
    #: The line numbers of the first tasks, from 1.
    lines: tuple[int, ...] = ()

    def add(self, index: int, line: int) -> None:
        """Count a task."""
        self.count += 1
        if len(self.tasks) < MAX_EXAMPLES:
            self.tasks += (index,)
            self.lines += (line,)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `count` and `tasks`."""
        return {"count": self.count, "tasks": list(self.tasks)}

    def __str__(self) -> str:
        """Format the first line numbers: `(line 5)`, or `(lines 5, 75, 99, 113, ...)`."""
        numbers = ", ".join(map(str, self.lines[:_SHOWN]))
        return f"({'lines' if self.count > 1 else 'line'} {numbers}{', ...' if self.count > _SHOWN else ''})"


def _count_lacking(tasks: Examples) -> str:
    return f"{format_count(tasks.count, 'lacks it', 'lack it')} {tasks}"


def _count_different(tasks: Examples) -> str:
    return f"{tasks.count:,} would get a different instruction {tasks}"


@define(unsafe_hash=True)
class MovedParam:
    """A param that moves to the project."""

    param: str
    #: The number of tasks that inherit the whole value, so their requests omit the param.
    inherited: int = 0
    #: The number of tasks that send an instruction of their own, to which the project's is appended.
    cut: int = 0
    #: The tasks that inherit from the project, but override this param.
    own: Examples = field(factory=Examples)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `param`, `inherited`, `cut` and `own`."""
        return {"param": self.param, "inherited": self.inherited, "cut": self.cut, "own": self.own.to_json()}

    def __str__(self) -> str:
        parts = [format_count(self.inherited, "inherits it", "inherit it")] if self.inherited or not self.cut else []
        if self.cut:
            parts.append(format_count(self.cut, "has text of its own before it", "have text of their own before it"))
        if self.own.count:
            parts.append(f"{format_count(self.own.count, 'sets its own', 'set their own')} {self.own}")
        return ", ".join(parts)


@define(unsafe_hash=True)
class StayingParam:
    """A param that stays in the requests, and why.

    Only params with the code `some_lack_it` have `extra_bytes`, `value` and `lacking`.
    """

    param: str
    code: StayCode
    #: The number of bytes by which the total size (see `Extraction`) would grow if the param moved.
    extra_bytes: int | None = None
    #: The value that would move.
    value: Any = None
    #: The inheriting tasks that would have to opt out if the param moved.
    lacking: Examples = field(factory=Examples)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `param`, `code`, `value`, `extra_bytes` and `lacking`."""
        return {
            "param": self.param,
            "code": self.code,
            "value": thaw(self.value),
            "extra_bytes": self.extra_bytes,
            "lacking": self.lacking.to_json(),
        }

    def describe(self) -> str:
        """Return why the param stays, without its value."""
        if self.code == "never_moves":
            inherited = "if the project had it, a new task without it would inherit the value of other tasks"
            return f"{inherited} (pass --move {format_name(self.param)} to move it; in Python: `move`)"
        if self.code == "impossible":
            return "no project can have it"
        if self.code == "kept":
            return "kept, because `keep` names it"
        if self.code == "not_shared":
            return "moving it saves nothing, because too few inheriting tasks share a value"
        lacking = _count_lacking(self.lacking) if self.text is None else _count_different(self.lacking)
        larger = "moving it would not make the total smaller"
        if self.extra_bytes:
            larger = f"moving it would make the total {format_count(self.extra_bytes, 'byte')} larger"
        return f"{lacking} and would have to opt out; {larger}"

    @property
    def text(self) -> str | None:
        """The instruction that would move; `None` for other params, and for an instruction without text."""
        return self.value if self.param == "instruction" and isinstance(self.value, str) and self.value else None

    def __str__(self) -> str:
        shown = "" if self.text is None else f": {format_value(self.text, limit=MESSAGE_LIMIT)}"
        return f"{self.describe()}{shown}"


@define(unsafe_hash=True)
class OptedOut:
    """A reason why tasks opt out, and the tasks to which it applies."""

    param: str
    code: OptOutCode
    tasks: Examples = field(factory=Examples)
    #: The tasks in `tasks` whose instruction ends with the project's instruction if all white space is ignored.
    #: Only the code `instruction_would_be_appended` has such tasks.
    nearly: Examples = field(factory=Examples)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `param`, `code`, `count`, `tasks` and `nearly`."""
        return {"param": self.param, "code": self.code, **self.tasks.to_json(), "nearly": self.nearly.to_json()}

    def __str__(self) -> str:
        if self.code == "would_be_inherited":
            return _count_lacking(self.tasks)
        nearly = (
            f", {self.nearly.count:,} of them only because of white space {self.nearly}" if self.nearly.count else ""
        )
        return f"{_count_different(self.tasks)}{nearly}"


@define(unsafe_hash=True)
class SetAside:
    """The requests that stay as they are, because they already name a project, a batch or a version."""

    code: AsideCode
    tasks: Examples = field(factory=Examples)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `code`, `count` and `tasks`."""
        return {"code": self.code, **self.tasks.to_json()}

    def __str__(self) -> str:
        return f"{self.tasks.count:,} {_ASIDE_TEXTS[self.code]} {self.tasks}"
