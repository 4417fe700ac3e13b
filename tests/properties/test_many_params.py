"""Explaining, validating or comparing many params handles each param only a few times."""

from time import process_time

import pytest

from paramcore import Diff, Impact, Patch, Plan, Project, Replace
from paramcore.analysis import find_overwritten_params
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


#: So many params that a comparison of each name with each other name exceeds the limit of time.
HUGE = 80_000
BEFORE, AFTER, LATER = ({f"p{number}": value for number in range(HUGE)} for value in (1, 2, 3))
PLAN = Plan.of(Project("p", type="imageannotation", params=BEFORE), Patch(AFTER))


@pytest.mark.parametrize(
    "compute",
    [
        lambda: Diff.between(BEFORE, AFTER).applied_to(BEFORE),
        lambda: find_overwritten_params(BEFORE, AFTER, LATER),
        lambda: PLAN.rebase_on(PLAN.project.patch_params(LATER)),
        lambda: Impact.of(PLAN, [dict(list(LATER.items())[::2])]),
    ],
    ids=["apply a diff", "find conflicts", "rebase a plan", "count an affected request"],
)
def test_thousands_of_changed_params(compute):
    """The time to compare params grows in proportion to their number."""
    start = process_time()
    compute()
    assert process_time() - start < 10
