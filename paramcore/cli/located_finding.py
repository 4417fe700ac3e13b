"""Findings with file, line and column, and the forms in which they are printed."""

from __future__ import annotations

import re
from typing import Any

from attrs import frozen

from paramcore.files.document import Document
from paramcore.text import ROW_LIMIT, format_name, format_value
from paramcore.validation.finding import Finding
from paramcore.values import join_pointer

#: Codes that are about a name, and not about its value.
_NAME_CODES = ("param_unknown", "param_misplaced", "lint_stored_name")

#: What the caret underlines: a text, which the frame may cut, or all up to the next punctuation.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[^\s,\]}":]+(?::[^\s,\]}":]+)*|["\]},]|')


@frozen
class LocatedFinding:
    """A finding, the name of the project that it is about, and where the value is."""

    finding: Finding
    project: str
    document: Document
    line: int
    column: int

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON, with `project file line column`."""
        location = {"project": self.project, "file": self.document.source, "line": self.line, "column": self.column}
        return {**self.finding.to_json(), **location}

    def format_text(self, *, values: bool) -> str:
        """Return the finding for a person; `values`: with the line that it is about."""
        finding = self.finding
        at = f" at {format_name(finding.pointer)}" if finding.pointer else ""
        location = f"{self.document.source}:{self.line}:{self.column}"
        rows = [f"{location}: {finding.severity} {finding.code}{at}", f"  {finding.message}"]
        if finding.version is not None:
            first = finding.first_set_in
            since = "" if first in (None, finding.version) else f", unchanged since version {first}"
            rows.append(f"  set by version {finding.version} of {format_value(self.project)}{since}")
        return "\n".join([*rows, *(self._format_frame() if values and finding.pointer else [])])

    def _format_frame(self) -> list[str]:
        column = self.column - 1
        is_long = len(self.document.line_slice(self.line, 0, ROW_LIMIT + 1)) > ROW_LIMIT
        start = max(0, column - ROW_LIMIT // 2) if is_long else 0
        text = self.document.line_slice(self.line, start, ROW_LIMIT)
        printable = "".join(letter if letter.isprintable() else " " for letter in text)
        width = len(_TOKEN.match(text, column - start)[0])  # type: ignore[index]
        number = str(self.line)
        caret = f"{' ' * (column - start)}{'^' * max(width, 1)}"
        return [f"  {number} | {printable}", f"  {' ' * len(number)} | {caret}"]

    def format_annotation(self) -> str:
        """Return the finding as a workflow command of GitHub Actions."""
        finding = self.finding
        location = f"file={_escape_property(self.document.source)},line={self.line},col={self.column}"
        at = f"{finding.pointer}: " if finding.pointer else ""
        layer = "" if finding.version is None else f" [{finding.layer} of {format_value(self.project)}]"
        text = _escape_data(f"{at}{finding.message}{layer}")
        return f"::{finding.severity} {location},title={_escape_property(finding.code)}::{text}"


def locate_finding(
    finding: Finding, project: str, task: Document | None, project_location: tuple[Document, str]
) -> LocatedFinding:
    """Locate a finding in the task's document, or in the project's, which has a pointer to the project.

    A project's value is located in the version that first set it.
    """
    document, pointer = project_location
    number = finding.version if finding.first_set_in is None else finding.first_set_in
    if finding.version is None and task is not None:
        document, pointer = task, ""
    elif number is not None:
        pointer += join_pointer("param_history", number)
    at = document.locate(pointer + finding.pointer, name=finding.code in _NAME_CODES)
    return LocatedFinding(finding, project, document, at.line, at.column)


def _escape_data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escape_property(text: str) -> str:
    return _escape_data(text).replace(":", "%3A").replace(",", "%2C")
