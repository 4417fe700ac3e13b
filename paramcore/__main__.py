"""Run the command line: `python -m paramcore`."""

import os
import sys


def _ignore_working_directory() -> None:
    """Remove the working directory from `sys.path`, unless it contains paramcore.

    `python -m` puts the working directory first.  So a file `json.py` in this directory would be imported in place of
    the standard module `json`.
    """
    try:
        directory = os.getcwd()
        home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    except OSError:
        # The working directory was deleted, so it contains no modules.
        return
    if not sys.flags.safe_path and sys.path[:1] == [directory] and directory != home:
        del sys.path[0]


if __name__ == "__main__":
    _ignore_working_directory()
    from paramcore.cli.entry import start

    sys.exit(start())
