"""JSON values: freezing, checks, equality and JSON Pointers."""

from paramcore.values.arguments import (
    check_argument,
    check_function,
    check_iterable,
    check_method,
    freeze_field,
    read_each,
)
from paramcore.values.compact import encode_compact
from paramcore.values.conversions import suggest_object, suggest_text
from paramcore.values.frozen import (
    MAX_DEPTH,
    MAX_NODES,
    JSONArray,
    JSONObject,
    equality_key,
    freeze,
    freeze_object,
    read_once,
    same,
    same_checked,
    same_member,
    wrap_frozen,
)
from paramcore.values.params import check_instruction, freeze_params
from paramcore.values.pointer import join_pointer, resolve_pointer, split_pointer
from paramcore.values.scalars import MAX_DIGITS
from paramcore.values.thawing import thaw

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_NODES",
    "JSONArray",
    "JSONObject",
    "check_argument",
    "check_function",
    "check_instruction",
    "check_iterable",
    "check_method",
    "encode_compact",
    "equality_key",
    "freeze",
    "freeze_field",
    "freeze_object",
    "freeze_params",
    "join_pointer",
    "read_each",
    "read_once",
    "resolve_pointer",
    "same",
    "same_checked",
    "same_member",
    "split_pointer",
    "suggest_object",
    "suggest_text",
    "thaw",
    "wrap_frozen",
]
