"""The command `assumptions`."""

from __future__ import annotations

from argparse import Namespace

from attrs import asdict

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.model import ASSUMED_RULES, Assumptions
from paramcore.text import format_value


def assumptions(options: Namespace) -> Pieces:
    """List the assumed rules, the basis of each rule, and the settings that change it."""
    values, defaults = asdict(options.assumptions), asdict(Assumptions())
    rules = [{**asdict(rule), "settings": {name: values[name] for name in rule.settings}} for rule in ASSUMED_RULES]
    if options.format == "json":
        yield format_document(rules)
        return FINE
    for rule in ASSUMED_RULES:
        yield f"{rule.rule:<4} {rule.text}\n     basis: {rule.basis}\n"
        for name in rule.settings:
            note = "" if values[name] == defaults[name] else f"  (default: {format_value(defaults[name])})"
            yield f"     {name} = {format_value(values[name])}{note}\n"
    return FINE
