"""Transports to the real API, the API key, and a guard for the official SDK's client.

`HttpTransport` needs the `http` extra.  `ScaleApiTransport` needs the official SDK
`scaleapi`.  Both are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramcore.transport.guard import GuardedClient
from paramcore.transport.key import ApiKey

if TYPE_CHECKING:
    from paramcore.transport.http import HttpTransport
    from paramcore.transport.scaleapi import ScaleApiTransport

__all__ = ["ApiKey", "GuardedClient", "HttpTransport", "ScaleApiTransport"]

_LAZY_MODULES = {"HttpTransport": "http", "ScaleApiTransport": "scaleapi"}
#: What to install for each transport.
_PACKAGES = {"HttpTransport": "paramcore[http]", "ScaleApiTransport": "scaleapi"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY_MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = import_module(f"{__name__}.{_LAZY_MODULES[name]}")
    except ModuleNotFoundError as error:
        problem = f"the package `{error.name}`, which `{name}` needs, is not installed"
        raise ModuleNotFoundError(f"{problem}; run `pip install '{_PACKAGES[name]}'`", name=error.name) from None
    return getattr(module, name)
