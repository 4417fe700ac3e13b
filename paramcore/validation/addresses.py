"""Checks of addresses: what the service fetches or sends results to.

Every finding is a warning: the service accepts a task whose address it cannot
read, and reports the error later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from paramcore.text import describe_type, describe_value, format_value
from paramcore.validation.check_parts import CrossCheck, get_member, list_elements, list_leaves
from paramcore.validation.finding import Finding
from paramcore.values import join_pointer

#: Values of `attachment_type` for which an attachment is an address; a text is the data itself.
_MEDIA = ("image", "video", "audio", "website", "pdf")

#: Types whose attachments are always addresses.
_ADDRESS_TYPES = (
    *("annotation", "audiotranscription", "cuboidannotation", "documenttranscription", "imageannotation"),
    *("lidarannotation", "lidarsegmentation", "lidartopdown", "lineannotation", "pointannotation"),
    *("polygonannotation", "segmentannotation", "sensorfusion", "videoannotation", "videoboxannotation"),
    *("videocuboidannotation", "videoplaybackannotation"),
)

#: Matches most valid addresses, which need no further check.
_PLAIN = re.compile(r"(?:https?|s3|gs|scaledata)://[!-.0-~][!-~]*", re.IGNORECASE)
_LOCAL = re.compile(r"file:|/(?!/)|~|\.\.?[/\\]|[a-z]:[/\\]|\\\\", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_WITHOUT_HOST = re.compile(r"https?:(?!//[^/])", re.IGNORECASE)
#: A second address after a separator; the query of an address may hold others.
_SECOND = re.compile(r"[^?#]*?[,;|\s][a-z][a-z0-9+.-]*://", re.IGNORECASE)


def _make_finding(pointer: str, text: str, wanted: str, found: str = "", fix: str | None = None) -> Finding:
    found = f"{found}{describe_value(text)}"
    suggestion = None if fix is None else format_value(fix)
    hidden = describe_type(text)
    return Finding("param_pattern", "warning", pointer, found, wanted, suggestion, problem_without_value=hidden)


def _is_blank(letter: str) -> bool:
    # Invisible characters come along when an address is copied: a byte order mark, a blank of no width.
    return letter.isspace() or not letter.isprintable()


def _strip(text: str) -> str:
    start, end = 0, len(text)
    while start < end and _is_blank(text[start]):
        start += 1
    while start < end and _is_blank(text[end - 1]):
        end -= 1
    return text[start:end]


def _check_blanks(text: str, pointer: str) -> Iterator[Finding]:
    address = _strip(text)
    if not address:
        yield _make_finding(pointer, text, "an address: a text of blanks is none")
    elif address != text:
        found = "a blank or a line break around the address, in "
        yield _make_finding(pointer, text, "the address alone", found, address)
    elif any(_is_blank(letter) and letter != " " for letter in text):
        wanted = "an address without line breaks and invisible characters"
        yield _make_finding(pointer, text, wanted, "a line break or an invisible character in ")


def _holds_several(text: str) -> bool:
    # Counting is faster than the pattern, and most texts hold one address.
    return text.count("://") > 1 and _SECOND.match(text.strip()) is not None


def _make_several_finding(pointer: str, text: str) -> Finding:
    return _make_finding(pointer, text, "one address", "several addresses in ")


def _check_address(text: Any, pointer: str) -> Iterator[Finding]:
    """Check the address of something that the service fetches."""
    if not isinstance(text, str) or not text:
        return
    if _holds_several(text):
        yield _make_several_finding(pointer, text)
        return
    if _PLAIN.fullmatch(text):
        return
    blanks = [*_check_blanks(text, pointer)]
    address = _strip(text)
    wanted = "an address that the service can read, such as `https://...` or `s3://...`"
    if blanks and (not address or _PLAIN.fullmatch(address)):
        yield from blanks
    elif _LOCAL.match(address):
        yield _make_finding(pointer, text, wanted, "a path on your computer, ")
    elif _WITHOUT_HOST.match(address):
        yield _make_finding(pointer, text, wanted, "an address without a host, ")
    elif not _SCHEME.match(address) and re.search(r"[./\\\s]", address):
        yield _make_finding(pointer, text, wanted, "no address: ")
    elif blanks:
        yield from blanks
    elif " " in address and address.lower().startswith("http"):
        # A blank is part of a key in a bucket, but of no address of the web.
        yield _make_finding(pointer, text, "`%20` for each blank", "a blank in ", address.replace(" ", "%20"))


def check_callback(params: Mapping[str, Any]) -> Iterator[Finding]:
    """Check the address that a result is sent to."""
    value, pointer = params["callback_url"], "/callback_url"
    if not isinstance(value, str) or not value:
        return
    address = _strip(value)
    is_mail = "@" in address and not _LOCAL.match(address)
    is_web = address.lower().startswith(("http://", "https://"))
    wanted = "an address that begins with `https://` or `http://`, or an e-mail address"
    if not is_web and not is_mail:
        yield _make_finding(pointer, value, wanted)
    elif _holds_several(value):
        yield _make_several_finding(pointer, value)
    elif _WITHOUT_HOST.match(address):
        yield _make_finding(pointer, value, wanted, "an address without a host, ")
    elif blanks := [*_check_blanks(value, pointer)]:
        yield from blanks
    elif " " in address:
        fix = address.replace(" ", "%20") if is_web else None
        yield _make_finding(pointer, value, "an address without blanks", "a blank in ", fix)


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
    """Check the files of pre-made annotations: those of a video, and the masks of an image."""
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
