"""The pytest fixture that serves the stand-in; it does not need hypothesis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from paramcore.service.server import Server, run_server
from paramcore.service.standin.stand_in import StandIn


@pytest.fixture
def paramcore_service() -> Iterator[Server]:
    """Serve an empty stand-in on a free loopback port, and return a `Server` with `url` and `stand_in`.

    Example:
        >>> def test_a_new_service_has_no_projects(paramcore_service):
        ...     client = ScaleClient("test_0123456", api_instance_url=paramcore_service.url)
        ...     assert client.get_projects() == []
    """
    with run_server(StandIn()) as server:
        yield server
