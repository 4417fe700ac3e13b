"""The command `assumptions`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.model import ASSUMED_RULES, AssumedRule, Assumptions
from paramcore.text import format_value


def assumptions(options: Namespace) -> Pieces:
    """List the assumed rules, their basis, and the settings that change them."""
    if options.format == "json":
        yield format_document([_rule_to_json(rule, options.assumptions) for rule in ASSUMED_RULES])
        return FINE
    for rule in ASSUMED_RULES:
        yield f"{rule.rule:<4} {rule.text}\n     basis: {rule.basis}\n"
        for name, value in _select_settings(rule, options.assumptions).items():
            default = getattr(Assumptions(), name)
            note = "" if value == default else f"  (default: {format_value(default)})"
            yield f"     {name} = {format_value(value)}{note}\n"
    return FINE


def _rule_to_json(rule: AssumedRule, assumptions: Assumptions) -> dict[str, Any]:
    settings = _select_settings(rule, assumptions)
    return {"rule": rule.rule, "text": rule.text, "basis": rule.basis, "settings": settings}


def _select_settings(rule: AssumedRule, assumptions: Assumptions) -> dict[str, str]:
    return {name: getattr(assumptions, name) for name in rule.settings}
