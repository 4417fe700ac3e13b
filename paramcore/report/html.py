"""Render HTML pages that need no script and load nothing.

Every page carries a Content Security Policy that allows only the style sheet of this
package, by its hash.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from paramcore.report.lifeline_views import VISIBLE_RUNS
from paramcore.report.value_views import MAX_PARAMS
from paramcore.text import format_count


def render_page(template: str, **context: Any) -> str:
    """Render a template of this package as a complete page.

    The template must extend `base.html`, which contains the policy.

    Example:
        >>> page = render_page("base.html", title="<docks>")
        >>> "<title>&lt;docks&gt;</title>" in page
        True
    """
    return _get_environment().get_template(template).render(**context)


@cache
def get_content_security_policy() -> str:
    """Return the Content Security Policy of every page."""
    digest = b64encode(sha256(_read_style_sheet().encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _read_style_sheet() -> str:
    # A browser hashes the text with `\n` as the line end, so the policy must contain the hash of that text.
    text = files("paramcore.report").joinpath("templates/style.css").read_text("utf-8")
    return "\n".join(text.splitlines()) + "\n"


@cache
def _get_environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("paramcore.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # The style sheet is the only text that templates insert without escaping.
    environment.globals["style_sheet"] = Markup(_read_style_sheet())  # noqa: S704
    environment.globals["count"] = format_count
    environment.globals["max_params"] = MAX_PARAMS
    environment.globals["visible_runs"] = VISIBLE_RUNS
    environment.globals["content_security_policy"] = get_content_security_policy()
    return environment
