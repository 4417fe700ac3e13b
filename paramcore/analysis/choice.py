"""The choice of a version for wanted params: what a task inherits, and what it sends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from paramcore.model import INHERIT_NOTHING, BlockCode, OwnParams, ParamVersion, is_opt_out
from paramcore.text import MESSAGE_LIMIT, ROW_LIMIT, format_name, format_value
from paramcore.values import encode_compact

#: Why a request inherits nothing: what the version would add, or `opted_out` if the caller chose -1.
OptOutCode: TypeAlias = BlockCode | Literal["opted_out"]

_BLOCK_TEXTS: dict[OptOutCode, str] = {
    "would_be_inherited": "it would be inherited, but the wanted params do not contain it",
    "instruction_would_be_appended": "the project's instruction would be appended, but the wanted text does not end so",
    "opted_out": "the request has project_version -1",
}


class Block(NamedTuple):
    """A reason why a request inherits nothing; `param` is `None` for the code `opted_out`."""

    param: str | None
    code: OptOutCode

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `param` and `code`."""
        return self._asdict()

    def __str__(self) -> str:
        text = _BLOCK_TEXTS[self.code]
        return text if self.param is None else f"{format_name(self.param)}: {text}"


class Choice(NamedTuple):
    """The version to inherit for wanted params, and the params to send."""

    #: The `project_version` of the request.
    project_version: int | None
    #: The version that the request inherits; `None` if it inherits nothing.
    version: ParamVersion | None
    own: OwnParams
    #: Why the request inherits nothing.
    blocked: tuple[Block, ...] = ()

    @property
    def inherits(self) -> int | None:
        """The number of the version that the request inherits; `None` if it inherits nothing."""
        return None if self.version is None else self.version.number

    @property
    def exact_while(self) -> int | None:
        """The number of the version that must stay the latest; `None` with a pin, or if nothing is inherited."""
        return self.inherits if self.project_version is None else None

    @property
    def fell_back(self) -> bool:
        """Whether the request opts out only because no version gives the wanted params."""
        return any(block.code != "opted_out" for block in self.blocked)

    def pin(self) -> Choice:
        """Return the choice with the number of the version that it inherits now."""
        return self if self.version is None else self._replace(project_version=self.version.number)

    def to_json(self) -> dict[str, Any]:
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

    def format_rows(self) -> list[str]:
        """Format what the request leaves out, or why it inherits nothing."""
        rows = []
        if self.own.dropped:
            rows.append(f"  inherited   {', '.join(map(self._format_dropped, self.own.dropped))}")
        if self.own.cut is not None:
            rows.append(f"  cut         instruction  {format_value(self.own.cut, limit=ROW_LIMIT)}")
        reasons = [block for block in self.blocked if block.code != "opted_out"]
        return [*rows, *(f"  impossible  {block}" for block in reasons)]

    def _format_dropped(self, name: str) -> str:
        if self.version is None or name not in self.own.respelled:
            return format_name(name)
        spelled = format_value(self.version.params[name], limit=MESSAGE_LIMIT)
        return f"{format_name(name)} (the project has {spelled})"


def measure_flat(flat: Mapping[str, Any]) -> int:
    """Return the size of a request body in bytes, as compact JSON in UTF-8."""
    return len(encode_compact(flat).encode())


def rank_choice(choice: Choice) -> tuple[bool, int, int, bool, int]:
    """Order the candidates of `any`: possible, fewest bytes, fewest members, not pinned, newest."""
    version = choice.project_version
    flat = choice.own.params if version is None else {"project_version": version, **choice.own.params}
    return bool(choice.blocked), measure_flat(flat), len(flat), version is not None, -(choice.inherits or 0)
