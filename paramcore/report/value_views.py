"""Values, times and changes as text that is ready to show: a template only escapes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import frozen

from paramcore.analysis.changes import Change, ChangeKind, identify
from paramcore.analysis.history import parse_utc_time
from paramcore.model import ParamVersion
from paramcore.report.words import RunKind, diff_words
from paramcore.text import escape_unprintable, format_count, format_name, format_value
from paramcore.values import equality_key

#: The maximum number of params, or of changes, in a table or a list on a page.
MAX_PARAMS = 1_000
#: The maximum number of characters of a value that is shown on one line.
SHORT_VALUE = 60
#: A table folds a value with more characters than this.
LONG_VALUE = 1_000
#: A table folds a value with more lines than this.
LONG_VALUE_LINES = 30

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?Z", re.ASCII)
_WORD = re.compile(r"\w")
_MONTHS: tuple[str, ...] = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

#: The word for each kind of change.
CHANGE_WORDS: dict[ChangeKind, str] = {
    "removed": "DROPPED",
    "lost": "LOST",
    "changed": "CHANGED",
    "moved": "REORDERED",
    "added": "ADDED",
}


@frozen
class TimeView:
    """A time as a person reads it; `date` is empty if the time has an unknown form."""

    #: The time as the service writes it.
    text: str
    date: str = ""
    clock: str = ""

    @property
    def short_date(self) -> str:
        """The date with a short name of the month: `4 Mar 2024`."""
        day, month, year = self.date.split() if self.date else ("", "", "")
        return f"{day} {month[:3]} {year}" if self.date else ""

    @property
    def long(self) -> str:
        """The date and the time of day; `text` if the time has an unknown form."""
        return f"{self.date}, {self.clock} UTC" if self.date else self.text


def view_time(created_at: str | None) -> TimeView | None:
    """Return the view of a time: `4 March 2024`, `09:12:41`."""
    if created_at is None:
        return None
    text = format_name(created_at)
    found = _TIME.fullmatch(created_at)
    if not found or parse_utc_time(created_at) is None:
        return TimeView(text)
    clock = f"{found[4]}{found[5] or ':00'}"
    return TimeView(text, f"{int(found[3])} {_MONTHS[int(found[2]) - 1]} {found[1]}", clock)


@frozen
class TextRun:
    """A part of a text: `kept`, `removed` or `added`."""

    kind: RunKind
    #: The lines of the text.  In a string, each line feed ends a line, and is written as `\n`.
    lines: tuple[str, ...]


@frozen
class ValueView:
    """A JSON value, or a comparison of two strings, as text.

    A template joins the runs, and breaks the text between the lines of a run.  The text of a
    value is its JSON.  An object or array that does not fit on one line is indented.
    """

    runs: tuple[TextRun, ...]
    #: Whether the value is a string.  Otherwise, the line breaks between `lines` are not part of the value.
    is_text: bool
    #: The type and the size: `text of 1,240 characters`.
    summary: str
    is_short: bool

    @property
    def size(self) -> int:
        """The number of characters."""
        return sum(len(line) for run in self.runs for line in run.lines)

    @property
    def is_long(self) -> bool:
        """Whether a table folds the value."""
        return self.size > LONG_VALUE or sum(len(run.lines) for run in self.runs) > LONG_VALUE_LINES

    def select(self, kind: RunKind) -> tuple[TextRun, ...]:
        """Return the runs of one side of a comparison: the `kept` runs, and the runs of `kind`."""
        return tuple(run for run in self.runs if run.kind in ("kept", kind))


def view_value(value: Any) -> ValueView:
    """Return the view of a value."""
    short = format_value(value)
    if isinstance(value, str):
        return ValueView(
            _quote([TextRun("kept", _split_lines(value))]), True, _summarize(value), len(short) <= SHORT_VALUE
        )
    if len(short) <= SHORT_VALUE:
        return ValueView((TextRun("kept", (short,)),), False, _summarize(value), True)
    indented = json.dumps(value, ensure_ascii=False, indent=2)
    lines = tuple(map(escape_unprintable, indented.split("\n")))
    return ValueView((TextRun("kept", lines),), False, _summarize(value), False)


def compare_texts(before: str, after: str) -> ValueView:
    """Return one view of two texts, which are compared word by word."""
    runs = [TextRun(run.kind, _split_lines(run.text)) for run in diff_words(before, after)]
    return ValueView(_quote(runs), True, _summarize(after), False)


def _split_lines(text: str) -> tuple[str, ...]:
    *lines, last = text.split("\n")
    return (*(f"{format_name(line)}\\n" for line in lines), format_name(last))


def _quote(runs: Sequence[TextRun]) -> tuple[TextRun, ...]:
    quotation_mark = TextRun("kept", ('"',))
    return (quotation_mark, *runs, quotation_mark)


def _summarize(value: Any) -> str:
    if isinstance(value, str):
        return f"text of {format_count(len(value), 'character')}"
    if isinstance(value, dict):
        return f"object with {format_count(len(value), 'member')}"
    if isinstance(value, list):
        return f"array with {format_count(len(value), 'element')}"
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else "value"


@frozen
class ChangeView:
    """A row of a table of changes."""

    #: The kind of change, for the style sheet.
    kind: ChangeKind
    word: str
    #: The name of the param, or the JSON Pointer of a value inside it.
    place: str
    #: For a value in an array, the member that identifies the array element: `name "Forklift"`.  Empty if there is no
    #: such member, or if values are hidden.
    identity: str
    before: ValueView | None
    after: ValueView | None
    #: Both values in one view; `None` unless both are text.  Also `None` for two short texts without a common word.
    words: ValueView | None = None
    #: The version that set the value of `before`.
    since: int | None = None
    #: The time of the version `since`.
    since_time: TimeView | None = None


def view_change(change: Change, *, values: bool, set_in: ParamVersion | None = None) -> ChangeView:
    """Return the view of a change; `set_in` is the version that set the old value."""
    place = format_name(change.param if len(change.parts) == 1 else change.pointer)
    since, time = (None, None) if set_in is None else (set_in.number, view_time(set_in.created_at))
    word = CHANGE_WORDS[change.kind]
    if not values:
        return ChangeView(change.kind, word, place, "", None, None, None, since, time)
    identity = (
        "" if change.identity is None else f"{change.identity[0]} {format_value(change.identity[1], limit=SHORT_VALUE)}"
    )
    before = None if change.kind == "added" else view_value(change.before)
    after = None if change.after_parts is None else view_value(change.after)
    words = None
    if before and after and before.is_text and after.is_text:
        words = compare_texts(change.before, change.after)
        if before.is_short and after.is_short and not _share_words(words):
            words = None
    return ChangeView(change.kind, word, place, identity, before, after, words, since, time)


def _share_words(comparison: ValueView) -> bool:
    return any(run.kind == "kept" and any(map(_WORD.search, run.lines)) for run in comparison.runs)


def view_changes(
    changes: Iterable[Change], *, values: bool, versions: Sequence[ParamVersion] = ()
) -> tuple[ChangeView, ...]:
    """Return the views of changes; `versions` end with the version before the changes."""
    indexes = [_ValueIndex(version.params) for version in versions]
    return tuple(
        view_change(change, values=values, set_in=_find_version(change, versions, indexes)) for change in changes
    )


#: The name of a member, or the result of `identify` for an array element.  `identify` recognizes an element even if
#: its index has changed.
_Step: TypeAlias = str | tuple[str, Any] | None


class _ValueIndex:
    """The values in the params of one version, by the steps that lead to them."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        #: For the steps to a container, the values inside the container, by the next step.
        self._inner: dict[tuple[_Step, ...], dict[_Step, list[Any]]] = {}
        self._keys: dict[tuple[_Step, ...], set[Any]] = {}
        self._params = params

    def contains(self, steps: tuple[_Step, ...], value: Any) -> bool:
        """Return whether these steps lead to an equal value."""
        if steps not in self._keys:
            self._keys[steps] = set(map(equality_key, self._list_values(steps)))
        return equality_key(value) in self._keys[steps]

    def _list_values(self, steps: tuple[_Step, ...]) -> list[Any]:
        if not steps:
            return [self._params]
        outer, last = steps[:-1], steps[-1]
        if outer not in self._inner:
            inner = self._inner[outer] = {}
            for container in self._list_values(outer):
                for step, value in _list_inner(container):
                    inner.setdefault(step, []).append(value)
        return self._inner[outer].get(last, [])


def _list_inner(container: Any) -> Iterable[tuple[_Step, Any]]:
    if isinstance(container, dict):
        return container.items()
    return [(identify(element), element) for element in container] if isinstance(container, list) else ()


def _find_version(
    change: Change, versions: Sequence[ParamVersion], indexes: Sequence[_ValueIndex]
) -> ParamVersion | None:
    """Return the version that set the old value of a change; the last of `versions` still has this value."""
    if not versions or change.kind == "added":
        return None
    steps: tuple[_Step, ...] = ()
    value: Any = versions[-1].params
    for part in change.parts:
        value = value[part]
        steps = (*steps, part if isinstance(part, str) else identify(value))
    number = len(versions) - 1
    while number and indexes[number - 1].contains(steps, change.before):
        number -= 1
    return versions[number]
