"""The exit codes of the command line."""

FINE = 0
FINDINGS = 1
REFUSED = 2
CANNOT_WRITE = 2
NOT_DONE = 3
OUTCOME_UNKNOWN = 4
HUNG_UP = 129
INTERRUPTED = 130
PIPE_CLOSED = 141
TERMINATED = 143

#: The meaning of each exit code.
MEANINGS = {
    FINE: "success",
    FINDINGS: "a problem was found, such as an error, a dropped param or a missing consent; with `--exit-code`, also a "
    "difference, an affected request or a request that can be shorter",
    REFUSED: "the usage is wrong, the input is rejected, or a file or a stream cannot be read or written",
    NOT_DONE: "nothing was changed: a request was refused or not sent, or a GET request got no usable response",
    OUTCOME_UNKNOWN: "a request was sent and its outcome is unknown, or an update was applied more than once",
    HUNG_UP: "ended by SIGHUP; shells use the same exit code",
    INTERRUPTED: "ended by Ctrl-C; shells use the same exit code",
    PIPE_CLOSED: "the reader of standard output closed the pipe; shells use the same exit code for SIGPIPE",
    TERMINATED: "ended by SIGTERM; shells use the same exit code",
}

#: The exit code for each state of an `Outcome`.
OUTCOME_EXIT_CODES = {"done": FINE, "not done": NOT_DONE, "unknown": OUTCOME_UNKNOWN, "repeated": OUTCOME_UNKNOWN}
