"""The exit codes of the command line, in one place."""

from __future__ import annotations

__all__ = [
    "CANNOT_WRITE",
    "FINDINGS",
    "FINE",
    "INTERRUPTED",
    "NOT_DONE",
    "OUTCOME_UNKNOWN",
    "PIPE_CLOSED",
    "REFUSED",
    "TERMINATED",
]

#: The command did what it was told to do, and found nothing.
FINE = 0
#: The answer holds findings, or the update needs consent.
FINDINGS = 1
#: Wrong usage, or input that cannot be read or is refused.
REFUSED = 2
#: Standard output or a file cannot be written.
CANNOT_WRITE = 2
#: Nothing was changed: the service refused, or nothing was sent.
NOT_DONE = 3
#: Something was sent and nothing says what became of it, or it was applied more than once.
OUTCOME_UNKNOWN = 4
#: Ctrl-C, as a shell reports it.
INTERRUPTED = 130
#: Nobody reads standard output any more, as a shell reports it.
PIPE_CLOSED = 141
#: SIGTERM, as a shell reports it.
TERMINATED = 143
