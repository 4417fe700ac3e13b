"""The exit codes of the command line."""

#: Success, with nothing to report.
FINE = 0
#: The command has findings to report, or the update needs consent.
FINDINGS = 1
#: The usage is wrong, or the input cannot be read or is rejected.
REFUSED = 2
#: Standard output or the output file cannot be written.
CANNOT_WRITE = 2
#: Nothing was changed, because the request was refused or not sent, or because a read received no response.
NOT_DONE = 3
#: A request was sent and its outcome is unknown, or an update was applied more than once.
OUTCOME_UNKNOWN = 4
#: Ended by SIGHUP; shells use the same exit code.
HUNG_UP = 129
#: Ended by Ctrl-C; shells use the same exit code.
INTERRUPTED = 130
#: The reader of standard output closed the pipe; shells use the same exit code for SIGPIPE.
PIPE_CLOSED = 141
#: Ended by SIGTERM; shells use the same exit code.
TERMINATED = 143

#: The exit code for each state of an `Outcome`.
OUTCOME_EXIT_CODES = {"done": FINE, "not done": NOT_DONE, "unknown": OUTCOME_UNKNOWN, "repeated": OUTCOME_UNKNOWN}
