"""Format a project file again after an update, and reuse the text of the old versions."""

from __future__ import annotations

import json
from collections.abc import Sequence

from paramcore.cli.output import format_document
from paramcore.model import ParamVersion, Project
from paramcore.service.standin.state import rebuild_project
from paramcore.wire import write_project, write_version

#: The history of a project without versions, as `format_document` writes it.
#: In the document, this text occurs once, because only lines of the top level are indented by exactly two spaces.
_EMPTY_HISTORY = '\n  "param_history": []'


class ProjectText:
    """Formats a project as `format_document` does, and caches the text of its versions."""

    def __init__(self) -> None:
        self._versions: Sequence[ParamVersion] = ()
        self._entries: list[str] = []

    def format(self, project: Project) -> str:
        """Return the text of a file with this project."""
        pairs = zip(self._versions, project.versions, strict=False)
        known = next((index for index, (old, new) in enumerate(pairs) if old is not new), len(self._versions))
        known = min(known, len(project.versions))
        self._entries[known:] = [_format_entry(version) for version in project.versions[known:]]
        self._versions = project.versions
        text = format_document(write_project(rebuild_project(project, ())))
        if not self._entries:
            return text
        history = ",\n".join(self._entries)
        return text.replace(_EMPTY_HISTORY, f"{_EMPTY_HISTORY[:-1]}\n{history}\n  ]", 1)


def _format_entry(version: ParamVersion) -> str:
    # A JSON string has no line breaks, so each line break belongs to the layout.
    return "    " + json.dumps(write_version(version), indent=2).replace("\n", "\n    ")
