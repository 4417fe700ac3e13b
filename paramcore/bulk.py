"""Fast path for well-formed JSONL lines, temporary until JSONL has one path of its own.

`FastTaskReader` reads well-formed lines, and `PreviewEncoder` encodes their
effective params.  Both return `None` for any other line: the caller then reads it
with full checks, which report the error.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json import encoder
from json.encoder import encode_basestring_ascii as encode_text
from typing import Any

from attrs import evolve, field, frozen

from paramcore.errors import ParamcoreError
from paramcore.files.document import decode_plain_object
from paramcore.model import ROUTING_TYPES, Inheritance, Merge, ParamVersion, Project, TaskRequest
from paramcore.wrong_documents import may_be_another_document


@frozen(eq=False)
class Route:
    """The project and inheritance of requests with the same routing; `request` is such a request, without params."""

    project: Project
    inheritance: Inheritance
    request: TaskRequest


class FastTaskReader:
    """Reads task requests from well-formed lines.

    `find_project` returns the project of a request.  `overrides` are routing
    fields that replace a request's own.
    """

    def __init__(
        self,
        find_project: Callable[[TaskRequest], Project],
        overrides: Mapping[str, Any],
    ) -> None:
        self._find_project = find_project
        self._overrides = overrides
        self._routes: dict[tuple[str | None, int | None], Route] = {}

    def read(self, line: bytes) -> tuple[dict[str, Any], Route, str | None] | None:
        """Return a request's params, route and `unique_id`; `None` for a line to be read with full checks.

        `freeze` would accept the params unchanged.  The caller may change them.
        """
        params = decode_plain_object(line)
        if params is None or may_be_another_document(params):
            return None
        instruction = params.get("instruction")
        if type(instruction) is not str and instruction is not None:
            return None
        routing = {name: params.pop(name) for name in ROUTING_TYPES if name in params}
        for name, value in routing.items():
            if type(value) is not ROUTING_TYPES[name] and value is not None:
                return None
        key = (routing.get("project"), self._overrides.get("project_version", routing.get("project_version")))
        route = self._routes.get(key) or self._add_route(*key)
        return None if route is None else (params, route, routing.get("unique_id"))

    def _add_route(self, project_name: str | None, project_version: int | None) -> Route | None:
        try:
            request = TaskRequest(
                {}, project=project_name, project_version=project_version, type=self._overrides.get("type")
            )
            project = self._find_project(request)
            inheritance = project.resolve(request).inheritance
        except ParamcoreError:
            return None
        route = self._routes[project_name, project_version] = Route(project, inheritance, request)
        return route


class PreviewEncoder:
    """Encodes effective params exactly as `json.dumps(EffectiveParams.to_json())` does, after the line and `unique_id`.

    The params of each version are encoded once.  `Inheritance.merge` then merges
    encoded params, because it reads no value except the instruction.  Joining two
    encoded texts gives the encoding of the joined text.
    """

    def __init__(self) -> None:
        self._encoders: dict[Route, _RouteEncoder] = {}

    def encode(self, params: Mapping[str, Any], route: Route, unique_id: str | None, line: int) -> str | None:
        """Return the preview of a request as one line of JSON; `None` where a param is null.

        `line` is the number of the request's line.
        """
        # A null may rest on T1, depending on what it overrides.
        if None in params.values():
            return None
        route_encoder = self._encoders.get(route) or self._add_encoder(route)
        merged = route_encoder.merge(_encode_members(params))
        if "instruction" in merged:
            text = merged["instruction"]
            merged["instruction"] = '"instruction": null' if text is None else f'"instruction": "{text}"'
        # `rests_on` depends on whether the task has an instruction, so each form of it has its own envelope.
        instruction = params.get("instruction")
        form = "text" if instruction else instruction
        before, after = route_encoder.envelopes.get(form) or route_encoder.add_envelope(form, params)
        encoded_id = "null" if unique_id is None else encode_text(unique_id)
        return f'{{"line": {line}, "unique_id": {encoded_id}, {before}{", ".join(merged.values())}{after}'

    def _add_encoder(self, route: Route) -> _RouteEncoder:
        version, assumptions = route.inheritance.version, route.inheritance.assumptions
        separator = encode_text(assumptions.instruction_separator)[1:-1]
        encoded_assumptions = evolve(assumptions, instruction_separator=separator)
        encoded_version = None if version is None else ParamVersion(version.number, _encode_members(version.params))
        merge = Inheritance(encoded_version, encoded_assumptions).merge
        route_encoder = self._encoders[route] = _RouteEncoder(route, merge)
        return route_encoder


@frozen(eq=False)
class _RouteEncoder:
    """The merge of encoded params for one route."""

    route: Route
    merge: Merge
    #: The JSON before and after the params, by the instruction of the task: "text", "" or `None`.
    envelopes: dict[str | None, tuple[str, str]] = field(factory=dict)

    def add_envelope(self, form: str | None, params: Mapping[str, Any]) -> tuple[str, str]:
        """Resolve one request with such an instruction, and cache the JSON that surrounds its params."""
        preview = self.route.project.resolve(evolve(self.route.request, params=params)).to_json()
        before, _, after = json.dumps({**preview, "params": {}})[1:].partition('"params": {}')
        envelope = self.envelopes[form] = f'{before}"params": {{', f"}}{after}"
        return envelope


def _encode_members(params: Mapping[str, Any]) -> dict[str, Any]:
    """Encode each param as a JSON member: `{"padding": '"padding": 3'}`.

    The instruction is encoded without its name and quotes, so that it can be joined.
    """
    members: dict[str, Any] = {}
    for name, value in params.items():
        encoded = encode_text(value) if type(value) is str else _encode_value(value)
        members[name] = f"{encode_text(name)}: {encoded}"
    if "instruction" in members:
        instruction = params["instruction"]
        members["instruction"] = instruction and encode_text(instruction)[1:-1]
    return members


def _make_encoder() -> Callable[[Any], str]:
    # json.dumps builds an encoder per call; reuse one.
    plain = json.JSONEncoder()
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    encode = make(None, plain.default, encode_text, None, ": ", ", ", False, False, True)
    return lambda value: "".join(encode(value, 0))


_encode_value = _make_encoder()
