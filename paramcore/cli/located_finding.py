"""Locate findings in files, and format findings as text, JSON and annotations."""

from __future__ import annotations

import re
from typing import Any

from attrs import evolve, frozen

from paramcore.cli.annotations import format_annotation
from paramcore.cli.params import ParamsFile, UpdateFile
from paramcore.files.document import Document
from paramcore.model import Project, Update
from paramcore.text import ROW_LIMIT, escape_unprintable, format_name, format_value
from paramcore.text.rows import Frame, Label, Line, Piece, format_pieces
from paramcore.validation.finding import Finding, format_since
from paramcore.values import join_pointer, split_pointer

#: Codes of findings on a name rather than on its value.
_NAME_CODES = (
    *("param_unknown", "param_misplaced", "lint_stored_name"),
    *("update_mode", "update_wrapper", "update_argument"),
)

#: Matches the token to underline: a string (perhaps without its end), a run of other characters, one delimiter, or
#: nothing.  A run ends before a space or a delimiter, but may contain colons.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[^\s,\]}":]+(?::[^\s,\]}":]+)*|["\]},]|')


@frozen
class UpdateLocation:
    """Where the params of an update are, and which version the update creates."""

    document: Document
    #: The JSON Pointer of the params in the document.
    pointer: str
    version: int
    #: The names of the params that the update sets.
    names: frozenset[str]

    @classmethod
    def of(cls, project: Project, update: Update, source: UpdateFile | ParamsFile) -> UpdateLocation:
        """Return the location of an update whose params are in the file `source`."""
        return cls(source.document, source.pointer, len(project.versions), frozenset(update.params))

    def holds(self, finding: Finding) -> bool:
        """Return whether a finding is about the update or about a value that the update sets."""
        is_own = not finding.pointer or split_pointer(finding.pointer)[0] in self.names
        return finding.version == self.version and is_own


@frozen
class LocatedFinding:
    """A finding, the name of its project, and the location of its value."""

    finding: Finding
    project: str
    #: The file of the value; `None` for a project that was fetched from the service.
    document: Document | None
    line: int | None
    column: int | None
    #: Whether the value is in an update that has not been sent.
    is_in_update: bool = False

    @property
    def severity(self) -> str:
        """`error` or `warning`."""
        return self.finding.severity

    @property
    def location(self) -> str:
        """The file, the line and the column, such as `docks.json:3:1`; empty if there is no file."""
        return "" if self.document is None else f"{self.document.source}:{self.line}:{self.column}"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def without_values(self) -> LocatedFinding:
        """Return the finding without param values in its messages."""
        return evolve(self, finding=self.finding.without_values())

    def to_json(self) -> dict[str, Any]:
        """Return the members of `Finding.to_json`, and `project`, `file`, `line` and `column`."""
        file = None if self.document is None else self.document.source
        location = {"project": self.project, "file": file, "line": self.line, "column": self.column}
        return {**self.finding.to_json(), **location}

    def list_pieces(self) -> list[Piece]:
        """Return the finding as pieces of text.

        If the finding has a pointer and a file, the last piece shows the line of the value.
        """
        finding = self.finding
        at = f" at {format_name(finding.pointer)}" if finding.pointer else ""
        location = self.location or f"project {format_value(self.project)}"
        headline = Line(f"{location}: ", Label(finding.severity), f" {finding.code}{at}")
        pieces: list[Piece] = [headline, Line(f"  {escape_unprintable(finding.message)}")]
        if self.is_in_update:
            pieces.append(Line(f"  set by the update, in version {finding.version} of {format_value(self.project)}"))
        elif finding.version is not None:
            pieces.append(
                Line(f"  in version {finding.version} of {format_value(self.project)}{format_since(finding)}")
            )
        return [*pieces, *(self._list_frames() if finding.pointer else [])]

    def _list_frames(self) -> list[Frame]:
        if self.document is None or self.line is None or self.column is None:
            return []
        column = self.column - 1
        is_long = len(self.document.line_slice(self.line, 0, ROW_LIMIT + 1)) > ROW_LIMIT
        start = max(0, column - ROW_LIMIT // 2) if is_long else 0
        text = self.document.line_slice(self.line, start, ROW_LIMIT)
        printable = text
        if not text.isprintable():
            printable = "".join(letter if letter.isprintable() else " " for letter in text)
        width = len(_TOKEN.match(text, column - start)[0])  # type: ignore[index]
        return [Frame(self.line, printable, column - start, max(width, 1))]

    def format_annotation(self) -> str:
        """Return the finding as a workflow command of GitHub Actions."""
        finding = self.finding
        at = f"{finding.pointer}: " if finding.pointer else ""
        layer = ""
        if finding.version is not None:
            layer = f" [{finding.layer} of {format_value(self.project)}{format_since(finding)}]"
        file = None if self.document is None else self.document.source
        text = escape_unprintable(f"{at}{finding.message}{layer}")
        return format_annotation(finding.severity, finding.code, text, file, self.line, self.column)


def locate_finding(
    finding: Finding,
    project: str,
    task: Document | None,
    project_location: tuple[Document, str] | None,
    update: UpdateLocation | None = None,
) -> LocatedFinding:
    """Locate a finding in the file of its task, its update or its project.

    `project_location` is a document and the JSON Pointer of the project in the document.
    If several consecutive versions have the same value, the location is in the first of
    these versions.
    """
    is_in_update = update is not None and update.holds(finding)
    location: tuple[Document, str] | None
    if finding.version is None and task is not None:
        location = task, ""
    elif update is not None and is_in_update:
        location = update.document, update.pointer
    elif project_location is None:
        location = None
    else:
        document, pointer = project_location
        number = finding.version if finding.first_set_in is None else finding.first_set_in
        location = document, pointer if number is None else pointer + join_pointer("param_history", number)
    if location is None:
        return LocatedFinding(finding, project, None, None, None)
    document, pointer = location
    at = document.locate(pointer + finding.pointer, name=finding.code in _NAME_CODES)
    return LocatedFinding(finding, project, document, at.line, at.column, is_in_update)
