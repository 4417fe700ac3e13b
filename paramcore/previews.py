"""
The answers of `preview` to lines of JSONL, as text.

Nearly all of a long file's answers is text that was written before: what the
tasks inherit, and what is said beside the params.  So the params of a version
are encoded once, those of a task as they come, and the one merge lays the
second over the first as they are: encoded.  It may, for it looks at no value
but the instruction, and the JSON of two texts, joined, is the JSON of both
joined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from json import encoder
from json.encoder import encode_basestring_ascii as encoded_text
from typing import Any

from attrs import evolve, field, frozen

from paramcore.first_look import Target
from paramcore.model.inheritance import Inheritance, Merge
from paramcore.model.versions import ParamVersion

__all__ = ["Previews"]


def _encoder() -> Callable[[Any], str]:
    """Return what `json.dumps` is, with its machinery made once and not for each call: that takes half of its time."""
    plain = json.JSONEncoder()
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    run = make(None, plain.default, encoded_text, None, ": ", ", ", False, False, True)
    return lambda value: "".join(run(value, 0))


_as_json = _encoder()


class Previews:
    """Answers params that passed a first look as `json.dumps` of `EffectiveParams.to_json()` would, to the letter."""

    def __init__(self) -> None:
        self._bound: dict[Target, _Bound] = {}

    def answer(self, params: Mapping[str, Any], target: Target) -> str | None:
        """
        Return the answer to a request with these params, which are plain JSON, as one line.

        `None` where a param is null: more than text follows from that (T1).
        """
        if None in params.values():
            return None
        bound = self._bound.get(target) or self._bind(target)
        merged = bound.merge(_members(params))
        if "instruction" in merged:
            text = merged["instruction"]
            merged["instruction"] = '"instruction": null' if text is None else f'"instruction": "{text}"'
        # All that is said beside the params follows from this: which assumed rules were used, above all.
        own = params.get("instruction")
        kind = "text" if own else own
        before, after = bound.beside.get(kind) or bound.say_beside(kind, params)
        return f"{before}{', '.join(merged.values())}{after}"

    def _bind(self, target: Target) -> _Bound:
        version, assumptions = target.inheritance.version, target.inheritance.assumptions
        joinable = evolve(assumptions, instruction_separator=encoded_text(assumptions.instruction_separator)[1:-1])
        encoded = None if version is None else ParamVersion(version.number, _members(version.params))
        bound = self._bound[target] = _Bound(target, Inheritance(encoded, joinable).merge)
        return bound


def _members(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return each param as JSON with its name before it; the instruction so that it can be joined."""
    members: dict[str, Any] = {}
    for name, value in params.items():
        # Most values are text, which needs none of the encoder's machinery.
        encoded = encoded_text(value) if type(value) is str else _as_json(value)
        members[name] = f"{encoded_text(name)}: {encoded}"
    if "instruction" in members:
        members["instruction"] = _joinable(params["instruction"])
    return members


def _joinable(text: str | None) -> str | None:
    """Return a text as JSON without the quotes."""
    return text and encoded_text(text)[1:-1]


@frozen(eq=False)
class _Bound:
    """A version, bound once for all requests to a target, with its params encoded."""

    target: Target
    merge: Merge
    #: What is said before and after the params, by the task's instruction: text, "", or none.
    beside: dict[str | None, tuple[str, str]] = field(factory=dict)

    def say_beside(self, kind: str | None, params: Mapping[str, Any]) -> tuple[str, str]:
        """Say it for one of its kind, at length."""
        answer = self.target.project.resolve(evolve(self.target.request, params=params)).to_json()
        before, _, after = json.dumps({**answer, "params": {}}).partition('"params": {}')
        said = self.beside[kind] = f'{before}"params": {{', f"}}{after}"
        return said
