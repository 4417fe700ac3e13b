"""Name the common mistakes in files that are no JSON, and the way out of each."""

from __future__ import annotations

import json
import re

from paramcore.text import MESSAGE_LIMIT, truncate

_BLANKS = " \t\r\n"

#: The first bytes of compressed files, and the command that unpacks them.
_COMPRESSED = {
    b"\x1f\x8b": ("gzip data", "gunzip -c"),
    b"PK\x03\x04": ("a zip file", "unzip -p"),
    b"BZh": ("bzip2 data", "bunzip2 -c"),
    b"\xfd7zXZ\x00": ("xz data", "xz -dc"),
    b"\x28\xb5\x2f\xfd": ("zstd data", "zstd -dc"),
}

#: The first bytes of other files that are no text, what they are, and what to do.
_BINARY = {
    b"\xff\xfe\0\0": ("UTF-32", "UTF-8, or UTF-16 with a byte order mark"),
    b"\0\0\xfe\xff": ("UTF-32", "UTF-8, or UTF-16 with a byte order mark"),
    b"\0\0\0\0": ("a file that begins with NUL bytes", "an undamaged file: write it again, or restore it"),
    **{
        bytes([0x80, protocol]): ("a Python pickle", "JSON: write the object with `json.dump`")
        for protocol in range(2, 6)
    },
}

#: Where a text begins that Python wrote, and JSON has in another form.
_PYTHON_LITERAL = re.compile(
    r"(?:True|False|None)\b|[A-Za-z_][\w.]*\(|b['\"]|'(?:[^'\\]|\\.)*'(?=.*\b(?:True|False|None)\b)"
)
#: A member that begins a line, which a table does not have.
_MEMBER = re.compile(r'[ \t]*"(?:[^"\\]|\\.)*"[ \t]*:')
_BARE_NAME = re.compile(r"[A-Za-z_$][\w$-]*(?=\s*:)")

_WRITE_JSON = "in Python, write the file with `json.dump`"


def find_binary(data: bytes) -> tuple[str, str] | None:
    """Return which file that is no text begins like this and what to do, if any: compressed data and the like."""
    for magic, (found, command) in _COMPRESSED.items():
        if data.startswith(magic):
            return found, f"the unpacked file: `{command} FILE > UNPACKED`"
    return next((mistake for magic, mistake in _BINARY.items() if data.startswith(magic)), None)


def find_mistake(text: str, offset: int, *, is_line: bool) -> tuple[int, str, str] | None:
    """Return the offset of a common mistake, what it is and what to do; `None` for any other.

    `offset` is where the decoder of `json` stopped.  `is_line` is whether the text
    is a line of JSONL.
    """
    at = _skip_blanks(text, offset)
    char = text[at : at + 1]
    before = text[:at].rstrip(_BLANKS)
    if text[:at].strip(_BLANKS) == "" and char == "<":
        return at, "HTML or XML", "JSON: a page was saved in its place, such as an error page"
    if text.startswith(("```", "~~~"), at) and (not before or before.endswith(("}", "]"))):
        return at, "a fence of Markdown code", "the JSON inside the fences only"
    if text.startswith(("//", "/*", "#"), at):
        return at, "a comment", "JSON, which has no comments: remove it, or rename the file to `.yaml` and use `#`"
    # Newer versions of Python stop at the comma, older ones after it.
    if char == ",":
        after = _skip_blanks(text, at + 1)
        if text[after : after + 1] in ("}", "]"):
            return _make_trailing_comma(at, text[after])
    if char in ("}", "]") and before.endswith(","):
        return _make_trailing_comma(len(before) - 1, char)
    mistake = _find_wrong_text(text, at) or _find_further_text(text, at, is_line=is_line)
    return _find_broken_line(text, at) if mistake is None and is_line else mistake


def _find_broken_line(text: str, at: int) -> tuple[int, str, str] | None:
    """Return the mistake of a document that goes on in the next line of JSONL, or has a comma after it."""
    line = text.rstrip(_BLANKS)
    if text[at : at + 1] == "," and at == len(line) - 1 and _is_document(text[:at]):
        return at, "a comma after the document", "one document on each line, without commas"
    if line.endswith(("{", "[", ",", ":")) and line.lstrip(_BLANKS).startswith(("{", "[")) and at >= len(line) - 1:
        wanted = "one document on each line: `jq -c . FILE > FILE.jsonl` writes them so"
        return at, "the start of a document on several lines", wanted
    return None


def _make_trailing_comma(at: int, bracket: str) -> tuple[int, str, str]:
    return at, f"a trailing comma before `{bracket}`", "no comma after the last value: remove it"


def _find_wrong_text(text: str, at: int) -> tuple[int, str, str] | None:
    """Return the mistake of a name or a value in a form that JSON lacks."""
    literal = _PYTHON_LITERAL.match(text, at)
    is_first = not text[:at].strip(_BLANKS)
    if literal and (text[:at].strip(_BLANKS).startswith(("{", "[")) or (is_first and literal[0][-1] in "('\"")):
        shown = truncate(literal[0], MESSAGE_LIMIT)
        return at, f"`{shown}`, as Python's `repr` writes it", f"JSON: {_WRITE_JSON}, not with `str` or `print`"
    if text.startswith("'", at):
        return at, "single quotes", f"double quotes around names and texts; {_WRITE_JSON}"
    if text[at : at + 1] in tuple("\u201c\u201d\u201e\u2018\u2019"):
        return at, "typographic quotes", 'plain double quotes (`"`)'
    name = _BARE_NAME.match(text, at)
    if name and text[:at].rstrip(_BLANKS).endswith(("{", ",")):
        return (
            at,
            f"the name {truncate(name[0], MESSAGE_LIMIT)} without quotes",
            f'`"{truncate(name[0], MESSAGE_LIMIT)}"`',
        )
    return None


def _find_further_text(text: str, at: int, *, is_line: bool) -> tuple[int, str, str] | None:
    """Return the mistake of a table, or of text after the end of a document."""
    first_line = text.lstrip(_BLANKS).split("\n", 1)[0]
    is_json = first_line.startswith(("{", "[", "}", "]")) or (is_line and bool(_MEMBER.match(text)))
    if (
        not is_json
        and at <= len(text) - len(text.lstrip(_BLANKS)) + len(first_line)
        and re.search("[,;\t]", first_line)
    ):
        wanted = 'JSON: one object for each row, such as `{"attachment": "...", "instruction": "..."}`'
        return at, "CSV, or another table", wanted
    begins = text[at : at + 1] == "," and text[_skip_blanks(text, at + 1) :][:1] in ("{", "[")
    if not is_json or (text[at : at + 1] not in ("{", "[") and not begins) or not _is_document(text[:at]):
        return None
    if is_line:
        return at, "a second document on this line", "one document on each line"
    first = text[:at].rstrip(_BLANKS)
    is_jsonl = "\n" not in first.lstrip(_BLANKS) and "\n" in text[len(first) : at]
    if begins or not is_jsonl:
        return at, "several documents in one file", "one document: put `[` and `]` around them, and commas between them"
    return at, "several documents in one file", "one document: rename it to `.jsonl`, or pass `--lines`"


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
