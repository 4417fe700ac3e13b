"""Slim requests: the smallest requests with which tasks get their params."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any, Literal

from attrs import evolve, field, frozen

from paramcore.analysis.slim_choice import Block, Choice, Chooser
from paramcore.model import Project, TaskRequest, as_task_request
from paramcore.text import format_repr
from paramcore.text.rows import Line, format_pieces
from paramcore.values import thaw, wrap_frozen


@frozen(repr=False)
class SlimRequest:
    r"""The smallest request with which a task of a project gets the wanted params.

    `request` leaves out every param that the task inherits with the wanted value.  If
    the inherited params make the wanted params impossible, `request` opts out: it has
    `project_version` -1 and all wanted params.  `blocked` then contains the reasons.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3, "instruction": "Box all."})
        >>> slim = SlimRequest.to(project, {"padding": 3, "instruction": "Night.\nBox all.", "with_labels": True})
        >>> slim.request.flat
        {'instruction': 'Night.', 'with_labels': True}
        >>> SlimRequest.to(project, {"instruction": "Box all."}).blocked
        (Block(param='padding', code='would_be_inherited'),)
    """

    #: The request to send.
    request: TaskRequest
    _choice: Choice = field(hash=False)
    _project: Project = field(eq=False)

    @staticmethod
    def bind(project: Project, version: int | Literal["any"] | EllipsisType | None = ...) -> Slimmer:
        """Return a `Slimmer` for many requests; see `of` and `to` for `version` and the errors."""
        return Slimmer(project, version)

    @classmethod
    def of(
        cls,
        project: Project,
        request: TaskRequest | Mapping[str, Any],
        *,
        version: int | Literal["any"] | EllipsisType | None = ...,
    ) -> SlimRequest:
        """Shorten a request; the task still gets the same params.

        By default, the request keeps its `project_version`.  A request with -1 stays as it
        is, and `blocked` has the code `opted_out`.  To inherit another version, pass
        `version`; see `to`.

        Raises:
            ParamcoreError: the errors of `Project.resolve`.
            InvalidSetting: `argument_type` for a `project` or a `version` of the wrong type.
            NoSuchVersion: `version_unknown`, if `version` does not exist.
            InexactRequest: if the shortened request would not give the task the same params.
        """
        return Slimmer(project, version).of(request)

    @classmethod
    def to(
        cls,
        project: Project,
        wanted: TaskRequest | Mapping[str, Any],
        *,
        version: int | Literal["any"] | EllipsisType | None = ...,
    ) -> SlimRequest:
        """Return the smallest request whose effective params are `wanted`.

        A mapping must have the API's flat form, which can contain routing names.
        `version` is the number of the version to inherit (-1 to inherit nothing), `None`
        for the latest version, or `"any"` for the version that makes the request
        shortest.  By default, the `project_version` of `wanted` selects the version.

        Raises:
            InvalidSetting: `argument_type`, if both `wanted` and `version` select a
                version, or for a `project` or a `version` of the wrong type.
            NoSuchVersion: `version_unknown`, if `version` does not exist.
            ParamcoreError: the errors of `Project.resolve`.
            InexactRequest: if the request would not give the task the wanted params.
        """
        return Slimmer(project, version).to(wanted)

    @property
    def inherits(self) -> int | None:
        """The number of the version that the request inherits; `None` if it inherits nothing."""
        return self._choice.inherits

    @property
    def dropped(self) -> tuple[str, ...]:
        """The names of the params that the request leaves out, because the task inherits equal values."""
        return tuple(self._choice.own.dropped)

    @property
    def cut(self) -> str | None:
        """The text that is cut from the instruction, because the project appends it again; `None` if no text is cut."""
        return self._choice.own.cut

    @property
    def respelled(self) -> tuple[str, ...]:
        """The names in `dropped` whose inherited and wanted values have different JSON text, such as 5 and 5.0."""
        return tuple(self._choice.own.respelled)

    @property
    def blocked(self) -> tuple[Block, ...]:
        """Why the request opts out; empty if it does not."""
        return self._choice.blocked

    @property
    def exact_while(self) -> int | None:
        """The number of the version that must still be the latest when the request is sent.

        A later version may change a param that the request leaves out.  `None` if the request
        is pinned or inherits nothing.
        """
        return self._choice.exact_while

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The sorted ids of the assumed rules that the params and `project_param_version` of the task depend on."""
        return self._project.resolve(self.request).rests_on

    def pin(self) -> SlimRequest:
        """Return the request, pinned to the version that it inherits; unchanged if it inherits nothing."""
        choice = self._choice.pin()
        return SlimRequest(evolve(self.request, project_version=choice.project_version), choice, self._project)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `request`, `inherits`, `dropped`, `cut`, `respelled`, `blocked`,
        `exact_while` and `rests_on`.  `request` has the API's flat form.
        """
        return {
            "request": thaw(self.request.flat),
            **self._choice.list_members(),
            "rests_on": list(self.rests_on),
        }

    def __repr__(self) -> str:
        inherited = "nothing" if self.inherits is None else f"version {self.inherits}"
        return f"<SlimRequest for {format_repr(self._project.name)}: inherits {inherited}, {len(self.dropped)} dropped>"

    def __str__(self) -> str:
        return format_pieces([Line(str(self._choice)), *self._choice.list_pieces()])


class Slimmer:
    """Shortens many requests of a project; `SlimRequest.bind` returns a slimmer."""

    def __init__(self, project: Project, version: int | Literal["any"] | EllipsisType | None = ...) -> None:
        self._project = project
        self._chooser = Chooser(project, version)

    def of(self, request: TaskRequest | Mapping[str, Any]) -> SlimRequest:
        """Shorten a request; see `SlimRequest.of`."""
        effective = self._project.resolve(request)
        # Keep the order of the request's own params.
        wanted = {**effective.task.params, **effective.params}
        return self._make_slim(effective.task, self._chooser.choose(wanted, effective.task.project_version))

    def to(self, wanted: TaskRequest | Mapping[str, Any]) -> SlimRequest:
        """Return the smallest request for the wanted params; see `SlimRequest.to`."""
        request = as_task_request(wanted)
        self._chooser.check_wanted(request)
        return self._make_slim(request, self._chooser.choose(request.params, request.project_version))

    def _make_slim(self, request: TaskRequest, choice: Choice) -> SlimRequest:
        own = wrap_frozen(choice.own.params)
        return SlimRequest(evolve(request, params=own, project_version=choice.project_version), choice, self._project)
