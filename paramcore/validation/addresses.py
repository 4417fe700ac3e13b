"""Check the addresses that the service fetches data from or sends results to.

Every finding is a warning, because the service accepts a task with a wrong address and
reports the error later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from paramcore.text import describe_value, format_value
from paramcore.validation.check_parts import CrossCheck, get_member, list_elements, list_leaves
from paramcore.validation.finding import Finding
from paramcore.values import join_pointer

#: Values of `attachment_type`, or of an attachment's `type`, that mean that the attachment is an address. With other
#: values, the attachment is the data itself.
_MEDIA = ("image", "video", "audio", "website", "pdf")

#: Task types whose attachments are always addresses.
_ADDRESS_TYPES = (
    *("annotation", "audiotranscription", "cuboidannotation", "documenttranscription", "imageannotation"),
    *("lidarannotation", "lidarsegmentation", "lidartopdown", "lineannotation", "pointannotation"),
    *("polygonannotation", "segmentannotation", "sensorfusion", "videoannotation", "videoboxannotation"),
    *("videocuboidannotation", "videoplaybackannotation"),
)

#: Matches most valid addresses. A matching address needs no check except `_has_several_addresses`.
_PLAIN = re.compile(r"(?:https?|s3|gs|scaledata)://(?![/?#:@])[!-~]+", re.IGNORECASE)
_LOCAL = re.compile(r"file:|/(?!/)|~|\.\.?[/\\]|[a-z]:[/\\]|\\\\", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
#: Matches an address without a host, or an address such as `s3://bucket/file` without the bucket.
_WITHOUT_HOST = re.compile(r"(?:https?|s3|gs):(?!//[^/?#:@])", re.IGNORECASE)
_SPACE_IN_HOST = re.compile(r"https?://[^/?#]* ", re.IGNORECASE)
#: Matches a second address after a separator, but not in a query or a fragment, which may contain other addresses.
_SECOND = re.compile(r"[^?#]*?[,;|\s][a-z][a-z0-9+.-]*://", re.IGNORECASE)


_READABLE = "write an address that the service can read, such as `https://...` or `s3://...`"
_FOR_CALLBACK = "write an address that begins with `https://` or `http://`, or an e-mail address"
_ENCODED_SPACES = "write `%20` for each space"


def _make_finding(pointer: str, text: str, problem: str, remedy: str, corrected: str | None = None) -> Finding:
    """Return a finding about an address; the suggestion is the corrected address, if there is one."""
    return Finding(
        "param_pattern",
        "warning",
        pointer,
        f"{problem}: {describe_value(text)}",
        remedy if corrected is None else "",
        None if corrected is None else format_value(corrected),
        problem_without_value=problem,
        remedy_without_value=remedy,
    )


def _is_invisible(character: str) -> bool:
    # Copied addresses often include a byte order mark or a zero-width space, which `isspace` does not recognize.
    return character.isspace() or not character.isprintable()


def _strip(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_invisible(text[start]):
        start += 1
    while start < end and _is_invisible(text[end - 1]):
        end -= 1
    return text[start:end]


def _check_whitespace(text: str, pointer: str) -> Iterator[Finding]:
    address = _strip(text)
    if not address:
        yield _make_finding(pointer, text, "contains only whitespace or invisible characters", "write an address")
    elif address != text:
        remedy = "write the address alone"
        problem = "has whitespace or invisible characters around the address"
        yield _make_finding(pointer, text, problem, remedy, address)
    elif any(_is_invisible(character) and character != " " for character in text):
        problem = "has a line break or an invisible character in the address"
        yield _make_finding(pointer, text, problem, "remove it")


def _has_several_addresses(text: str) -> bool:
    # Most strings contain one address, and counting is faster than matching, so count first.
    return text.count("://") > 1 and _SECOND.match(text.strip()) is not None


def _make_several_finding(pointer: str, text: str) -> Finding:
    return _make_finding(pointer, text, "contains several addresses", "write one address")


def _make_space_finding(pointer: str, text: str, address: str) -> Finding:
    """Return a finding about a space in a web address."""
    if _SPACE_IN_HOST.match(address):
        # `%20` is not allowed in a host, so do not suggest it.
        return _make_finding(pointer, text, "has a space in the host of the address", "remove it")
    corrected = address.replace(" ", "%20")
    return _make_finding(pointer, text, "has a space in the address", _ENCODED_SPACES, corrected)


def _check_address(text: Any, pointer: str) -> Iterator[Finding]:
    """Check an address that the service fetches data from."""
    if not isinstance(text, str) or not text:
        return
    if _has_several_addresses(text):
        yield _make_several_finding(pointer, text)
        return
    if _PLAIN.fullmatch(text):
        return
    whitespace = [*_check_whitespace(text, pointer)]
    address = _strip(text)
    if whitespace and (not address or _PLAIN.fullmatch(address)):
        yield from whitespace
    elif _LOCAL.match(address):
        yield _make_finding(pointer, text, "is a path on your computer", _READABLE)
    elif _WITHOUT_HOST.match(address):
        what = "host" if address.lower().startswith("http") else "bucket"
        yield _make_finding(pointer, text, f"is an address without a {what}", _READABLE)
    elif not _SCHEME.match(address) and re.search(r"[./\\\s]", address):
        yield _make_finding(pointer, text, "is not an address", _READABLE)
    elif whitespace:
        yield from whitespace
    elif " " in address and address.lower().startswith("http"):
        # The address of a file in a bucket may contain spaces, but a web address may not.
        yield _make_space_finding(pointer, text, address)


def check_callback(params: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the address that the service sends results to."""
    value, pointer = params["callback_url"], "/callback_url"
    if not isinstance(value, str) or not value:
        return
    address = _strip(value)
    is_email = "@" in address[1:-1] and "://" not in address and not _LOCAL.match(address)
    is_web = address.lower().startswith(("http://", "https://"))
    if not is_web and not is_email:
        yield _make_finding(pointer, value, "is neither a web address nor an e-mail address", _FOR_CALLBACK)
    elif _has_several_addresses(value):
        yield _make_several_finding(pointer, value)
    elif _WITHOUT_HOST.match(address):
        yield _make_finding(pointer, value, "is an address without a host", _FOR_CALLBACK)
    elif whitespace := [*_check_whitespace(value, pointer)]:
        yield from whitespace
    elif " " in address and is_web:
        yield _make_space_finding(pointer, value, address)
    elif " " in address:
        yield _make_finding(pointer, value, "has a space in the address", "remove it")


def _check_attachment(params: Mapping[str, Any]) -> Iterator[Finding]:
    for text, pointer in list_leaves(params["attachment"], "/attachment"):
        yield from _check_address(text, pointer)


def _check_attachments(params: Mapping[str, Any]) -> Iterator[Finding]:
    for text, pointer in list_leaves(params["attachments"], "/attachments"):
        yield from _check_address(text, pointer)


def _check_typed_attachment(params: Mapping[str, Any]) -> Iterator[Finding]:
    if params["attachment_type"] in _MEDIA:
        yield from _check_attachment(params)


def _check_typed_attachments(params: Mapping[str, Any]) -> Iterator[Finding]:
    if params["attachment_type"] in _MEDIA:
        yield from _check_attachments(params)


def _check_contents(params: Mapping[str, Any]) -> Iterator[Finding]:
    for index, attachment in enumerate(list_elements(params["attachments"])):
        if get_member(attachment, "type") in _MEDIA:
            yield from _check_address(get_member(attachment, "content"), f"/attachments/{index}/content")


def _check_context(params: Mapping[str, Any]) -> Iterator[Finding]:
    for index, context in enumerate(list_elements(params["context_attachments"])):
        pointer = join_pointer("context_attachments", index, "attachment")
        yield from _check_address(get_member(context, "attachment"), pointer)


def _check_examples(params: Mapping[str, Any]) -> Iterator[Finding]:
    for index, example in enumerate(list_elements(params["examples"])):
        yield from _check_address(get_member(example, "image"), f"/examples/{index}/image")


def _check_files(params: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the addresses of pre-made annotations: a JSON file for a video, or an image mask."""
    for names in (("url",), ("combined", "indexedImage")):
        address = get_member(params["hypothesis"], "annotations", *names)
        yield from _check_address(address, join_pointer("hypothesis", "annotations", *names))


ADDRESS_CHECKS = (
    CrossCheck(check_callback, ("callback_url",)),
    CrossCheck(_check_attachment, ("attachment",), _ADDRESS_TYPES),
    CrossCheck(_check_attachments, ("attachments",), _ADDRESS_TYPES),
    CrossCheck(_check_typed_attachment, ("attachment", "attachment_type")),
    CrossCheck(_check_typed_attachments, ("attachments", "attachment_type")),
    CrossCheck(_check_contents, ("attachments",), ("textcollection",)),
    CrossCheck(_check_context, ("context_attachments",)),
    CrossCheck(_check_examples, ("examples",), _ADDRESS_TYPES),
    CrossCheck(_check_files, ("hypothesis",), _ADDRESS_TYPES),
)
