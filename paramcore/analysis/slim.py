"""Slim requests: the least that a task must send to get its params.

`Inheritance.find_own_params` decides what is sent with one version.  This module
chooses the version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from paramcore.analysis.choice import Block, Choice, rank_choice
from paramcore.errors import InexactRequest, InvalidSetting, NoSuchVersion
from paramcore.model import (
    INHERIT_NOTHING,
    Inheritance,
    OwnParams,
    Project,
    TaskRequest,
    find_inherited_version,
    is_opt_out,
)
from paramcore.text import describe_value, format_repr
from paramcore.values import same_checked, thaw, wrap_frozen

if TYPE_CHECKING:
    from types import EllipsisType

#: The version to inherit: a number, `None` for the latest, or `any` for the version with the shortest request.
Version: TypeAlias = int | Literal["any"] | None


@frozen(repr=False)
class SlimRequest:
    r"""The least request that gets the wanted params from a project.

    `request` inherits every param that the version gives the task anyway.  If no
    params of a task give the wanted params, `request` has all of them and
    `project_version` -1, and `blocked` has the reasons.

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
    def bind(project: Project, version: Version | EllipsisType = ...) -> Slimmer:
        """Prepare a project for many requests; see `of` and `to` for `version`."""
        return Slimmer(project, version)

    @classmethod
    def of(
        cls, project: Project, request: TaskRequest | Mapping[str, Any], *, version: Version | EllipsisType = ...
    ) -> SlimRequest:
        """Shorten a request, so that the task still gets the same params.

        By default the request keeps its own `project_version`; a request with -1 stays
        as it is (`opted_out`).  `version` selects another version, as for `to`.

        Raises:
            ParamcoreError: the errors of `Project.resolve`.
            InvalidSetting: `argument_type` for a `version` of the wrong type.
            NoSuchVersion: `version_unknown`, if `version` does not exist.
        """
        return Slimmer(project, version).of(request)

    @classmethod
    def to(
        cls, project: Project, wanted: TaskRequest | Mapping[str, Any], *, version: Version | EllipsisType = ...
    ) -> SlimRequest:
        """Return the least request whose effective params are `wanted`.

        `wanted` may contain routing names beside the params, in the API's flat form.
        `version` is the number of the version to inherit, `None` for the latest, or
        `any` for the version with the shortest request.  By default, it is the
        `project_version` of `wanted`, or the latest.

        Raises:
            InvalidSetting: `argument_type`, if both `wanted` and `version` select a
                version, or for a `version` of the wrong type.
            ParamcoreError: the errors of `Project.resolve`.
        """
        return Slimmer(project, version).to(wanted)

    @property
    def inherits(self) -> int | None:
        """The number of the version that the request inherits; `None` if it inherits nothing."""
        return self._choice.inherits

    @property
    def dropped(self) -> tuple[str, ...]:
        """The params that the request leaves out, because it inherits equal values; in the order of the version."""
        return tuple(self._choice.own.dropped)

    @property
    def cut(self) -> str | None:
        """The text that the project appends to the instruction of the request, or `None`."""
        return self._choice.own.cut

    @property
    def respelled(self) -> tuple[str, ...]:
        """The params in `dropped` that the project spells differently, such as 5 for 5.0."""
        return tuple(self._choice.own.respelled)

    @property
    def blocked(self) -> tuple[Block, ...]:
        """Why the request inherits nothing."""
        return self._choice.blocked

    @property
    def exact_while(self) -> int | None:
        """The number of the version that must stay the latest, or `None`.

        A request without a pin inherits later versions too.  Its params change when a
        new version changes a param that the request does not send.
        """
        return self._choice.exact_while

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The sorted ids of the assumed rules that the params of `request` depend on."""
        return self._project.resolve(self.request).rests_on

    def pin(self) -> SlimRequest:
        """Return the request with the number of the version that it inherits now."""
        choice = self._choice.pin()
        return SlimRequest(evolve(self.request, project_version=choice.project_version), choice, self._project)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `request`, `inherits`, `dropped`, `cut`, `respelled`, `blocked`,
        `exact_while` and `rests_on`.  `request` has the API's flat form.
        """
        return {
            "request": thaw(self.request.flat),
            **self._choice.to_json(),
            "rests_on": list(self.rests_on),
        }

    def __repr__(self) -> str:
        inherited = "nothing" if self.inherits is None else f"version {self.inherits}"
        return f"<SlimRequest for {format_repr(self._project.name)}: inherits {inherited}, {len(self.dropped)} dropped>"

    def __str__(self) -> str:
        return "\n".join([str(self._choice), *self._choice.format_rows()])


class Slimmer:
    """Shortens many requests of a project; prepares each version once.

    `SlimRequest.bind` returns a slimmer.
    """

    def __init__(self, project: Project, version: Version | EllipsisType = ...) -> None:
        if version is not ... and version not in (None, "any") and type(version) is not int:
            problem = f"`version` must be a whole number, `None` or 'any', got {describe_value(version)}"
            raise InvalidSetting("argument_type", None, problem, "")
        self._project = project
        self._version = version
        self._inheritances: dict[int | None, Inheritance] = {}
        if type(version) is int:
            try:
                self._inherit(version)
            except NoSuchVersion as error:
                raise evolve(error, path=None) from None

    def of(self, request: TaskRequest | Mapping[str, Any]) -> SlimRequest:
        """Shorten a request; see `SlimRequest.of`."""
        effective = self._project.resolve(request)
        # Keep the order of the request's own params.
        wanted = {**effective.task.params, **effective.params}
        choice = self.choose(wanted, effective.task.project_version)
        return self._make_slim(effective.task, choice)

    def to(self, wanted: TaskRequest | Mapping[str, Any]) -> SlimRequest:
        """Return the least request for the wanted params; see `SlimRequest.to`."""
        request = wanted if isinstance(wanted, TaskRequest) else TaskRequest.from_flat(wanted)
        # As in `Project.resolve`, a wrong version is reported before a wrong project.
        self._inherit(request.project_version)
        self._project.check_request(request)
        self.check_version(request.project_version)
        return self._make_slim(request, self.choose(request.params, request.project_version))

    def check_version(self, wanted: int | None) -> None:
        """Reject wanted params with a `project_version` if the caller selected a version too.

        Raises:
            InvalidSetting: `argument_type`.
        """
        if wanted is not None and self._version is not ...:
            problem = (
                f"the wanted params have `project_version` {describe_value(wanted)}, but a version is selected too"
            )
            raise InvalidSetting("argument_type", "/project_version", problem, "leave out one of them")

    def choose(self, wanted: Mapping[str, Any], requested: int | None) -> Choice:
        """Choose the version to inherit and the params to send for wanted params.

        `requested` is the `project_version` of the request, which the version of the
        slimmer overrides.  `wanted` must be checked.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` for `requested`.
            InexactRequest: if the request would not get the wanted params.
        """
        version = requested if self._version is ... else self._version
        if version == "any":
            # The latest version needs no pin.
            older = range(len(self._project.versions) - 1)
            choice = min((self._choose(wanted, candidate) for candidate in (None, *older)), key=rank_choice)
        else:
            choice = self._choose(wanted, version)
        self._check_exact(wanted, choice)
        return choice

    def _choose(self, wanted: Mapping[str, Any], version: int | None) -> Choice:
        inheritance = self._inherit(version)
        if is_opt_out(version):
            return Choice(INHERIT_NOTHING, None, _send_all(wanted), (Block(None, "opted_out"),))
        own = inheritance.find_own_params(wanted)
        if own.blocked:
            # Opt out only if the version cannot give the wanted params.
            return Choice(INHERIT_NOTHING, None, _send_all(wanted), tuple(Block(*block) for block in own.blocked))
        return Choice(version, inheritance.version, own)

    def _check_exact(self, wanted: Mapping[str, Any], choice: Choice) -> None:
        effective = self._inherit(choice.project_version).merge(choice.own.params)
        if len(effective) != len(wanted) or not all(
            name in wanted and same_checked(value, wanted[name]) for name, value in effective.items()
        ):
            problem = "the shortened request would not get the wanted params"
            remedy = "this is a bug in paramcore: please report it, and send the request as it is"
            raise InexactRequest("request_inexact", "", problem, remedy)

    def _inherit(self, version: int | None) -> Inheritance:
        # `True` and `1.0` equal the key 1, but are not versions: `find_inherited_version` rejects them.
        if version not in self._inheritances or type(version) not in (int, type(None)):
            inherited = find_inherited_version(self._project.versions, version)
            self._inheritances[version] = Inheritance(inherited, self._project.assumptions)
        return self._inheritances[version]

    def _make_slim(self, request: TaskRequest, choice: Choice) -> SlimRequest:
        own = wrap_frozen(choice.own.params)
        return SlimRequest(evolve(request, params=own, project_version=choice.project_version), choice, self._project)


class RuleFinder:
    """Finds the assumed rules that shortened requests depend on, once for requests of the same sort."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._rules: dict[tuple[int | None, bool | None], tuple[str, ...]] = {}

    def find(self, choice: Choice) -> tuple[str, ...]:
        """Return the sorted ids of the assumed rules, as `SlimRequest.rests_on`."""
        # Only the instruction and nulls can depend on an assumed rule.
        own = {name: value for name, value in choice.own.params.items() if value is None or name == "instruction"}
        task = TaskRequest(own, project_version=choice.project_version)
        if None in own.values():
            return self._project.resolve(task).rests_on
        key = choice.project_version, bool(own["instruction"]) if own else None
        if key not in self._rules:
            self._rules[key] = self._project.resolve(task).rests_on
        return self._rules[key]


def _send_all(wanted: Mapping[str, Any]) -> OwnParams:
    return OwnParams(dict(wanted), [], [], None, [])
