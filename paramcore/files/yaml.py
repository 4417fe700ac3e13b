"""Decode YAML files as JSON values.

Files may use the block style, flow style, quotes and comments of YAML.  A plain scalar is a
scalar without quotes, `|` or `>`.  If a plain scalar is exactly a JSON number, `true`, `false`
or `null`, it has this JSON value.  An omitted value, as in `padding:`, is null.  Every other
scalar is text, including `no`, `~`, `1_000`, `0x1F` and dates.  `YAMLDecoder` rejects tags,
anchors, aliases, merge keys, explicit keys (`?`), directives and a second document.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from paramcore.files.document import STRICT_DECODER
from paramcore.files.mistakes import describe_depth, describe_duplicate, describe_number, find_conflict
from paramcore.files.positions import Locator, SyntaxProblem, Token, TokenLocator, advance_trail
from paramcore.files.yaml_notation import NotationCheck, find_unsupported, make_missing_name_problem
from paramcore.text import MESSAGE_LIMIT, truncate

#: The maximum number of names and values in a YAML file. The parsing time depends mostly on this number.
MAX_TOKENS = 100_000

#: Matches the start of a directive such as `%YAML 1.1`, with the comments and blank lines before it.
_DIRECTIVE = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*%")

#: Matches a character that ends a line in YAML 1.1 but not in YAML 1.2, or a byte order mark that is not at the start
#: of the text.
_MISREAD = re.compile("[\x85\u2028\u2029]|(?<!^)\ufeff")

#: Matches an escape such as `\n` in a double-quoted scalar.  Group 1 matches only `\U` with a number above 10FFFF.
_ESCAPE = re.compile(r"\\(?:(U(?!0010|000)[0-9A-Fa-f]{8})|.)", re.DOTALL)

#: An event of `ruamel.yaml`, which is imported on first use.
_Event: TypeAlias = Any


class YAMLDecoder:
    """Decodes a YAML text and locates its values."""

    def __init__(self) -> None:
        self._locator = TokenLocator()

    def decode(self, text: str, depth: int) -> Any:
        """Decode the text to plain JSON: dicts, lists and scalars.

        Raises:
            SyntaxProblem: `yaml_syntax`, `yaml_feature` (a feature that JSON
                lacks), `json_number`, `json_duplicate_key`, `json_depth`, or
                `too_large` for more than `MAX_TOKENS` names and values.
            ImportError: if `ruamel.yaml` is not installed.
        """
        documents: list[Any] = []
        # `documents`, then the open objects and arrays, outermost first.  A value whose trail has n parts belongs in
        # `containers[n]`.
        containers: list[Any] = [documents]
        for number, token in enumerate(iter_yaml_tokens(text, depth), 1):
            if number > MAX_TOKENS:
                problem = f"the YAML document has more than {MAX_TOKENS:,} names and values"
                raise SyntaxProblem("too_large", token.offset, problem, "convert it to JSON, which may have more")
            # Record the position now, because parsing the text again to locate a later error would be slow.
            self._locator.add(token)
            if token.is_name:
                if token.content in containers[len(token.trail)]:
                    problem, remedy = describe_duplicate(json.dumps(token.content))
                    raise SyntaxProblem("json_duplicate_key", token.offset, problem, remedy)
                continue
            del containers[len(token.trail) + 1 :]
            container = containers[-1]
            if isinstance(container, dict):
                container[token.trail[-1]] = token.content
            else:
                container.append(token.content)
            if isinstance(token.content, (dict, list)):
                containers.append(token.content)
        return documents[0]

    def make_locator(self, _text: str) -> Locator:
        """Return the locator of the values in the decoded text."""
        return self._locator


def decode_yaml(text: str, depth: int) -> Any:
    """Decode a YAML text as `YAMLDecoder.decode` does."""
    return YAMLDecoder().decode(text, depth)


def iter_yaml_tokens(text: str, depth: int | None = None) -> Iterator[Token]:
    """Yield the names and values in YAML text.

    Raises:
        SyntaxProblem: `yaml_syntax`, `yaml_feature`, `json_number` or `json_depth`.
        ImportError: if `ruamel.yaml` is not installed.
    """
    trail: list[str | int] = []
    next_is_name = False
    name_at = 0
    for event_type, event in _iter_events(text):
        offset: int = event.start_mark.index
        if event_type in ("MappingEnd", "SequenceEnd"):
            trail.pop()
        elif next_is_name:
            trail[-1] = _parse_name(event_type, event)
            next_is_name, name_at = False, offset
            yield Token(offset, trail[-1], is_name=True, trail=trail)
            continue
        elif event_type == "Scalar":
            # An omitted value has the position of its name.
            is_left_out = offset == event.end_mark.index and trail and isinstance(trail[-1], str)
            yield Token(name_at if is_left_out else offset, _parse_scalar(event), is_name=False, trail=trail)
        else:
            if depth is not None and len(trail) >= depth:
                raise SyntaxProblem("json_depth", offset, *describe_depth(depth))
            is_object = event_type == "MappingStart"
            yield Token(offset, {} if is_object else [], is_name=False, trail=trail)
            trail.append("" if is_object else 0)
            next_is_name = is_object
            continue
        # The value is complete, so the next element or name follows.
        if trail:
            advance_trail(trail)
            next_is_name = isinstance(trail[-1], str)


def _iter_events(text: str) -> Iterator[tuple[str, _Event]]:
    """Yield the events of names and values, each as a pair: the type, such as `Scalar`, and the event."""
    if misread := _MISREAD.search(text):
        raise _make_character_problem(misread)
    if directive := _DIRECTIVE.match(text):
        problem, remedy = "directives (`%YAML`, `%TAG`) are not supported", "remove the line"
        raise SyntaxProblem("yaml_feature", directive.end() - 1, problem, remedy)
    documents, notation = 0, NotationCheck(text)
    for event in _parse_events(text):
        event_type = type(event).__name__.removesuffix("Event")
        if event_type == "DocumentStart":
            documents += 1
            if documents > 1:
                problem, remedy = "the file contains a second YAML document", "write one document in each file"
                raise SyntaxProblem("yaml_feature", event.start_mark.index, problem, remedy)
        elif event_type not in ("StreamStart", "StreamEnd", "DocumentEnd"):
            notation.check(event_type, event)
            _check_plain_json(event_type, event)
            yield event_type, event
    notation.check_end()
    if not documents:
        raise SyntaxProblem("yaml_syntax", 0, "invalid YAML: the document is empty", "")


def _make_character_problem(misread: re.Match[str]) -> SyntaxProblem:
    number = f"{ord(misread[0]):04X}"
    problem = f"YAML 1.1 and YAML 1.2 read the character U+{number} differently"
    if number == "FEFF":
        problem = "a byte order mark (U+FEFF) is allowed only at the start of the file"
    remedy = f"remove it, or write `\\u{number}` in double quotes"
    return SyntaxProblem("yaml_syntax", misread.start(), problem, remedy)


def _parse_events(text: str) -> Iterator[_Event]:
    from ruamel.yaml import YAML  # noqa: PLC0415
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    # The pure parser yields events one at a time, so that a limit can stop it.
    parse: Callable[[str], Iterator[_Event]] = YAML(typ="safe", pure=True).parse
    started = parsed = 0
    try:
        # If the last line consists of spaces and has no line feed, the parser drops these spaces, although they may
        # belong to a block scalar.  So add a line feed.
        has_blank_end = not text.rpartition("\n")[2].strip(" ")
        for event in parse(f"{text}\n" if has_blank_end and not text.endswith("\n") else text):
            started, parsed = event.start_mark.index, event.end_mark.index
            yield event
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        offset = len(text) if mark is None else min(mark.index, len(text))
        raise _make_parser_problem(text, offset, error.problem or error.context, started) from None
    except ReaderError as error:
        # Do not call the character invalid: YAML 1.2 allows some of the rejected characters in quotes, such as U+007F.
        problem = f"the character U+{ord(text[error.position]):04X} is not supported in YAML files"
        raise SyntaxProblem("yaml_syntax", error.position, problem, "write it as an escape in double quotes") from None
    except (ValueError, OverflowError):
        # For an escape such as `\UFFFFFFFF`, the parser calls `chr`, which raises these errors above 10FFFF.
        offset = next((escape.start() for escape in _ESCAPE.finditer(text, parsed) if escape[1]), parsed)
        problem, remedy = "the escape is not a Unicode character", "write a number up to `\\U0010FFFF`"
        raise SyntaxProblem("yaml_syntax", offset, problem, remedy) from None


def _make_parser_problem(text: str, offset: int, message: str, started: int) -> SyntaxProblem:
    if conflict := find_conflict(text):
        return SyntaxProblem("yaml_syntax", *conflict)
    if unsupported := find_unsupported(text, offset, message, started):
        return unsupported
    return SyntaxProblem("yaml_syntax", offset, f"invalid YAML: {message}", "")


def _check_plain_json(event_type: str, event: _Event) -> None:
    if event_type == "Alias":
        raise _make_feature_problem(event, f"alias `*{_shorten(event.anchor)}`", "write the value itself")
    if getattr(event, "anchor", None) is not None:
        raise _make_feature_problem(event, f"anchor `&{_shorten(event.anchor)}`", "remove it")
    if getattr(event, "tag", None) is not None:
        raise _make_feature_problem(
            event, f"tag `{_shorten(str(event.tag))}`", "remove it, and put only text in quotes"
        )


def _make_feature_problem(event: _Event, feature: str, remedy: str) -> SyntaxProblem:
    problem = f"the {feature} has no equivalent in JSON"
    return SyntaxProblem("yaml_feature", event.start_mark.index, problem, remedy)


def _parse_name(event_type: str, event: _Event) -> str:
    offset = event.start_mark.index
    if event_type != "Scalar":
        raise SyntaxProblem("yaml_feature", offset, "a name must be text, got an object or an array", "")
    if _is_plain(event) and event.value == "":
        raise make_missing_name_problem(offset)
    if _is_plain(event) and event.value == "<<":
        raise _make_feature_problem(event, "merge key `<<`", "write the members themselves")
    return _join_surrogates(event.value)


_LITERAL = re.compile(r"null|true|false|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _parse_scalar(event: _Event) -> Any:
    text: str = event.value
    if not _is_plain(event) or (text and not _LITERAL.fullmatch(text)):
        return _join_surrogates(text)
    if not text:
        return None
    try:
        return STRICT_DECODER.decode(text)
    except ValueError:
        raise SyntaxProblem("json_number", event.start_mark.index, *describe_number(text)) from None


def _is_plain(event: _Event) -> bool:
    return bool(event.implicit[0])


def _join_surrogates(text: str) -> str:
    # As in JSON, two `\u` escapes may form one character: a surrogate pair.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def _shorten(text: str) -> str:
    return truncate(text, MESSAGE_LIMIT)
