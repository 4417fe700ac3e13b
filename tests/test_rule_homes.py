"""Each rule that the code implements has one place in the code, and a test or a conformance case."""

import re
from pathlib import Path

import pytest

import paramcore

ROOT = Path(__file__).parent.parent
#: A row of a table of rules: the id, the rule, its basis, the module with its code, and the file with its tests.
ROW = re.compile(r"^\| ([PUTES]\d+) \| (.+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
RULES = {row[0]: row for row in ROW.findall((ROOT / "docs" / "semantics.md").read_text("utf-8"))}
COMMENT = re.compile(r"^\s*# ([PUTES]\d+):", re.MULTILINE)

#: The ids of all rules.
IDS = [
    f"{letter}{number}"
    for letter, last in {"P": 10, "U": 12, "T": 15, "E": 9, "S": 9}.items()
    for number in range(1, last + 1)
]


def find_modules(rule):
    sources = sorted(Path(paramcore.__file__).parent.rglob("*.py"))
    return [path.stem for path in sources for found in COMMENT.findall(path.read_text("utf-8")) if found == rule]


def test_the_page_has_every_rule():
    """`docs/semantics.md` has rows for the rules in `IDS`, and for no others."""
    assert sorted(RULES) == sorted(IDS)


@pytest.mark.parametrize("rule", IDS)
def test_each_rule_has_one_place(rule):
    """The comment with the id, such as `# T4:`, occurs once, in the module that the page names.

    If the page names no module, the comment does not occur.
    """
    home = RULES[rule][3]
    assert find_modules(rule) == ([] if home == "-" else [home])


@pytest.mark.parametrize("rule", IDS)
def test_each_rule_is_tested(rule):
    """For each rule with a module, the file in the last column exists and names the rule."""
    _, _, _, home, tests = RULES[rule]
    if home != "-":
        assert re.search(rf"\b{rule}\b", (ROOT / tests).read_text("utf-8"))
