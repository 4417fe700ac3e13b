"""Remove the key from the log records of the libraries that send requests.

These records show headers and status lines of replies, which may repeat the key.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from paramcore.transport.key import ApiKey

#: The key of the request that is sent in this context.
_sent_key: ContextVar[ApiKey | None] = ContextVar("_sent_key", default=None)


def redact_logger(name: str) -> None:
    """Make a logger remove the key from its records inside a `redact_logs` block."""
    logging.getLogger(name).addFilter(_redact_record)


@contextmanager
def redact_logs(key: ApiKey) -> Iterator[None]:
    """Inside a `with` block, remove the key from the records of each logger that was passed to `redact_logger`."""
    token = _sent_key.set(key)
    try:
        yield
    finally:
        _sent_key.reset(token)


def _redact_record(record: logging.LogRecord) -> bool:
    key = _sent_key.get()
    if key is not None:
        # Remove the traceback, because it may quote the reply.
        record.msg, record.args, record.exc_info = key.redact(record.getMessage()), (), None
    return True
