"""Lint: each rule reports its mistake and ignores similar cases."""

import pytest

from paramcore import Assumptions, Project
from paramcore.validation.lint import UnusedDefaults, lint_history, lint_task
from paramcore.wire import read_project
from tests.validation.helpers import summarize

GEOMETRIES = {"box": {"objects_to_annotate": ["car"]}}
PROJECT = Project("boxes", type="imageannotation", params={"instruction": "Box cars.", "padding": 1}).patch_params(
    {"geometries": GEOMETRIES}
)


def lint(task, project=PROJECT):
    return summarize(lint_task(project.resolve(task), ["geometries"]))


@pytest.mark.parametrize(
    ("version", "planned", "now"),
    [
        (
            0,
            "the latest version would be 1 after this update; after the update, write 1, unless",
            "the latest version is 1; write 1, unless",
        ),
        (-1, "which version 1 would have after this update", "which version 1 has"),
    ],
)
def test_a_version_that_does_not_exist_yet(version, planned, now):
    """If only a planned update would create the latest version, the message says `after this update`."""
    effective = PROJECT.resolve({"project_version": version})
    for is_planned, text in ((True, planned), (False, now)):
        [finding] = lint_task(effective, ["geometries"], is_planned=is_planned)
        assert text in finding.message


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ({"padding": 1}, [("lint_equal_override", "warning", "/padding", None)]),
        ({"padding": 1.0}, [("lint_equal_override", "warning", "/padding", None)]),
        ({"padding": True}, []),
        ({"padding": 2}, []),
        ({"project_version": 0}, [("lint_old_pin", "warning", "/project_version", None)]),
        ({"project_version": 1}, []),
        ({"instruction": "At night.\nBox cars."}, [("lint_repeated_instruction", "warning", "/instruction", None)]),
        ({"instruction": "Box cars.and more"}, []),
        ({"instruction": "Box"}, []),
        ({"project_version": -1}, [("lint_bare_opt_out", "warning", "/project_version", None)]),
        ({"project_version": -1, "geometries": {}}, []),
        ({"project_version": -1, "geometries": None}, []),
        ({"colour": None}, []),
        ({"project_version": -1, "geometries": {}, "padding": 1}, []),
        ({}, []),
    ],
)  # fmt: skip
def test_a_task(task, expected):
    """A task with a probable mistake has a finding. A similar task without a mistake has none."""
    assert lint(task) == expected


def test_an_opt_out_of_a_null():
    """If the project sets a required param to null, a task that opts out without setting the param has a finding."""
    project = Project("boxes", type="imageannotation", params={"geometries": None})
    assert lint({"project_version": -1}, project) == [("lint_bare_opt_out", "warning", "/project_version", None)]
    assert lint({"project_version": -1, "geometries": None}, project) == []


def test_an_overriding_instruction_is_no_repetition():
    """Under `instruction_rule="override"`, a task's instruction may contain the project's instruction."""
    project = PROJECT.with_assumptions(Assumptions(instruction_rule="override"))
    assert lint({"instruction": "At night.\nBox cars."}, project) == []


@pytest.mark.parametrize(
    ("inherited", "own", "rule", "codes"),
    [
        ("Box cars.", "Box cars.", "override", ["lint_equal_override"]),
        ("Box cars.", "Box cars.", "append", ["lint_repeated_instruction"]),
        ("Box cars.", None, "override", []),
        (None, None, "append", ["lint_equal_override"]),
        ("", "", "append", ["lint_equal_override"]),
        ("", None, "append", []),
    ],
)
def test_an_instruction_that_overrides_its_equal(inherited, own, rule, codes):
    """An instruction that overrides an equal instruction causes a finding, as any other param does."""
    settings = Assumptions(instruction_rule=rule)
    project = Project("boxes", type="imageannotation", params={"instruction": inherited}, assumptions=settings)
    assert [code for code, *_ in lint({"instruction": own}, project)] == codes


def history(*entries):
    listed = [{"version": number, **entry} for number, entry in enumerate(entries)]
    return read_project({"type": "imageannotation", "name": "boxes", "param_history": listed})


def test_a_history():
    """Versions that change nothing, probable retries and stored routing names are reported with the version number."""
    project = history(
        {"created_at": "2024-03-04T09:00:00.000Z", "padding": 1},
        {"created_at": "2024-03-04T09:00:02.000Z", "padding": 1},
        {"created_at": "2024-03-05T09:00:02.000Z", "padding": 1},
        {"created_at": "2024-03-06T09:00:02.000Z", "padding": 2, "batch": "monday"},
    )
    assert [(finding.code, finding.version, finding.pointer) for finding in lint_history(project)] == [
        ("lint_retry_twin", 1, ""),
        ("lint_noop_version", 2, ""),
        ("lint_stored_name", 3, "/batch"),
    ]


def add(defaults, project, task):
    """Like `paramcore validate`, add a task to `UnusedDefaults` if the task inherits the latest version."""
    effective = project.resolve(task)
    if effective.inherited_from is not None and effective.inherited_from is project.latest:
        defaults.add(effective.task.params)


def test_a_default_that_nobody_uses():
    """A param that every task of a file overrides is reported once."""
    defaults = UnusedDefaults.of(PROJECT)
    for padding in (2, 3, 4):
        add(defaults, PROJECT, {"padding": padding, "instruction": "x"})
    assert summarize(defaults.list_findings(PROJECT)) == [("lint_unused_default", "warning", "/padding", None)]


@pytest.mark.parametrize("first", range(4))
def test_counters_of_several_processes_can_be_combined(first):
    """Two combined counters have the same findings as one counter of all tasks."""
    tasks = [{"padding": 2, "geometries": {}}, {"padding": 3}, {"padding": 4, "geometries": {}}]
    parts = [UnusedDefaults.of(PROJECT), UnusedDefaults.of(PROJECT)]
    for index, task in enumerate(tasks):
        add(parts[index >= first], PROJECT, task)
    parts[0].combine(parts[1])
    assert summarize(parts[0].list_findings(PROJECT)) == [("lint_unused_default", "warning", "/padding", None)]
    assert parts[0].tasks == 3


@pytest.mark.parametrize("tasks", [[], [{"padding": 1}], [{"padding": 1}, {}], [{"project_version": -1}] * 3])
def test_a_default_that_somebody_uses(tasks):
    """A default is not reported if fewer than two tasks override it, or if at least one task inherits it."""
    defaults = UnusedDefaults.of(PROJECT)
    for task in tasks:
        add(defaults, PROJECT, task)
    assert list(defaults.list_findings(PROJECT)) == []


def test_a_project_without_versions_has_nothing_to_override():
    """In a project without versions, no default is reported as unused, and a task may opt out."""
    empty = Project("boxes", type="imageannotation")
    defaults = UnusedDefaults.of(empty)
    for _ in range(3):
        add(defaults, empty, {"padding": 1})
    assert list(defaults.list_findings(empty)) == []
    assert lint({"project_version": -1}, empty) == []


@pytest.mark.parametrize(
    ("inherited", "own", "is_repeated"),
    [
        ("One.\r\nTwo.\r\n", "Night.\nOne.\nTwo.", True),
        ("One.\nTwo.", "One.\r\nTwo.\r\nNight.", True),
        ("One.\rTwo.", "One.\nTwo.", True),
        ("One.  \nTwo.\t\n", "  One.\nTwo.", True),
        ("\n\nOne.\n\nTwo.\n\n", "Night.\n\nOne.\n \nTwo.", True),
        ("\r\n\r\nOne.\r\n\r\n", "One.", True),
        ("One.\n\nTwo.", "One.\nTwo.", False),
        ("One.\r\nTwo.", "One. Two.", False),
        ("One.", "One.\rx", True),
        ("One.", "One.x", False),
        (" \r\n", "Night.", False),
    ],
)
def test_lines_with_other_line_endings(inherited, own, is_repeated):
    """A repeated instruction is recognized even if line endings, or whitespace around lines, differ."""
    project = Project("boxes", type="imageannotation", params={"instruction": inherited})
    assert bool(lint({"instruction": own}, project)) is is_repeated
