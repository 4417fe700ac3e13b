"""Encode compact JSON, which has no spaces between tokens."""

from __future__ import annotations

import json
from collections.abc import Callable
from json import encoder
from typing import Any


def _make_encoder() -> Callable[[Any], str]:
    compact = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
    make = getattr(encoder, "c_make_encoder", None)
    if make is None:
        return compact.encode
    # `JSONEncoder.encode` makes a C encoder for each call, so make one here and reuse it.
    encode = make(None, compact.default, encoder.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(encode(value, 0))


_encode = _make_encoder()


def encode_compact(value: Any) -> str:
    """Return a JSON value as text without spaces between the tokens.

    Only quotes, backslashes and the characters before U+0020 are escaped.  `value` is not checked.

    Example:
        >>> encode_compact({"padding": 3, "tags": ["night"]})
        '{"padding":3,"tags":["night"]}'
    """
    return _encode(value)
