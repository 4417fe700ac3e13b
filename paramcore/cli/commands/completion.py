"""The command `completion`."""

from __future__ import annotations

from argparse import Namespace
from importlib.resources import files

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces


def completion(options: Namespace) -> Pieces:
    """Print a script that completes commands, options and files in a shell."""
    yield files("paramcore.cli").joinpath("completions", f"paramcore.{options.shell}").read_text("utf-8")
    return FINE
