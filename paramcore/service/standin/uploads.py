"""The API calls for files; the stand-in keeps facts such as the name and the size of a file, but not its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall, require, require_text
from paramcore.service.standin.multipart import read_form
from paramcore.service.standin.projects import get_stored_project
from paramcore.service.standin.state import Change
from paramcore.text import format_count, format_value

#: The optional text fields of a file.
_TEXT_FIELDS = ("display_name", "reference_id")


def upload_file(context: Context, call: Call) -> Answer:
    """Store the name, the type, the size and the digest of an uploaded file."""
    form = read_form(call.headers.get("content-type", ""), call.body)
    if form is None:
        raise RejectedCall(400, "the body must be a form (multipart/form-data) with the field `file`")
    file = form.files.get("file")
    if file is None:
        raise RejectedCall(400, "`file` is missing; send the file as the form field `file`")
    content = {"mime_type": file.media_type, "size": len(file.content), "sha256": _digest(file.content)}
    return _store(context, call, {"file": file.name, **form.fields}, file.name, content)


def import_file(context: Context, call: Call) -> Answer:
    """Store the URL of a file; the stand-in never fetches the file."""
    body = call.read_object()
    url = require_text(body, "file_url")
    return _store(context, call, body, url.rpartition("/")[2], {"file_url": url})


def _store(context: Context, call: Call, given: Mapping[str, Any], name: str, content: Mapping[str, Any]) -> Answer:
    project_name = require(given, "project_name")
    get_stored_project(context.state, project_name)
    number = f"{len(context.state.files) + 1:024x}"
    time = {} if call.time is None else {"created_at": call.time}
    fields = {
        "id": number,
        "attachment_url": f"scaledata://stand-in/{number}",
        "display_name": name,
        **{field: given[field] for field in _TEXT_FIELDS if isinstance(given.get(field), str)},
        "project_names": [project_name],
        "metadata": given.get("metadata") or {},
        **content,
        **time,
    }
    size = format_count(content["size"], "byte") if "size" in content else "not fetched"
    reason = f"created the file {format_value(fields['display_name'])} ({size})"
    return Answer.of(fields, reason, Change.of("files", number, fields))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
