"""
The project endpoints of the API: requests and responses as values, a client, and a stand-in.

`Client` works over any `Transport`: those of `paramcore.transport`, or a
`MemoryService`, which is the service in memory.  `serving(StandIn())` serves
that one on a loopback port.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramcore.service.apply import Outcome
from paramcore.service.client import Client
from paramcore.service.requests import Request, Response, Transport

if TYPE_CHECKING:
    from paramcore.service.memory import MemoryService
    from paramcore.service.server import Served, serving
    from paramcore.service.standin import StandIn

__all__ = [
    "Client",
    "MemoryService",
    "Outcome",
    "Request",
    "Response",
    "Served",
    "StandIn",
    "Transport",
    "serving",
]

# A client needs no server, whose modules take as long to import as all others.
_ON_USE = {"MemoryService": "memory", "Served": "server", "StandIn": "standin", "serving": "server"}


def __getattr__(name: str) -> Any:
    if name not in _ON_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ON_USE[name]}"), name)
