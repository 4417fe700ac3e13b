"""The open connections of a server, up to a maximum number."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

#: The maximum number of open connections.
MAX_CONNECTIONS = 128


class Connections:
    """The open connections of a server.

    If there is no room for a new connection, `add` aborts the connection that has waited longest
    for bytes from its client.  Until there is room, `add` aborts further waiting connections, one
    at a time.  `add` never aborts a connection that does not wait for bytes.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0
        #: The connections that wait for their clients; the first has waited longest.
        self._waiting: dict[socket.socket, None] = {}
        self._is_closed = False

    def add(self) -> None:
        """Wait until there is room for a new connection, and count the new connection.

        If no connection waits for its client, `add` waits without a time limit.  After `close`,
        `add` does not wait.
        """
        with self._changed:
            while self._count >= MAX_CONNECTIONS and not self._is_closed:
                if self._waiting:
                    self._abort(next(iter(self._waiting)))
                self._changed.wait(0.1)
            self._count += 1

    def remove(self, connection: socket.socket) -> None:
        """Stop counting a connection."""
        with self._changed:
            self._waiting.pop(connection, None)
            self._count -= 1
            self._changed.notify_all()

    @contextmanager
    def wait(self, connection: socket.socket) -> Iterator[None]:
        """Inside a `with` block, mark a connection as waiting for its client.

        Raises:
            ConnectionAbortedError: if `add` aborted the connection, or after `close`.
        """
        with self._changed:
            if self._is_closed:
                raise ConnectionAbortedError
            self._waiting[connection] = None
        try:
            yield
        finally:
            with self._changed:
                if connection not in self._waiting:
                    raise ConnectionAbortedError
                del self._waiting[connection]

    def close(self) -> None:
        """Close waiting connections now, and each other connection when it next waits for its client."""
        with self._changed:
            self._is_closed = True
            for connection in list(self._waiting):
                self._abort(connection)

    def _abort(self, connection: socket.socket) -> None:
        del self._waiting[connection]
        # `shutdown` fails if the client has closed the connection.
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
