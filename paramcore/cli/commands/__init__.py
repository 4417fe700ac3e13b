"""The commands.

Each is a generator that yields its answer in pieces and returns the exit code.
The module and the function have the name of the command, and the function's
docstring is the help text.  `cli/options.py` has the arguments.
"""
