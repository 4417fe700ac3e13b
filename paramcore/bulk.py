"""Read task requests from lines of JSON, and write their previews, with a fast path.

A codec decodes a line.  `RequestReader` separates the routing names from the params, and
finds the project and the version.  `PreviewEncoder` merges the params and encodes the
preview.  If the fast path cannot read a line, `RequestReader` reads the line again with
all checks, and returns the request or raises the error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from attrs import evolve, frozen

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.codec import Codec, choose_codec
from paramcore.files.document import Document
from paramcore.files.reader import Line, number_lines
from paramcore.model import ROUTING_TYPES, EffectiveParams, Inheritance, Project, TaskRequest, read_task_request
from paramcore.values import check_argument, check_iterable
from paramcore.wrong_documents import may_be_another_document

__all__ = ["preview_lines"]

#: A task request before it is read: a line of JSONL, or a document.
RawTask: TypeAlias = Line | Document


@frozen(eq=False)
class Route:
    """The project and the inheritance of all requests with the same `project` and `project_version`."""

    project: Project
    inheritance: Inheritance
    #: A request with this `project` and `project_version`, without params.
    request: TaskRequest

    @classmethod
    def of(cls, project: Project, request: TaskRequest) -> Route:
        """Return the route of a request; raise the errors of `Project.resolve`."""
        inheritance = project.resolve(request).inheritance
        bare = TaskRequest({}, project=request.project, project_version=request.project_version, type=request.type)
        return cls(project, inheritance, bare)

    def resolve(self, params: Mapping[str, Any]) -> EffectiveParams:
        """Resolve a request with these params."""
        return self.project.resolve(evolve(self.request, params=params))


class RoutedRequest(NamedTuple):
    """A task request with its route."""

    #: The params of the request, as JSON that `freeze` accepts.
    params: Mapping[str, Any]
    #: The routing names.  `RequestReader` may override `project_version`, so read it from `route.request`.
    routing: Mapping[str, Any]
    route: Route
    source: RawTask

    @property
    def unique_id(self) -> str | None:
        """The `unique_id` of the request."""
        return self.routing.get("unique_id")

    @property
    def line(self) -> int:
        """The line at which the request begins, from 1."""
        return self.source.number if isinstance(self.source, Line) else self.source.locate("").line

    def read_document(self) -> Document:
        """Return the document that locates the values of the request."""
        return read_source(self.source)

    def make_task_request(self) -> TaskRequest:
        """Return the request with all its fields."""
        others = {name: self.routing[name] for name in _OTHER_ROUTING if name in self.routing}
        return evolve(self.route.request, params=self.params, **others)

    def resolve(self) -> EffectiveParams:
        """Return the effective params of the task."""
        return self.route.project.resolve(self.make_task_request())


#: The routing names that do not select a project or a version.
_OTHER_ROUTING = [name for name in ROUTING_TYPES if name not in ("project", "project_version")]


def read_source(source: RawTask) -> Document:
    """Return the document of a task; raise `DocumentError` for a line that cannot be decoded."""
    return source.document() if isinstance(source, Line) else source


class RequestReader:
    """Reads task requests and finds their routes.

    `find_route` returns the route of a request.  The route must depend only on the `project`
    and the `project_version`, because the reader caches routes by these fields.
    `overrides` can contain a `project_version` and a `type` for all requests.
    `read_request` reads a decoded request with all checks.
    """

    def __init__(
        self,
        find_route: Callable[[TaskRequest], Route],
        overrides: Mapping[str, Any] | None = None,
        *,
        codec: Codec | None = None,
        read_request: Callable[[Any], TaskRequest] = read_task_request,
    ) -> None:
        self._find_route = find_route
        self._overrides = overrides or {}
        self._decode = (codec or choose_codec()).decode_object
        self._read_request = read_request
        self._routes: dict[tuple[str | None, int | None], Route] = {}

    def read(self, source: RawTask) -> RoutedRequest:
        """Return the request of a line or a document.

        Raises:
            DocumentError: with the location of the error.  If the request is rejected, `path`
                is the path of the original error.  If a line cannot be decoded, `path` is `None`.
        """
        return (isinstance(source, Line) and self._read_fast(source)) or self._read_with_checks(source)

    def _read_fast(self, line: Line) -> RoutedRequest | None:
        """Return the request of a line; `None` if the line must be read with all checks."""
        params = self._decode(line.data)
        if params is None or may_be_another_document(params):
            return None
        instruction = params.get("instruction")
        if type(instruction) is not str and instruction is not None:
            return None
        routing = {name: params.pop(name) for name in ROUTING_TYPES if name in params}
        for name, value in routing.items():
            if type(value) is not ROUTING_TYPES[name] and value is not None:
                return None
        version = self._overrides.get("project_version", routing.get("project_version"))
        route = self._routes.get((routing.get("project"), version))
        return RoutedRequest(params, routing, route, line) if route else None

    def _read_with_checks(self, source: RawTask) -> RoutedRequest:
        document = read_source(source)
        try:
            request = self._read_request(document.value)
            request = evolve(request, **self._overrides) if self._overrides else request
            route = self._find_route(request)
        except ParamcoreError as error:
            raise document.locate_error(error) from None
        route = self._routes.setdefault((request.project, request.project_version), route)
        routing = {name: value for name in ROUTING_TYPES if (value := getattr(request, name)) is not None}
        return RoutedRequest(request.params, routing, route, source)


class PreviewEncoder:
    """Encodes previews as lines of JSON.

    The keys are `line` and `unique_id`, then the keys of `EffectiveParams.to_json`.
    """

    def __init__(self, codec: Codec | None = None) -> None:
        self._encode = (codec or choose_codec()).encode
        self._previews: dict[tuple[Route, str | None], dict[str, Any]] = {}

    def encode(self, request: RoutedRequest) -> bytes:
        """Return the preview of a request as one line of JSON, without a line feed."""
        params, _routing, route, _source = request
        instruction = params.get("instruction")
        # `rests_on` depends on the route, on whether the task has an instruction, and on nulls (T1).
        # So the cache key is the route and the kind of instruction: text, empty or none.  Previews of tasks with nulls
        # are not cached.
        key = route, "text" if instruction else instruction
        if None in params.values():
            answer = _preview(route, params)
        else:
            answer = self._previews.get(key) or self._previews.setdefault(key, _preview(route, params))
        answer = {
            **answer,
            "line": request.line,
            "unique_id": request.unique_id,
            "params": route.inheritance.merge(params),
        }
        return self._encode(answer)


def _preview(route: Route, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"line": 0, "unique_id": None, **route.resolve(params).to_json()}


def preview_lines(
    project: Project | Callable[[TaskRequest], Project],
    lines: Iterable[bytes],
    *,
    source: str = "<lines>",
) -> Iterator[bytes | DocumentError]:
    r"""Yield the preview of the task request on each line, or the error of the line.

    A preview is compact JSON in UTF-8 without a line feed: `line` and `unique_id`,
    then the keys of `EffectiveParams.to_json`.  Blank lines are skipped.

    `project` can be a function that returns the project of a request.  If the function
    raises a `ParamcoreError`, or returns something other than a project, `preview_lines`
    yields an error for the line.  The returned project must depend only on `request.project`
    and `request.project_version`, because it is cached.

    `source` is the name of the file in errors.  Each error has the line, and
    also the column, unless the line exceeds the size limit.

    Raises:
        InvalidSetting: `argument_type`, if a line is not `bytes`, or if `project` or `lines` has the wrong type.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3})
        >>> lines = [b'{"unique_id": "a"}\n', b'{"padding": }\n']
        >>> preview, error = preview_lines(project, lines, source="tasks.jsonl")
        >>> preview[:31], error.source, error.line
        (b'{"line":1,"unique_id":"a","proj', 'tasks.jsonl', 2)
    """
    if not callable(project):
        check_argument("project", project, Project)
    check_iterable("lines", lines, 'open the file with the mode "rb"')
    codec = choose_codec()

    def find_project(request: TaskRequest) -> Project:
        found = project if isinstance(project, Project) else project(request)
        check_argument("project(request)", found, Project, "return the project of the request, or raise an error")
        return found

    reader = RequestReader(lambda request: Route.of(find_project(request), request), codec=codec)
    encoder = PreviewEncoder(codec)
    for line in number_lines(lines, source):
        try:
            yield encoder.encode(reader.read(line))
        except DocumentError as error:
            yield error
