"""
YAML files, read as the JSON that they spell.

Of YAML only the notation is taken: block and flow style, quoting, comments.  A
plain scalar that is exactly a JSON literal is that value, an empty one is null,
and all else is text: `no`, `~`, `1_000`, `0x1F` and dates are text.  Tags,
anchors, aliases, merge keys, directives and further documents are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from math import inf, isfinite
from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.files.positions import Locator, Token, TokenLocator
from paramcore.values.scalars import MAX_DIGITS

__all__ = ["YAMLProblem", "decode_yaml", "iter_yaml_tokens", "locate_yaml"]


@frozen(slots=False)
class YAMLProblem(Exception):
    """What is wrong with a YAML text, and the offset of the character where it is."""

    code: str
    offset: int
    found: str
    wanted: str


@frozen
class _Piece:
    """A name, a scalar, or either end of an object or array; `trail` leads to it and goes on changing."""

    kind: Literal["name", "scalar", "object", "array", "end"]
    offset: int
    value: Any
    trail: list[str | int]


#: An event of the YAML parser, whose classes are known only once it is imported.
_Event: TypeAlias = Any


def decode_yaml(text: str, depth: int) -> Any:
    """
    Return the JSON value that a YAML text spells: plain dicts, lists and scalars.

    Raises:
        YAMLFault: for what is no such YAML, or more than `depth` levels.
        ImportError: where no YAML reader is installed.

    """
    holder: list[Any] = []
    open_ones: list[Any] = [holder]
    for piece in _pieces(text, depth):
        if piece.kind == "end":
            open_ones.pop()
            continue
        around = open_ones[-1]
        if piece.kind == "name":
            if piece.value in around:
                found = f"the name {_cut(json.dumps(piece.value))} for the second time"
                raise YAMLProblem("json_duplicate_key", piece.offset, found, "each name once")
            continue
        if isinstance(around, dict):
            around[str(piece.trail[-1])] = piece.value
        else:
            around.append(piece.value)
        if piece.kind in ("object", "array"):
            open_ones.append(piece.value)
    return holder[0]


def iter_yaml_tokens(text: str) -> Iterator[Token]:
    """Yield the names and values of a YAML text that was read before, as `positions.tokens` does."""
    for piece in _pieces(text, None):
        if piece.kind != "end":
            name = piece.value if piece.kind == "name" else ""
            yield Token(piece.offset, name, is_name=piece.kind == "name", trail=piece.trail)


def locate_yaml(text: str) -> Locator:
    """Return where the values are in a YAML text that was read before."""
    return TokenLocator(iter_yaml_tokens(text))


def _pieces(text: str, depth: int | None) -> Iterator[_Piece]:
    trail: list[str | int] = []
    expects_name = False
    at_name = 0
    for kind, event in _events(text):
        offset: int = event.start_mark.index
        if kind in ("MappingEnd", "SequenceEnd"):
            trail.pop()
            yield _Piece("end", offset, None, trail)
        elif expects_name:
            trail[-1] = _name(kind, event)
            expects_name, at_name = False, offset
            yield _Piece("name", offset, trail[-1], trail)
            continue
        elif kind == "Scalar":
            # A value that is left out stands where its name stands.
            is_left_out = offset == event.end_mark.index and trail and isinstance(trail[-1], str)
            yield _Piece("scalar", at_name if is_left_out else offset, _scalar(event), trail)
        else:
            if depth is not None and len(trail) >= depth:
                raise YAMLProblem("json_depth", offset, f"more than {depth} levels", f"at most {depth} levels")
            is_object = kind == "MappingStart"
            yield _Piece("object" if is_object else "array", offset, {} if is_object else [], trail)
            trail.append("" if is_object else 0)
            expects_name = is_object
            continue
        # A value is complete: the next element, or the next name.
        if trail:
            place = trail[-1]
            expects_name = isinstance(place, str)
            if isinstance(place, int):
                trail[-1] = place + 1


def _events(text: str) -> Iterator[tuple[str, _Event]]:
    """Yield the events of the one document, by kind; what the document may not have is refused."""
    if "\x85" in text:
        wanted = 'it written as "\\x85": YAML readers take it for the end of a line'
        raise YAMLProblem("yaml_syntax", text.index("\x85"), "the character U+0085", wanted)
    documents = 0
    for event in _parsed(text):
        kind = type(event).__name__.removesuffix("Event")
        if kind == "DocumentStart":
            documents += 1
            _check_document(event, documents)
        elif kind not in ("StreamStart", "StreamEnd", "DocumentEnd"):
            _check_plain_json(kind, event)
            yield kind, event
    if not documents:
        raise YAMLProblem("yaml_syntax", 0, "nothing: it is empty", "a YAML document")


def _parsed(text: str) -> Iterator[_Event]:
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    # The pure parser: its events come one by one, so that a limit ends it.
    parse: Callable[[str], Iterator[_Event]] = YAML(typ="safe", pure=True).parse
    try:
        yield from parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = len(text) if mark is None else min(mark.index, len(text))
        raise YAMLProblem("yaml_syntax", offset, str(error.problem or error.context), "YAML") from None
    except ReaderError as error:
        found = f"the character U+{ord(text[error.position]):04X}"
        raise YAMLProblem("yaml_syntax", error.position, found, "characters that YAML allows") from None


def _check_document(event: _Event, documents: int) -> None:
    offset = event.start_mark.index
    if documents > 1:
        raise YAMLProblem("yaml_feature", offset, "a second document", "one document in a file")
    if event.version or event.tags:
        raise YAMLProblem(
            "yaml_feature", offset, "a directive (`%YAML`, `%TAG`) before it", "a document without directives"
        )


def _check_plain_json(kind: str, event: _Event) -> None:
    offset = event.start_mark.index
    wanted = "what JSON can say: write the value itself"
    if kind == "Alias":
        raise YAMLProblem("yaml_feature", offset, f"the alias `*{_cut(event.anchor)}`", wanted)
    if getattr(event, "anchor", None) is not None:
        raise YAMLProblem("yaml_feature", offset, f"the anchor `&{_cut(event.anchor)}`", wanted)
    if getattr(event, "tag", None) is not None:
        raise YAMLProblem("yaml_feature", offset, f"the tag `{_cut(str(event.tag))}`", wanted)


def _name(kind: str, event: _Event) -> str:
    offset = event.start_mark.index
    if kind != "Scalar":
        raise YAMLProblem("yaml_feature", offset, "an object or array as a name", "names that are text")
    if _is_plain(event) and event.value == "":
        raise YAMLProblem("yaml_syntax", offset, "no name before a colon", 'a name; the empty one is written ""')
    if _is_plain(event) and event.value == "<<":
        raise YAMLProblem(
            "yaml_feature", offset, "the merge key `<<`", "what JSON can say: write the members themselves"
        )
    return _text(event.value)


_LITERAL = re.compile(r"null|true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _scalar(event: _Event) -> Any:
    text: str = event.value
    if not _is_plain(event):
        return _text(text)
    if text == "":
        return None
    if _LITERAL.fullmatch(text) is None:
        return _text(text)
    try:
        value = json.loads(text)
    except ValueError:
        # An integer of more digits than Python converts.
        value = inf
    if isinstance(value, float) and not isfinite(value):
        wanted = f"a finite number of at most {MAX_DIGITS:,} digits"
        raise YAMLProblem("json_number", event.start_mark.index, _cut(text), wanted)
    return value


def _is_plain(event: _Event) -> bool:
    return bool(event.implicit[0])


def _text(text: str) -> str:
    # Escapes spell what lies beyond the basic plane as two, as in JSON; here they are joined.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass") if _HALF.search(text) else text


_HALF = re.compile("[\ud800-\udfff]")


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
