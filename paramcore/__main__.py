"""Run the command line: `python -m paramcore`."""

import sys

from paramcore.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
