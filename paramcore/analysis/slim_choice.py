"""Choose which version a task inherits and which params its request sends, so that the task gets the wanted params.

`Inheritance.find_own_params` chooses the params to send for a given version.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import evolve

from paramcore.analysis.slim_candidates import CandidateFinder
from paramcore.errors import InexactRequest, InvalidSetting, NoSuchVersion
from paramcore.model import (
    INHERIT_NOTHING,
    BlockCode,
    Inheritance,
    OwnParams,
    ParamVersion,
    Project,
    TaskRequest,
    find_inherited_version,
    is_opt_out,
)
from paramcore.text import describe_value, format_name, format_value
from paramcore.text.rows import Label, Piece, Row, Table
from paramcore.values import check_argument, encode_compact, same_checked

#: Why a request opts out: what the version would add, or `opted_out` if the selected version is -1.
OptOutCode: TypeAlias = BlockCode | Literal["opted_out"]

#: The version to inherit: a number, `None` for the latest, or `any` for the version that makes the request shortest.
Version: TypeAlias = int | Literal["any"] | None

_BLOCK_TEXTS: dict[OptOutCode, str] = {
    "would_be_inherited": "it would be inherited, but the wanted params do not contain it",
    "instruction_would_be_appended": "the project's text would be appended, so the task cannot get exactly the wanted instruction",
    "opted_out": "the request has project_version -1",
}


LABEL_WIDTH = len("impossible")


class Block(NamedTuple):
    """A reason why a request opts out."""

    #: The param; `None` for the code `opted_out`.
    param: str | None
    #: The code of the reason.
    code: OptOutCode

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `param` and `code`."""
        return {"param": self.param, "code": self.code}

    @property
    def reason(self) -> str:
        """The reason in words, without the name of the param."""
        return _BLOCK_TEXTS[self.code]

    def __str__(self) -> str:
        return self.reason if self.param is None else f"{format_name(self.param)}: {self.reason}"


class Choice(NamedTuple):
    """The version to inherit for wanted params, and the params to send."""

    #: The `project_version` of the request.
    project_version: int | None
    #: The version that the request inherits; `None` if it inherits nothing.
    version: ParamVersion | None
    #: The params to send, and what the version adds to them.
    own: OwnParams
    #: Why the request opts out; empty if it does not.
    blocked: tuple[Block, ...] = ()

    @property
    def inherits(self) -> int | None:
        """The number of the version that the request inherits; `None` if it inherits nothing."""
        return None if self.version is None else self.version.number

    @property
    def exact_while(self) -> int | None:
        """The number of the version that must still be the latest when the request is sent.

        `None` if the request pins a version or inherits nothing.
        """
        return self.inherits if self.project_version is None else None

    @property
    def fell_back(self) -> bool:
        """Whether the request must opt out, because no version that the caller allows can give the wanted params."""
        return any(block.code != "opted_out" for block in self.blocked)

    def pin(self) -> Choice:
        """Return the choice, pinned to the version that it inherits; unchanged if it inherits nothing."""
        return self if self.version is None else self._replace(project_version=self.version.number)

    def list_members(self) -> dict[str, Any]:
        """Return the JSON members that describe the choice, without the request."""
        return {
            "inherits": self.inherits,
            "dropped": list(self.own.dropped),
            "cut": self.own.cut,
            "respelled": list(self.own.respelled),
            "blocked": [block.to_json() for block in self.blocked],
            "exact_while": self.exact_while,
        }

    def __str__(self) -> str:
        if self.version is not None:
            return f"inherits version {self.version.number}{'' if self.project_version is None else ' (pinned)'}"
        if is_opt_out(self.project_version):
            return f"opts out (project_version {INHERIT_NOTHING})"
        return "inherits nothing, because the project has no versions yet"

    def list_pieces(self) -> list[Piece]:
        """Return what the request inherits, or why it must opt out, as tables."""
        pieces: list[Piece] = []
        if self.own.dropped:
            names = ", ".join(map(format_name, self.own.dropped))
            row = Row((Label("inherited"),), text=names, value_note=self._describe_respelled())
            pieces.append(Table((row,), (LABEL_WIDTH,)))
        if self.own.cut is not None:
            pieces.append(Table((Row((Label("appended"), "instruction"), (self.own.cut,)),), (LABEL_WIDTH, 0)))
        blocks = [block for block in self.blocked if block.code != "opted_out"]
        rows = tuple(Row((Label("impossible"),), text=str(block)) for block in blocks)
        return [*pieces, *([Table(rows, (LABEL_WIDTH,))] if rows else [])]

    def _describe_respelled(self) -> str:
        if self.version is None or not self.own.respelled:
            return ""
        params = self.version.params
        spelled = (f"{format_name(name)} {format_value(params[name], limit=20)}" for name in self.own.respelled)
        return f"(the project has {', '.join(spelled)})"


class Chooser:
    """Chooses the version that a task inherits and the params that its request sends.

    `version` is the number of the version to inherit, `None` for the latest, or `any`
    for the version that makes the request shortest.  By default, the `project_version` of
    each request selects the version.

    Raises:
        InvalidSetting: `argument_type` for a `project` or a `version` of the wrong type.
        NoSuchVersion: `version_unknown`, if `version` does not exist.
    """

    def __init__(self, project: Project, version: Version | EllipsisType = ...) -> None:
        check_argument("project", project, Project)
        # Check the type first.  A pandas table compared with a text is a table, which has no truth value.
        is_any = isinstance(version, str) and version == "any"
        if version is not ... and version is not None and type(version) is not int and not is_any:
            problem = f"`version` must be a whole number, `None` or 'any', got {describe_value(version)}"
            raise InvalidSetting("argument_type", None, problem, "")
        self._project = project
        self._version = version
        self._inheritances: dict[int | None, Inheritance] = {}
        self._finder: CandidateFinder | None = None
        if type(version) is int:
            try:
                self._inherit(version)
            except NoSuchVersion as error:
                raise evolve(error, path=None) from None

    def check_wanted(self, request: TaskRequest) -> None:
        """Check a request whose params are the wanted params.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` for its `project_version`.
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidSetting: the errors of `check_version`.
        """
        # As in `Project.resolve`, a wrong version is reported before a wrong project.
        self._inherit(request.project_version)
        self._project.check_request(request)
        self.check_version(request.project_version)

    def check_version(self, wanted: int | None) -> None:
        """Reject wanted params with a `project_version` if the caller selected a version, too.

        Raises:
            InvalidSetting: `argument_type`.
        """
        if wanted is not None and self._version is not ...:
            problem = f"the wanted params have the `project_version` {wanted}, but a version is selected, too"
            raise InvalidSetting("argument_type", "/project_version", problem, "leave out one of them")

    def choose(self, wanted: Mapping[str, Any], requested: int | None) -> Choice:
        """Choose the version to inherit and the params to send for wanted params.

        `requested` is the `project_version` of the request.  The `version` of the chooser
        overrides `requested`.  `wanted` must be params that are already checked.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` for `requested`.
            InexactRequest: if the request would not give the task the wanted params.
        """
        version = requested if self._version is ... else self._version
        if version == "any":
            self._finder = self._finder or CandidateFinder(self._project)
            # If all candidates opt out, `min` returns the first, whose `blocked` is about the latest version.
            candidates = (self._choose(wanted, candidate) for candidate in self._finder.list_candidates(wanted))
            # A candidate changes no value of `wanted`, except for a shortened instruction.  So measure each value once.
            sizes = {name: _measure_member(name, value) for name, value in wanted.items()}
            choice = min(candidates, key=lambda candidate: _rank(candidate, sizes))
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
            problem = "the shortened request would not give the task the wanted params"
            remedy = "this is a bug in paramcore: please report it, and send the original request"
            raise InexactRequest("request_inexact", "", problem, remedy)

    def _inherit(self, version: int | None) -> Inheritance:
        # `True` and `1.0` equal the key 1, but are not versions, so `find_inherited_version` must reject them.
        if version not in self._inheritances or type(version) not in (int, type(None)):
            inherited = find_inherited_version(self._project.versions, version)
            self._inheritances[version] = Inheritance(inherited, self._project.assumptions)
        return self._inheritances[version]


class RuleFinder:
    """Finds the assumed rules that shortened requests depend on; caches them for similar requests."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._rules: dict[tuple[int | None, bool | None], tuple[str, ...]] = {}

    def find(self, choice: Choice) -> tuple[str, ...]:
        """Return the sorted ids of the assumed rules, as `SlimRequest.rests_on` does."""
        # The rules depend only on the version, the instruction, and the params with the value null.
        own = {name: value for name, value in choice.own.params.items() if value is None or name == "instruction"}
        if None in own.values():
            return self._resolve(own, choice)
        key = choice.project_version, bool(own["instruction"]) if own else None
        if key not in self._rules:
            self._rules[key] = self._resolve(own, choice)
        return self._rules[key]

    def _resolve(self, own: Mapping[str, Any], choice: Choice) -> tuple[str, ...]:
        return self._project.resolve(TaskRequest(own, project_version=choice.project_version)).rests_on


def measure_flat(flat: Mapping[str, Any]) -> int:
    """Return the size of a request body in bytes, as compact JSON in UTF-8."""
    return len(encode_compact(flat).encode())


def _send_all(wanted: Mapping[str, Any]) -> OwnParams:
    return OwnParams(dict(wanted), [], [], None, [])


def _measure_member(name: str, value: Any) -> int:
    """Return the size in bytes of a member of a request body, with a comma."""
    return measure_flat({name: value}) - len("}")


def _rank(choice: Choice, sizes: Mapping[str, int]) -> tuple[bool, int, int, bool, int]:
    """Return the sort key of a candidate for `any`; `sizes` contains the sizes of the wanted params.

    The best candidate has, in this order: no need to opt out, fewest bytes, fewest members,
    no pin, the newest version.
    """
    version, params = choice.project_version, choice.own.params
    size, length = sum(map(sizes.__getitem__, params)), len(params)
    if choice.own.cut is not None:
        size += _measure_member("instruction", params["instruction"]) - sizes["instruction"]
    if version is not None:
        size, length = size + _measure_member("project_version", version), length + 1
    # Add the two braces.  Every member was measured with a comma, so subtract one comma if there are members.
    size += 2 - bool(length)
    return bool(choice.blocked), size, length, version is not None, -(choice.inherits or 0)
