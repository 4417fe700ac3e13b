"""The exit codes of the command line."""

#: Success, with nothing to report.
FINE = 0
#: The answer has findings, or the update needs consent.
FINDINGS = 1
#: Wrong usage, or input that cannot be read or is rejected.
REFUSED = 2
#: Standard output or the output file cannot be written.
CANNOT_WRITE = 2
#: Nothing was changed: the request was refused or not sent, or a read got no response.
NOT_DONE = 3
#: A request was sent and its outcome is unknown, or an update was applied more than once.
OUTCOME_UNKNOWN = 4
#: SIGHUP, as a shell reports it.
HUNG_UP = 129
#: Ctrl-C, as a shell reports it.
INTERRUPTED = 130
#: The reader of standard output closed it, as a shell reports it.
PIPE_CLOSED = 141
#: SIGTERM, as a shell reports it.
TERMINATED = 143

#: The exit code for each state of an `Outcome`.
OUTCOME_EXIT_CODES = {"done": FINE, "not done": NOT_DONE, "unknown": OUTCOME_UNKNOWN, "repeated": OUTCOME_UNKNOWN}
