"""The commands, one function each: it yields its answer in pieces and returns the exit code."""
