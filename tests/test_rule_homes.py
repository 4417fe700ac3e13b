"""Every rule has one home in the code, and something that holds it."""

import re
from pathlib import Path

import pytest

import paramcore

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| ([PUTES]\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
RULES = {row[0]: row for row in ROW.findall((ROOT / "docs" / "semantics.md").read_text("utf-8"))}
COMMENT = re.compile(r"^\s*# ([PUTES]\d+):", re.MULTILINE)

#: All rules that there are.
IDS = [
    f"{letter}{number}"
    for letter, last in {"P": 10, "U": 12, "T": 15, "E": 9, "S": 9}.items()
    for number in range(1, last + 1)
]


def homes(rule):
    sources = sorted(Path(paramcore.__file__).parent.rglob("*.py"))
    return [path.stem for path in sources for found in COMMENT.findall(path.read_text("utf-8")) if found == rule]


def test_the_page_has_every_rule():
    """`docs/semantics.md` has a row for each rule, and no other."""
    assert sorted(RULES) == sorted(IDS)


@pytest.mark.parametrize("rule", IDS)
def test_each_rule_has_one_home(rule):
    """The comment `# RULE:` stands once in the code, in the module that the page names."""
    home = RULES[rule][3]
    assert homes(rule) == ([] if home in ("-", "later") else [home])


@pytest.mark.parametrize("rule", IDS)
def test_each_rule_is_held(rule):
    """The file that holds a rule is there and names it."""
    _, _, _, home, held_by = RULES[rule]
    if home in ("-", "later"):
        return
    assert rule in (ROOT / held_by).read_text("utf-8")
