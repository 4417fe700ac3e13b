"""Explaining or validating many params merges each param only a few times."""

import pytest

from paramcore import Plan, Project, Replace
from paramcore.model import Inheritance
from paramcore.validation import Schemas, Validator

COUNT = 300
#: Misspelled params: the validator reports a finding for each.
MANY = {f"objects_to_annotat{number}": number for number in range(COUNT)}


@pytest.fixture
def merged(monkeypatch):
    """Return a list to which each merge appends the number of params in its result."""
    sizes = []
    merge = Inheritance.merge

    def count_params(self, params):
        result = merge(self, params)
        sizes.append(len(result))
        return result

    monkeypatch.setattr(Inheritance, "merge", count_params)
    return sizes


@pytest.mark.parametrize("task", [{}, {"own": 1}, MANY, {"instruction": "Box."}])
def test_explanations_of_many_params(merged, task):
    """Explaining all params does not merge them again for each param."""
    project = Project("p", type="imageannotation", params={**MANY, "instruction": "All."})
    assert len(project.resolve(task).explain_all()) >= COUNT
    assert sum(merged) < 5 * COUNT


def test_findings_on_many_params(merged):
    """For each finding, the validator finds the version that set the param, without merging all params again."""
    project = Project("p", type="imageannotation", params=MANY).patch_params({"padding": "1"})
    assert len(Validator(project, Schemas()).project()) > COUNT
    assert sum(merged) < 20 * COUNT
    merged.clear()
    update = Plan.of(project, Replace({**MANY, "padding": "2"})).update
    assert len(Validator(project, Schemas()).update(update)) > COUNT
    assert sum(merged) < 20 * COUNT
