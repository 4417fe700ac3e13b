"""Params: a JSON object whose `instruction` is text or null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.errors import InvalidParams
from paramcore.text import describe_value
from paramcore.values.frozen import JSONObject, freeze_object


def freeze_params(params: Mapping[str, Any]) -> JSONObject:
    """Return params as a frozen object.

    Raises:
        InvalidParams: `params_type` for anything but an object, or `instruction_type`.
        NotJSON: as `freeze` does.
    """
    if not isinstance(params, Mapping):
        raise InvalidParams("params_type", "", describe_value(params), "an object of params, like {'padding': 3}")
    frozen = freeze_object(params)
    if "instruction" in frozen:
        check_instruction(frozen["instruction"])
    return frozen


def check_instruction(instruction: object) -> None:
    """Check the value of `instruction`.

    Raises:
        InvalidParams: `instruction_type` for anything but text or null.
    """
    # U11: an instruction is text or null wherever it enters; nothing is coerced to text.
    if type(instruction) is not str and instruction is not None:
        found, wanted = describe_value(instruction), "text or null as the instruction"
        raise InvalidParams("instruction_type", "/instruction", found, wanted)
