"""Report features of YAML that paramcore does not support.

These are explicit keys (`?`), and notation for which the parser does not follow YAML 1.2.
"""

from __future__ import annotations

import re
from typing import Any

from paramcore.files.positions import SyntaxProblem
from paramcore.text import format_count

_BLANKS = re.compile(r"[ \t]*+")

#: Matches a colon inside the text of a plain scalar, as in `a :b`. Any other colon separates a name from its value.
_COLON_IN_TEXT = re.compile(r":[^\s\[\]{},]")

#: Matches the start of a block scalar whose first line of text begins with `#`. Group 1 is the indent of this line. A
#: block scalar with an indentation number, such as `|2`, does not match.
_HIDDEN_TEXT = re.compile(r"[|>][+-]?[ \t]*(?:#[^\n]*)?\r?\n(?:[ ]*+\r?\n)*+([ ]*+)#")

_UNINDENTED = "a line that continues a value must be indented with spaces"


class NotationCheck:
    """Checks the text of each event of the YAML parser, and the text between the events."""

    def __init__(self, text: str) -> None:
        self._text = text
        # The offset up to which the text was checked.
        self._checked = 0
        # The columns of the open objects and arrays in block style.
        self._columns: list[int] = []
        # The offsets of the open objects and arrays in flow style (`{}` and `[]`).
        self._flow_starts: list[int] = []

    def check(self, event_type: str, event: Any) -> None:
        """Check an event and the text before it.

        Raises:
            SyntaxProblem: `yaml_syntax`, or `yaml_feature` for an explicit key (`?`).
        """
        start, end = event.start_mark.index, event.end_mark.index
        self._check_gap(start)
        if event_type in ("MappingStart", "SequenceStart"):
            if self._text[start : start + 1] == "?":
                raise _make_explicit_key_problem(start)
            if event.flow_style:
                self._flow_starts.append(start)
            else:
                self._columns.append(event.start_mark.column)
        elif event_type in ("MappingEnd", "SequenceEnd"):
            if not self._flow_starts:
                self._columns.pop()
            else:
                flow_start = self._flow_starts.pop()
                if not self._flow_starts:
                    self._check_indentation(flow_start, end)
        elif event_type == "Scalar":
            self._check_scalar(event, start, end)
        self._checked = max(self._checked, end)

    def check_end(self) -> None:
        """Check the text after the last event.

        Raises:
            SyntaxProblem: as in `check`.
        """
        self._check_gap(len(self._text))

    def _check_scalar(self, event: Any, start: int, end: int) -> None:
        if event.style in ("'", '"'):
            if not self._flow_starts:
                self._check_indentation(start, end)
        elif event.style is not None:
            self._check_block_scalar(event.value, start)
        elif event.value == "-":
            raise SyntaxProblem("yaml_syntax", start, "the text `-` must be in quotes", 'write `"-"`')
        elif self._flow_starts:
            self._check_colon(event.value, end)

    def _check_block_scalar(self, value: str, start: int) -> None:
        # A `|` or `>` on a line of its own must be indented, but the parser accepts it in any column.
        line_start = self._text.rfind("\n", 0, start) + 1
        if line_start > 0 and not self._text[line_start:start].strip(" "):
            self._check_indentation(line_start - 1, start + 1)
        # If the text begins with `#` after blank lines with many spaces, the parser takes the text for a comment.
        hidden = None if value.strip("\n") else _HIDDEN_TEXT.match(self._text, start)
        if hidden and len(hidden[1]) >= self._get_depth():
            raise _make_blank_lines_problem(hidden.end() - 1)

    def _check_colon(self, value: str, end: int) -> None:
        """Check a colon at the start or the end of a plain scalar in brackets, or after the scalar and a tab."""
        if not value and _COLON_IN_TEXT.match(self._text, end - 1):
            # In YAML 1.2, `{:a: 1}` has the name `:a`. The parser reads an empty name that ends after the colon.
            raise _make_leading_colon_problem(end - 1)
        if value[-1:] == ":" and self._text[end : end + 1] in [*"[]{},"]:
            # In YAML 1.2, `{a:, b: 1}` has the name `a`. The parser reads the name `a:`.
            problem = "a colon directly before a comma or bracket is not supported"
            remedy = "put the text in quotes, or, if it is a name, insert a space after the colon"
            raise SyntaxProblem("yaml_syntax", end - 1, problem, remedy)
        # In YAML 1.2, `{a\t:b}` has one name, which contains the colon. The parser reads the name `a`.
        blanks = _BLANKS.match(self._text, end)
        if blanks and "\t" in blanks[0] and _COLON_IN_TEXT.match(self._text, blanks.end()):
            raise _make_tab_problem(self._text.index("\t", end))

    def _check_gap(self, stop: int) -> None:
        """Check punctuation and comments between the previous event and the offset `stop`."""
        at = self._checked
        while at < stop:
            line_end = self._text.find("\n", at, stop)
            line_end = stop if line_end < 0 else line_end
            comment = self._text.find("#", at, line_end)
            if comment > 0 and self._text[comment - 1] not in " \t\r\n":
                raise SyntaxProblem("yaml_syntax", comment, "a comment needs a space before `#`", "insert a space")
            mark = self._text.find("?", at, line_end if comment < 0 else comment)
            if mark >= 0:
                raise _make_explicit_key_problem(mark)
            at = line_end + 1

    def _check_indentation(self, start: int, end: int) -> None:
        """Check that all lines of a value except the first are indented enough."""
        depth = self._get_depth()
        at = self._text.find("\n", start, end) + 1
        while at:
            line_end = self._text.find("\n", at, end)
            line = self._text[at : end if line_end < 0 else line_end]
            if line.strip() and line[:depth].strip(" "):
                raise SyntaxProblem("yaml_syntax", at, _UNINDENTED, f"write {format_count(depth, 'space')} before it")
            at = line_end + 1

    def _get_depth(self) -> int:
        """Return the minimum indent of the lines of a value, except the first."""
        return self._columns[-1] + 1 if self._columns else 0


def _make_explicit_key_problem(offset: int) -> SyntaxProblem:
    problem, remedy = "explicit keys (`?`) are not supported", "write `name: value`, or put the text in quotes"
    return SyntaxProblem("yaml_feature", offset, problem, remedy)


def _make_blank_lines_problem(offset: int) -> SyntaxProblem:
    problem = "the blank lines before the text of a block scalar must not have spaces"
    return SyntaxProblem("yaml_syntax", offset, problem, "remove the spaces")


def _make_leading_colon_problem(offset: int) -> SyntaxProblem:
    problem = "text that begins with a colon is not supported here"
    return SyntaxProblem("yaml_syntax", offset, problem, "put the text in quotes")


def make_missing_name_problem(offset: int) -> SyntaxProblem:
    """Return the problem of a colon without a name."""
    problem, remedy = "the name before the colon is missing", 'write a name, or `""` for the empty name'
    return SyntaxProblem("yaml_syntax", offset, problem, remedy)


def _make_tab_problem(offset: int) -> SyntaxProblem:
    return SyntaxProblem("yaml_syntax", offset, "a tab is not supported here", "write spaces")


def find_unsupported(text: str, offset: int, message: str, started: int) -> SyntaxProblem | None:
    """If the parser stopped at notation that YAML 1.2 may allow, explain why; otherwise, return `None`.

    `offset` is the place at which the parser stopped, and `message` is the parser's reason.
    `started` is the offset at which the parser's last event starts.
    """
    mark = text[offset : offset + 1]
    before = text[:offset].rstrip(" \t\r\n")
    line_start = text.rfind("\n", 0, offset) + 1
    tab = text.find("\t", max(len(before), line_start), offset + 1)
    # In brackets, the parser splits `a\tb` into the tokens `a` and `b`, and `a\t|` into the tokens `a` and `|`.
    is_split = mark not in ["", *"]}"] and before[-1:] not in [*"'\"[]{},:"] and line_start < len(before)
    if mark == "\t" or (tab >= 0 and is_split):
        return _make_tab_problem(tab)
    if mark == "?":
        return _make_explicit_key_problem(offset)
    if message.startswith("more indented follow up line"):
        return _make_blank_lines_problem(offset)
    if before[-1:] in ("[", "{", ",", ":") and _COLON_IN_TEXT.match(text, offset):
        return _make_leading_colon_problem(offset)
    if mark == ":" and before[-1:] in ("[", ","):
        return make_missing_name_problem(offset)
    # In `["a":b]`, the parser takes `:b` for a value.
    follows_quote = text[offset - 1 : offset] in ("'", '"') and text[offset + 1 : offset + 2].strip()
    if mark == ":" and (message.endswith("'<scalar>'") or follows_quote):
        return SyntaxProblem("yaml_syntax", offset, "the colon needs a space after it", "insert a space")
    # If the parser does not recognize the name before a colon, its last event is an empty value at the colon.  In an
    # array such as `[a: b: c]`, this event is the end of `a: b`.
    if mark == ":" and started == offset and "'}'" in message:
        problem = "a name and its colon must be on one line, and have at most 1,024 characters"
        remedy = "write them on one line, or convert the file to JSON"
        return SyntaxProblem("yaml_syntax", offset, problem, remedy)
    return None
