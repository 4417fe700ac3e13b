"""Findings: violations by file, line and column, and the forms that they are printed in."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from paramcore.files.document import Document
from paramcore.text import format_name, format_value
from paramcore.validation.finding import Finding
from paramcore.values.pointer import join_pointer

__all__ = ["Placed", "placed"]

#: Characters of a line that a code frame shows, around the value.
_FRAME = 100


@frozen
class Placed:
    """A violation, the project that it is about, and where the very value stands."""

    violation: Finding
    project: str
    document: Document
    line: int
    column: int

    def to_json(self) -> dict[str, Any]:
        """Return the violation as JSON, with `project file line column`."""
        place = {"project": self.project, "file": self.document.source, "line": self.line, "column": self.column}
        return {**self.violation.to_json(), **place}

    def as_text(self, *, values: bool) -> str:
        """Return the finding for a person, with the line that it is about unless values are to be left out."""
        one = self.violation
        at = f" at {format_name(one.pointer)}" if one.pointer else ""
        place = f"{self.document.source}:{self.line}:{self.column}"
        rows = [f"{place}: {one.severity} {one.code}{at}", f"  {one.message}"]
        if one.version is not None:
            since = "" if one.first_set_in in (None, one.version) else f", unchanged since version {one.first_set_in}"
            rows.append(f"  set by version {one.version} of {format_value(self.project)}{since}")
        return "\n".join([*rows, *(self._frame() if values and one.pointer else [])])

    def _frame(self) -> list[str]:
        column = self.column - 1
        is_long = len(self.document.line_slice(self.line, 0, _FRAME + 1)) > _FRAME
        start = max(0, column - _FRAME // 2) if is_long else 0
        piece = self.document.line_slice(self.line, start, _FRAME)
        shown_piece = "".join(letter if letter.isprintable() else " " for letter in piece)
        at = column - start
        width = len(_VALUE.match(piece, at)[0])  # type: ignore[index]
        number = str(self.line)
        return [f"  {number} | {shown_piece}", f"  {' ' * len(number)} | {' ' * at}{'^' * max(width, 1)}"]

    def as_annotation(self) -> str:
        """Return the finding as a workflow command of GitHub Actions."""
        one = self.violation
        place = f"file={_property(self.document.source)},line={self.line},col={self.column}"
        at = f"{one.pointer}: " if one.pointer else ""
        layer = "" if one.version is None else f" [{one.layer} of {format_value(self.project)}]"
        return f"::{one.severity} {place},title={_property(one.code)}::{_data(f'{at}{one.message}{layer}')}"


#: What the caret stands under: a text, which the frame may cut, or all up to the next mark.
_VALUE = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[^\s,\]}":]+(?::[^\s,\]}":]+)*|["\]},]|')


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def placed(violation: Finding, project: str, task: Document | None, home: tuple[Document, str]) -> Placed:
    """
    Find the place of a violation: in the task's document, or in that of the project.

    A value of the project is shown where it was first set.
    """
    is_name = violation.code in _OF_NAMES
    if violation.version is None and task is not None:
        at = task.locate(violation.pointer, name=is_name)
        return Placed(violation, project, task, at.line, at.column)
    document, path = home
    number = violation.first_set_in if violation.first_set_in is not None else violation.version
    within = path if number is None else path + join_pointer("param_history", number)
    at = document.locate(within + violation.pointer, name=is_name)
    return Placed(violation, project, document, at.line, at.column)


#: Codes that are about a name, and not about its value.
_OF_NAMES = ("param_unknown", "param_misplaced", "lint_stored_name")
