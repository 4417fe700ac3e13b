"""Describe what is wrong with text that is not JSON, and how to correct it."""

from __future__ import annotations

import json
import re

from paramcore.text import MESSAGE_LIMIT, truncate
from paramcore.values import MAX_DIGITS

_BLANKS = " \t\r\n"

#: The first bytes of compressed files, with the name of the format and the command that unpacks the file.
_COMPRESSED = {
    b"\x1f\x8b": ("gzip", "gunzip -c"),
    b"PK\x03\x04": ("zip", "unzip -p"),
    b"BZh": ("bzip2", "bunzip2 -c"),
    b"\xfd7zXZ\x00": ("xz", "xz -dc"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zstd -dc"),
}

_WRITE_ROWS = "write one JSON object for each row"
_NEEDS_JSON = "pass a JSON file instead"

#: The first bytes of other files that paramcore cannot read, with the problem and the remedy.
_BINARY = {
    b"\xff\xfe\0\0": ("the file is UTF-32", "convert it to UTF-8"),
    b"\0\0\xfe\xff": ("the file is UTF-32", "convert it to UTF-8"),
    b"\0\0\0\0": ("the file begins with NUL bytes, so it is damaged", "restore it or write it again"),
    b"\xd0\xcf\x11\xe0": ("the file is an Excel or other Office file", _WRITE_ROWS),
    b"PAR1\x15": ("the file is a Parquet table", _WRITE_ROWS),
    b"SQLite format 3\0": ("the file is a SQLite database", _WRITE_ROWS),
    b"%PDF-": ("the file is a PDF document", _NEEDS_JSON),
    b"\x89PNG\r\n": ("the file is a PNG image", _NEEDS_JSON),
    b"\xff\xd8\xff": ("the file is a JPEG image", _NEEDS_JSON),
    b"GIF87a": ("the file is a GIF image", _NEEDS_JSON),
    b"GIF89a": ("the file is a GIF image", _NEEDS_JSON),
    b"\x7fELF": ("the file is a program", _NEEDS_JSON),
    **{
        bytes([0x80, protocol]): ("the file is a Python pickle", "write the object as JSON with `json.dump`")
        for protocol in range(2, 6)
    },
}

#: Matches Python that is not JSON:
#: - `True`, `False` or `None`
#: - the start of a call or of bytes, such as `Decimal(` or `b'`
#: - a string in single quotes, if `True`, `False` or `None` follows on the same line
_PYTHON_LITERAL = re.compile(
    r"(?:True|False|None)\b|[A-Za-z_][\w.]*\(|b['\"]|'(?:[^'\\]|\\.)*'(?=.*\b(?:True|False|None)\b)"
)
#: Matches the start of a line such as `"padding": 5`. No line of a CSV table begins this way.
_MEMBER = re.compile(r'[ \t]*"(?:[^"\\]|\\.)*"[ \t]*:')
#: Matches the start of a line that git writes around or between the sides of a merge conflict.
_CONFLICT_MARKER = re.compile(r"<{7} |={7}(?=\r?$)|>{7} |[|]{7}(?= |\r?$)", re.MULTILINE)
MERGE_CONFLICT = "the file contains a merge conflict"
_CONFLICT = (
    MERGE_CONFLICT,
    "resolve it, and remove the lines that begin with `<<<<<<<`, `|||||||`, `=======` and `>>>>>>>`",
)
#: Matches the start of HTML or XML, but not the `repr` of a Python object, such as `<Response [200]>`.
_MARKUP = re.compile(r"<(?:!|\?xml\b|[A-Za-z][\w:-]*(?:\s*/?>|\s+[\w:-]+\s*=|\s*\Z))", re.IGNORECASE)
_BARE_NAME = re.compile(r"[A-Za-z_$][\w$-]*(?=\s*:)")
#: Matches common numbers that JSON5 allows but JSON does not: `.5`, `5.`, `+1` and `0xFF`.
_FOREIGN_NUMBER = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|\.[0-9]+|[0-9]+\.|(?<=\+)[0-9]+(?:\.[0-9]+)?)(?=[\s,\]}])")

_WRITE_JSON = "write the file with Python's `json.dump`"

#: The meanings of common messages of `json.JSONDecodeError`.
_DECODER_MESSAGES = {
    "Expecting value": "expected a value",
    "Expecting property name enclosed in double quotes": "expected a name in double quotes",
    "Expecting ',' delimiter": "expected a comma or a closing bracket",
    "Expecting ':' delimiter": "expected a colon",
    "Extra data": "unexpected text after the document",
    "Unterminated string starting at": "a string without a closing quote",
    "Invalid control character at": "an unescaped control character",
    "Invalid \\escape": "an unknown escape",
    "Invalid \\uXXXX escape": "an incomplete `\\u` escape",
}


def describe_decoder_message(message: str) -> str:
    """Return the meaning of a message of `json.JSONDecodeError`, such as `expected a value`."""
    return _DECODER_MESSAGES.get(message, message.lower())


def describe_depth(depth: int) -> tuple[str, str]:
    """Return the problem and the remedy for a document of more than `depth` levels."""
    return f"the document is nested more than {depth} levels deep", ""


def describe_duplicate(name: str) -> tuple[str, str]:
    """Return the problem and the remedy for a duplicate name; `name` is in double quotes."""
    return f"the object contains the name {truncate(name, MESSAGE_LIMIT)} twice", "remove one of the two members"


def describe_number(number: str) -> tuple[str, str]:
    """Return the problem and the remedy for a number that the decoder rejects."""
    shown, digits = truncate(number, MESSAGE_LIMIT), number.removeprefix("-")
    if digits.isdigit():
        if len(digits) <= MAX_DIGITS:
            problem = f"the number {shown} has more digits than Python is set to read"
            return problem, f"raise the limit, for example with `PYTHONINTMAXSTRDIGITS={MAX_DIGITS}`"
        return f"the number {shown} has more than {MAX_DIGITS:,} digits", ""
    if digits in ("NaN", "Infinity"):
        return f"JSON has no `{shown}`", "write a finite number or null"
    return f"the number {shown} is too large for a float", "write a number up to 1.7e308"


def find_binary(data: bytes) -> tuple[str, str] | None:
    """Return the problem and the remedy for data in a format of `_COMPRESSED` or `_BINARY`; `None` for other data."""
    for magic, (compression, command) in _COMPRESSED.items():
        if data.startswith(magic):
            remedy = f"unpack it with `{command} FILE > UNPACKED`"
            # Newer spreadsheets are zip files of XML.
            remedy += f", or, if it is a spreadsheet, {_WRITE_ROWS}" if compression == "zip" else ""
            return f"the data is compressed with {compression}", remedy
    return next((mistake for magic, mistake in _BINARY.items() if data.startswith(magic)), None)


def find_foreign_notation(text: str, offset: int, *, is_line: bool) -> tuple[int, str, str] | None:
    """Return the offset, problem and remedy of notation that JSON lacks but other tools accept, such as a comment.

    For the arguments, see `find_mistake`.
    """
    at = _skip_blanks(text, offset)
    char = text[at : at + 1]
    before = text[:at].rstrip(_BLANKS)
    if text.startswith(("//", "/*", "#"), at):
        remedy = "remove the comment"
        if not is_line:
            remedy += ", or save the document in a .yaml file and write comments with `#`"
        return at, "JSON does not allow comments", remedy
    # Newer Python versions report a trailing comma at the comma, and older versions report it at the bracket.
    if char == ",":
        after = _skip_blanks(text, at + 1)
        if text[after : after + 1] in ("}", "]"):
            return _make_trailing_comma(at, text[after])
    if char in ("}", "]") and before.endswith(","):
        return _make_trailing_comma(len(before) - 1, char)
    return None if _find_code(text, at) else _find_foreign_text(text, at, before)


def find_mistake(text: str, offset: int, *, is_line: bool, has_line_feed: bool) -> tuple[int, str, str] | None:
    """Return the offset, problem and remedy of a common mistake, if there is one.

    `offset` is the position where the `json` decoder stopped.  `is_line` is true for
    a line of JSONL, and `has_line_feed` for a line that a line feed ended.
    """
    at = _skip_blanks(text, offset)
    before = text[:at].rstrip(_BLANKS)
    if _CONFLICT_MARKER.match(text, at) and (not before or before != text[:at].rstrip(" \t")):
        return at, *_CONFLICT
    if text.startswith("\x1b[", at):
        return at, "the text contains color codes of a terminal", "write it without color, for example with `jq -M`"
    if not before and _MARKUP.match(text, at):
        return at, "the text is HTML or XML, not JSON", "check whether this is an error page, and save the JSON instead"
    if text.startswith(("```", "~~~"), at) and (not before or before.endswith(("}", "]"))):
        return at, "the JSON is inside a Markdown code fence", "save only the JSON between the fences"
    mistake = _find_code(text, at) or _find_further_text(text, at, is_line=is_line)
    return _find_broken_line(text, at, has_line_feed) if mistake is None and is_line else mistake


def find_conflict(text: str) -> tuple[int, str, str] | None:
    """Return the offset, problem and remedy of the first conflict marker in invalid YAML; `None` without a marker."""
    marker = re.search(f"^(?:{_CONFLICT_MARKER.pattern})", text, re.MULTILINE)
    return marker and (marker.start(), *_CONFLICT)


def _find_broken_line(text: str, at: int, has_line_feed: bool) -> tuple[int, str, str] | None:
    """Find a comma after the document, or a document that continues on the next line."""
    line = text.rstrip(_BLANKS)
    if text[at : at + 1] == "," and at == len(line) - 1 and _is_document(text[:at]):
        return at, "there is a comma after the document", "remove it, because JSONL has no commas between lines"
    # Without a line feed, no further line continues the document, so the file is probably cut off.
    is_open = line.endswith(("{", "[", ",", ":")) and line.lstrip(_BLANKS).startswith(("{", "["))
    if has_line_feed and is_open and at >= len(line) - 1:
        # `jq -c .` would write an array on one line, but a line must be one request, so suggest splitting the array.
        jq_filter = "'.[]'" if line.lstrip(_BLANKS).startswith("[") else "."
        remedy = f"write each document on one line, for example with `jq -c {jq_filter} FILE > FILE.jsonl`"
        return at, "the document on this line is incomplete", remedy
    return None


def _make_trailing_comma(at: int, bracket: str) -> tuple[int, str, str]:
    return at, f"JSON does not allow a trailing comma before `{bracket}`", "remove the comma"


def _find_code(text: str, at: int) -> tuple[int, str, str] | None:
    """Find a value in the notation of Python or of other code."""
    literal = _PYTHON_LITERAL.match(text, at)
    is_first = not text[:at].strip(_BLANKS)
    if literal and (text[:at].strip(_BLANKS).startswith(("{", "[")) or (is_first and literal[0][-1] in "('\"")):
        shown = truncate(literal[0], MESSAGE_LIMIT)
        if literal[0].endswith("("):
            # For example, the MongoDB shell prints `ObjectId(...)`, and Python prints `datetime.date(...)`.
            remedy = "write the value itself as JSON; in Python, use `json.dump`, and for an SDK object, `.as_dict()`"
            return at, f"`{shown}` is code, not JSON", remedy
        remedy = f"{_WRITE_JSON}, not with `str` or `print`"
        if literal[0].startswith("b"):
            # `json.dump` rejects bytes.
            remedy = "decode the bytes with `.decode()` before you write them"
        return at, f"`{shown}` is Python, not JSON", remedy
    return None


def _find_foreign_text(text: str, at: int, before: str) -> tuple[int, str, str] | None:
    """Find a name, a string or a number in a notation that JSON does not allow."""
    if text.startswith("'", at):
        return (
            at,
            "JSON does not allow single quotes",
            f"write double quotes around names and strings, or {_WRITE_JSON}",
        )
    if text[at : at + 1] in tuple("\u201c\u201d\u201e\u2018\u2019"):
        return at, "JSON does not allow typographic quotes", 'write plain double quotes (`"`)'
    name = _BARE_NAME.match(text, at)
    if name and before.endswith(("{", ",")):
        shown = truncate(name[0], MESSAGE_LIMIT)
        return at, f"the name `{shown}` must be in double quotes", f'write `"{shown}"`'
    # The decoder reads the `0` of `0xFF` and the `5` of `5.` as a number, and stops after it.
    number_at = len(text[:at].rstrip("+-0123456789"))
    number = _FOREIGN_NUMBER.match(text, number_at)
    if number and number.end() > at and text[:number_at].rstrip(_BLANKS).endswith(("[", ",", ":")):
        shown = truncate(number[0], MESSAGE_LIMIT)
        return number_at, f"JSON does not allow the number `{shown}`", "write a decimal number, such as 255 or 0.5"
    return None


def _find_further_text(text: str, at: int, *, is_line: bool) -> tuple[int, str, str] | None:
    """Find a table, or a second document after the first."""
    first_line = text.lstrip(_BLANKS).split("\n", 1)[0]
    is_json = first_line.startswith(("{", "[", "}", "]")) or bool(_MEMBER.match(text.lstrip(_BLANKS)))
    if not is_json and at <= len(text) - len(text.lstrip(_BLANKS)) + len(first_line) and _is_table(text):
        remedy = 'write one object for each row, such as `{"attachment": "...", "instruction": "..."}`'
        return at, "the text is CSV or another table, not JSON", remedy
    follows_comma = text[at : at + 1] == "," and text[_skip_blanks(text, at + 1) :][:1] in ("{", "[")
    if not is_json or (text[at : at + 1] not in ("{", "[") and not follows_comma) or not _is_document(text[:at]):
        return None
    if is_line:
        return at, "the line contains a second document", "write one document on each line"
    first = text[:at].rstrip(_BLANKS)
    is_jsonl = "\n" not in first.lstrip(_BLANKS) and "\n" in text[len(first) : at]
    problem = "the file contains several JSON documents"
    if follows_comma or not is_jsonl:
        return (
            at,
            problem,
            "keep only one; if they are projects or tasks, put `[` and `]` around them, and commas between",
        )
    return at, problem, "keep only one; if they are tasks, rename the file to .jsonl, or pass --lines"


def _is_table(text: str) -> bool:
    """Return whether text is a table: its first two lines contain the same separator.

    A text of one line is a table if the line contains a separator.  Text with `{` or `[` in the first line, or at
    the start of the second line, is not a table but JSON or code.
    """
    first, *others = text.strip(_BLANKS).split("\n", 2)[:2]
    # In prose, a space follows a comma, so such a comma is not a separator.  In a single line of a log or of code, or in
    # an address, a colon or an equals sign often comes before the comma.
    before = ".*" if others else "[^:=]*"
    separators = [separator for separator in ",;\t" if re.match(rf"{before}{separator}(?=\S)", first)]
    second_start = others[0].lstrip(_BLANKS)[:1] if others else ""
    if set("{[") & set(first) or second_start in ("{", "["):
        return False
    return any(not others or separator in others[0] for separator in separators)


def _is_document(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _skip_blanks(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in _BLANKS:
        at += 1
    return at
