"""The settings of the documentation site. `sphinx-build -n -W docs docs/_build` builds the site."""

import sys
from pathlib import Path

from paramcore import __version__

sys.path.insert(0, str(Path(__file__).parent))

project = "paramcore"
author = "the paramcore authors"
project_copyright = author
release = version = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "reference_directives"]
exclude_patterns = ["_build", "examples"]
html_theme = "furo"
html_title = f"paramcore {version}"

# Pages link to headings by the anchors that GitHub generates.
myst_heading_anchors = 3

add_module_names = False
# Docstrings have code in single backticks, as Markdown has.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_inherit_docstrings = False
python_use_unqualified_type_names = True

nitpicky = True
nitpick_ignore_regex = [
    # `JSONObject` and `ParamChanges` are internal, so the reference does not describe them.
    ("py:class", r"paramcore\.values\.frozen\.JSONObject|paramcore\.model\.versions\.ParamChanges"),
    # Links to the standard library and to other packages would need the network.
    ("py:.*", r"(collections|hypothesis|ssl|contextlib|types|typing)\..*"),
    # The reference does not describe literal types, or the type of `...`.
    ("py:class", r"EllipsisType|BlockCode|OptOutCode"),
    # Links to folders of the repository work on GitHub. The site has no pages for folders.
    ("myst", r"(\.\./)+tests/.*"),
]
