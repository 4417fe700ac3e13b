"""Color labels, and decide whether to print color."""

from __future__ import annotations

from collections.abc import Mapping

from paramcore.text.rows import Label

#: The choices of `--color`.
COLOR_CHOICES = ("auto", "always", "never")

_RED, _GREEN, _YELLOW, _BLUE, _CYAN = "31", "32", "33", "34", "36"

#: The colors of labels by style, as parameters of the escape sequence SGR.  Labels of other styles are bold.
_COLORS = {
    **dict.fromkeys(("dropped", "removed", "lost", "LOST", "error", "contradicts"), _RED),
    **dict.fromkeys(("changed", "warning", "IGNORED"), _YELLOW),
    **dict.fromkeys(("added", "WON", "APPENDED"), _GREEN),
    **dict.fromkeys(("moved", "returns"), _CYAN),
    "UNSET": _BLUE,
}


def wants_color(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Return whether to print color.

    `--color always|never` overrides NO_COLOR, which overrides FORCE_COLOR.  If none of them
    is set, print color if the output is a terminal and TERM is not `dumb`.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return True
    return is_terminal and environment.get("TERM") != "dumb"


def paint_label(label: Label) -> str:
    """Return a label with the escape sequences of its color."""
    return f"\x1b[{_COLORS.get(label.style, '1')}m{label}\x1b[0m"
