"""The commands of the command line.

Each command is a function that returns a generator.  The generator yields the output in
pieces, and returns the exit code.  The module and the function have the name of the
command.  The docstring of the function is the help text.  `cli/options.py` defines the
arguments.
"""
