"""
Transports to the real API, the API key, and a guard for the official SDK's client.

`HttpTransport` needs the extra `http`; `ScaleApiTransport` needs the official
SDK, `scaleapi`.  Each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramcore.transport.guard import Guarded, guarded
from paramcore.transport.key import ApiKey

if TYPE_CHECKING:
    from paramcore.transport.http import HttpTransport
    from paramcore.transport.scaleapi import ScaleApiTransport

__all__ = ["ApiKey", "Guarded", "HttpTransport", "ScaleApiTransport", "guarded"]

_ON_USE = {"HttpTransport": "http", "ScaleApiTransport": "scaleapi"}


def __getattr__(name: str) -> Any:
    if name not in _ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ON_USE[name]}"), name)
