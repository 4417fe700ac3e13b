"""Run the command line: `python -m paramcore`."""

import sys

from paramcore.cli.entry import start

if __name__ == "__main__":
    sys.exit(start())
