"""A client for projects and tasks, an in-memory service, and a stand-in for the API.

A `Client` sends its requests through a `Transport`.  Use a transport from
`paramcore.transport`, a `MemoryService`, or your own transport.  A `StandIn` adds URLs
and API keys to two `MemoryService` objects, one for live keys and one for test keys.
Inside a `with` block, `run_server` serves a `StandIn` on a loopback port.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramcore.service.client import Client
from paramcore.service.outcome import Outcome
from paramcore.service.replies import read_error_text
from paramcore.service.requests import Request, Response, Transport

if TYPE_CHECKING:
    from paramcore.service.memory import MemoryService
    from paramcore.service.server import Server, run_server
    from paramcore.service.standin.clock import Clock
    from paramcore.service.standin.request_log import LoggedRequest
    from paramcore.service.standin.stand_in import StandIn

__all__ = [
    "Client",
    "Clock",
    "LoggedRequest",
    "MemoryService",
    "Outcome",
    "Request",
    "Response",
    "Server",
    "StandIn",
    "Transport",
    "read_error_text",
    "run_server",
]

# Import these classes and functions on first use, because they are slow to import and a client does not need them.
_LAZY_MODULES = {
    "Clock": "standin.clock",
    "LoggedRequest": "standin.request_log",
    "MemoryService": "memory",
    "Server": "server",
    "StandIn": "standin.stand_in",
    "run_server": "server",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY_MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LAZY_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
