"""The pytest fixture that serves the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paramcore.service.server import Served, serving
from paramcore.service.standin import StandIn

__all__ = ["paramcore_service"]


@pytest.fixture
def paramcore_service() -> Iterator[Served]:
    """Serve an empty stand-in on a free loopback port: `url` and `stand_in`."""
    with serving(StandIn()) as served:
        yield served
