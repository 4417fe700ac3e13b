"""Create the client for the commands that call the API."""

from __future__ import annotations

import sys
from argparse import Namespace

from paramcore.errors import InvalidKey, NotDone
from paramcore.files.reader import open_source
from paramcore.service.client import Client
from paramcore.service.outcome import Outcome
from paramcore.text import describe_import_error
from paramcore.transport.key import ApiKey

#: The maximum size of a key on standard input, in bytes.  Without a limit, `/dev/zero` would fill the memory.
_KEY_LIMIT = 4096


def create_client(options: Namespace) -> Client:
    """Create a client from `--base-url`, `--deadline`, `--key-from-stdin` and `--assume`."""
    try:
        from paramcore.transport.http import BASE_URL, HttpTransport  # noqa: PLC0415  (in an extra, and slow to import)
    except ImportError as error:
        install = "pip install 'paramcore[http]'"
        problem, remedy = describe_import_error(error, "httpx2", "sends the requests", install)
        raise NotDone("not_sent", None, problem, remedy) from None
    key = _read_key() if options.key_from_stdin else ApiKey.from_environment()
    transport = HttpTransport(key, base_url=BASE_URL if options.base_url is None else options.base_url)
    return Client(transport, deadline=options.deadline, assumptions=options.assumptions)


def format_outcome(outcome: Outcome, options: Namespace) -> str:
    """Format an outcome.  A `reconcile` command in the text has the options of `list_service_options`."""
    return "\n  ".join(outcome.format_lines(list_service_options(options)))


def list_service_options(options: Namespace) -> list[str]:
    """Return those of the given options that another command needs to reach the same service with the same key."""
    base_url = [] if options.base_url is None else ["--base-url", options.base_url]
    return [*base_url, *(["--key-from-stdin"] if options.key_from_stdin else [])]


def _read_key() -> ApiKey:
    """Read the key from the first line of standard input.

    Raises:
        DocumentError: `unreadable`, if standard input cannot be read.
        InvalidKey: `credentials_missing` for an empty line or closed standard input,
            `credentials_format` for an invalid key or a long line.
    """
    line = b""
    if sys.stdin is not None:
        with open_source("-") as (stream, _):
            line = stream.readline(_KEY_LIMIT + 1).rstrip(b"\r\n")
    if len(line) > _KEY_LIMIT:
        problem = f"the first line of standard input is longer than {_KEY_LIMIT:,} bytes, so it is not an API key"
        raise InvalidKey("credentials_format", None, problem, "write the key to standard input")
    if not line:
        problem = "the API key is missing, because standard input is closed, or its first line is empty"
        raise InvalidKey("credentials_missing", None, problem, "write the key to standard input")
    # `latin-1` decodes any byte, and `ApiKey` rejects a key that is not ASCII.
    return ApiKey(line.decode("latin-1"))
