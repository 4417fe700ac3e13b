"""Check params, which are a JSON object whose `instruction` is text or null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.errors import InvalidParams
from paramcore.text import describe_value
from paramcore.values.conversions import suggest_object
from paramcore.values.frozen import JSONObject, freeze_object


def freeze_params(params: Mapping[str, Any], *, name: str = "params") -> JSONObject:
    """Check params and return them as a frozen object; `name` is their name in messages.

    Raises:
        InvalidParams: `params_type` if the value is not an object; `instruction_type` if its
            `instruction` is neither text nor null.
        NotJSON: for values that are not JSON.
    """
    if not isinstance(params, Mapping):
        problem = f"{name} must be an object, got {describe_value(params)}"
        remedy = suggest_object(params, 'write an object such as {"padding": 3}')
        raise InvalidParams("params_type", "", problem, remedy)
    frozen = freeze_object(params)
    if "instruction" in frozen:
        check_instruction(frozen["instruction"])
    return frozen


def check_instruction(instruction: object) -> None:
    """Check the value of `instruction`.

    Raises:
        InvalidParams: `instruction_type` for a value that is neither text nor null.
    """
    # U11: an instruction is text or null everywhere; other values are not coerced.
    if type(instruction) is not str and instruction is not None:
        problem = f"`instruction` must be text or null, got {describe_value(instruction)}"
        raise InvalidParams("instruction_type", "/instruction", problem, "")
