"""JSON values: freezing, checks, equality and JSON Pointers."""

from paramcore.values.compact import encode_compact
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
    thaw,
    wrap_frozen,
)
from paramcore.values.params import check_instruction, freeze_params
from paramcore.values.pointer import join_pointer, resolve_pointer, split_pointer
from paramcore.values.scalars import MAX_DIGITS

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_NODES",
    "JSONArray",
    "JSONObject",
    "check_instruction",
    "encode_compact",
    "equality_key",
    "freeze",
    "freeze_object",
    "freeze_params",
    "join_pointer",
    "read_once",
    "resolve_pointer",
    "same",
    "same_checked",
    "same_member",
    "split_pointer",
    "thaw",
    "wrap_frozen",
]
