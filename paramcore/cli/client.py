"""Create the client of the commands that call the API."""

from __future__ import annotations

import sys
from argparse import Namespace

from paramcore.errors import NotDone
from paramcore.service.client import Client
from paramcore.transport.key import ApiKey


def create_client(options: Namespace) -> Client:
    """Create a client from `--base-url`, `--deadline` and `--key-from-stdin`."""
    try:
        from paramcore.transport.http import BASE_URL, HttpTransport  # noqa: PLC0415  (in an extra, and slow to import)
    except ImportError:
        problem = "the package `httpx2`, which sends the requests, is not installed"
        raise NotDone("not_sent", None, problem, "run `pip install 'paramcore[http]'`") from None
    if options.key_from_stdin:
        key = ApiKey(None if sys.stdin is None else sys.stdin.readline().rstrip("\r\n"))
    else:
        key = ApiKey.from_environment()
    transport = HttpTransport(key, base_url=options.base_url or BASE_URL)
    return Client(transport, deadline=options.deadline, assumptions=options.assumptions)
