"""Create the client of the commands that call the API."""

from __future__ import annotations

import sys
from argparse import Namespace

from paramcore.errors import InvalidKey, NotDone
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
        line = "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")
        if not line:
            problem, remedy = "the first line of standard input has no API key", "write the key to standard input"
            raise InvalidKey("credentials_missing", None, problem, remedy)
        key = ApiKey(line)
    else:
        key = ApiKey.from_environment()
    # An empty `--base-url`, such as an unset variable of a script, must not select the real service.
    base_url = BASE_URL if options.base_url is None else options.base_url
    transport = HttpTransport(key, base_url=base_url)
    return Client(transport, deadline=options.deadline, assumptions=options.assumptions)
