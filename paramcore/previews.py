"""
The answers of `preview` for lines of JSONL, from text to text.

Nearly all of a long file's answers is text that was written before: what the
tasks inherit, and what is said beside the params.  So the params of a version
are encoded once, those of a task as they come, and the one merge lays the
second over the first as they are: encoded.  It may, for it looks at no value
but the instruction, and two texts joined are the same in JSON as the JSON of
both joined.

Whatever is not beyond doubt is left to be read, resolved or refused as anything
else is: an answer from here is the same, to the letter, or there is none.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from json import encoder
from json.encoder import encode_basestring_ascii as encoded_text
from typing import Any

from attrs import evolve, field, frozen

from paramcore.documents import TASK_DEPTH, decoded
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.inheritance import Inheritance, Merge
from paramcore.project import Project
from paramcore.tasks import TaskRequest
from paramcore.values import MAX_DIGITS, MAX_NODES
from paramcore.versions import ParamVersion

__all__ = ["Previews"]

_decoded = json.JSONDecoder().raw_decode


def _encoder() -> Callable[[Any], str]:
    """Return what `json.JSONEncoder(allow_nan=False).encode` is, with its machinery made once and not at each call."""
    plain = json.JSONEncoder(allow_nan=False)
    # What `json` makes for each call; another Python may not have it.
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    run = make(None, plain.default, encoded_text, None, ": ", ", ", False, False, False)
    return lambda value: "".join(run(value, 0))


_encoded = _encoder()

#: The names that say where a task goes (T10), and what stands there where nothing is odd.
_ROUTING = {"project": str, "project_version": int, "batch": str, "unique_id": str, "clear_unique_id_on_error": bool}
_NOT_SET = ()


class Previews:
    """
    Answers lines, one after the other, as `json.dumps` of `EffectiveParams.to_json()` would.

    `project_of` returns the project that a request goes to; `settings` are
    fields that count in place of a request's own; what names one of `aside` is
    not answered here.
    """

    def __init__(
        self, project_of: Callable[[TaskRequest], Project], settings: Mapping[str, Any], aside: Collection[str] = ()
    ) -> None:
        self._project_of = project_of
        self._settings = settings
        self._aside = frozenset(aside)
        self._names: dict[str, str] = {}
        self._bound: dict[tuple[str | None, int | None], _Bound] = {}
        # It is Python itself that keeps longer integers out.
        self._is_limited = 0 < sys.get_int_max_str_digits() <= MAX_DIGITS

    def answer(self, line: bytes) -> str | None:
        """Return the answer to a line; `None` where there may be more to it."""
        if len(line) >= MAX_NODES or not self._is_limited:
            return None
        try:
            text = line.decode().rstrip(" \t\r\n")
            flat, end = _decoded(text)
            if end < len(text) or type(flat) is not dict or not self._aside.isdisjoint(flat):
                return None
            members = self._members(flat)
            return self._answered(flat, members) if members is not None and _is_strict(line, text, members) else None
        except (ValueError, RecursionError, ParamcoreError):
            return None

    def _members(self, flat: dict[str, Any]) -> dict[str, Any] | None:
        """Return each member as JSON, together with its name; `None` where one may be too deep."""
        members: dict[str, Any] = {}
        names = self._names
        for name, value in flat.items():
            named = names.get(name) or self._named(name)
            kind = type(value)
            if kind is str:
                members[name] = named + encoded_text(value)
            elif kind is int:
                members[name] = f"{named}{value}"
            else:
                members[name] = member = named + _encoded(value)
                # What is short is not deep.
                if len(member) > TASK_DEPTH and member.count("{") + member.count("[") >= TASK_DEPTH:
                    return None
        return members

    def _named(self, name: str) -> str:
        if len(self._names) >= _MOST_NAMES:
            self._names.clear()
        named = self._names[name] = f"{encoded_text(name)}: "
        return named

    def _answered(self, flat: dict[str, Any], members: dict[str, Any]) -> str | None:
        if not _ROUTING.keys().isdisjoint(flat):
            for name, kind in _ROUTING.items():
                if name in members:
                    del members[name]
                    if type(flat[name]) is not kind and flat[name] is not None:
                        return None
        own = flat.get("instruction", _NOT_SET)
        if own or own is not _NOT_SET:
            if type(own) is not str and own is not None:
                return None
            members["instruction"] = _joinable(own)
        asked = self._settings.get("project_version", flat.get("project_version"))
        bound = self._bound.get((flat.get("project"), asked)) or self._bind(flat.get("project"), asked)
        merged = bound.merge(members)
        if "instruction" in merged:
            text = merged["instruction"]
            merged["instruction"] = '"instruction": null' if text is None else f'"instruction": "{text}"'
        # All that is said beside the params follows from these: which rules were used, above all.
        kind_of_task = ("text" if own else own, None in flat.values() and bound.hides(flat))
        before, after = bound.beside.get(kind_of_task) or self._said_beside(bound, kind_of_task, flat)
        return f"{before}{', '.join(merged.values())}{after}"

    def _bind(self, project: str | None, asked: int | None) -> _Bound:
        request = TaskRequest({}, project=project, project_version=asked, type=self._settings.get("type"))
        effective = self._project_of(request).resolve(request)
        bound = self._bound[project, asked] = _Bound.of(effective.project, effective.inherited_from, self._named)
        return bound

    def _said_beside(self, bound: _Bound, kind_of_task: tuple[Any, bool], flat: dict[str, Any]) -> tuple[str, str]:
        request = evolve(TaskRequest.from_flat(flat), **self._settings)
        said = bound.project.resolve(request).to_json()
        before, _, after = json.dumps({**said, "params": {}}).partition('"params": {}')
        both = bound.beside[kind_of_task] = f'{before}"params": {{', f"}}{after}"
        return both


def _is_strict(line: bytes, text: str, members: dict[str, str]) -> bool:
    # Half of a surrogate pair is written with an escape.
    if "\\" in text and ("\\ud" in text or "\\uD" in text):
        return False
    # What stands there as it would be written holds no name twice, for it would be written once.
    if f"{{{', '.join(members.values())}}}" == text:
        return True
    try:
        decoded(line, "", TASK_DEPTH)
    except DocumentError:
        return False
    return True


#: Names that are kept encoded before all are forgotten: tasks may bring any.
_MOST_NAMES = 4_096


def _joinable(text: str | None) -> str | None:
    """Return an instruction as JSON without the quotes, so that it can be joined."""
    return text and encoded_text(text)[1:-1]


@frozen(eq=False)
class _Bound:
    """A version, bound once for all tasks that inherit it, with its params encoded."""

    project: Project
    version: ParamVersion | None
    merge: Merge
    #: What is said before and after the params, by kind of task.
    beside: dict[tuple[Any, bool], tuple[str, str]] = field(factory=dict)

    @classmethod
    def of(cls, project: Project, version: ParamVersion | None, named: Callable[[str], str]) -> _Bound:
        separator = encoded_text(project.assumptions.instruction_separator)[1:-1]
        assumptions = evolve(project.assumptions, instruction_separator=separator)
        encoded = None
        if version is not None:
            params: dict[str, Any] = {name: named(name) + _encoded(value) for name, value in version.params.items()}
            if "instruction" in params:
                params["instruction"] = _joinable(version.params["instruction"])
            encoded = ParamVersion(version.number, params)
        return cls(project, version, Inheritance.of(encoded, assumptions).merge)

    def hides(self, flat: dict[str, Any]) -> bool:
        """Whether the task sets to null what it would inherit (T1)."""
        inherited = {} if self.version is None else self.version.params
        return any(value is None and name in inherited and name != "instruction" for name, value in flat.items())
