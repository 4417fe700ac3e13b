"""Text for people: long values, unusual names and rows without a value."""

import os
import subprocess

import pytest
from hypothesis import given, strategies as st

from paramcore import Assumptions, Patch, Plan, Project, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.analysis.history import History
from paramcore.analysis.impact import Impact
from paramcore.text import format_change, quote_for_shell
from paramcore.wire import read_project, write_project

LONG = "x" * 200
CUT = '"' + "x" * 99 + "... (202 characters)"
ODD = "a\n"
PROJECT = (
    Project("boxes", type="imageannotation", params={"a\n": LONG, "b": 1})
    .patch_params({"b": 2})
    .patch_params({"b": 3})
    .patch_params({"c": LONG})
)


def test_an_answer_cuts_long_values_and_escapes_names():
    """Rows truncate long values and escape names. Columns are aligned."""
    assert str(PROJECT.resolve({"b": LONG})) == (
        'task for "boxes": inherits version 3 (the latest)\n'
        f"  a\\n  version 3     {CUT}\n"
        f"  b    task request  {CUT}\n"
        f"  c    version 3     {CUT}"
    )


def test_an_explanation_shows_rows_without_a_value():
    """A layer without the param shows a dash. Long values are truncated. Two notes share one pair of brackets."""
    assert str(PROJECT.resolve({"c": LONG}).explain("c")) == (
        f"c = {CUT}\n"
        f"  WON       task request       {CUT}\n"
        f"  LOST      project version 3  {CUT}  (the task overrides it)\n"
        "  why       TASK_OVERRIDE: the task sets it, and a task's params override the project's params"
    )
    assert str(PROJECT.resolve({"project_version": 2}).explain("b")) == (
        "b = 3\n"
        "  UNSET     task request       -\n"
        "  WON       project version 2  3\n"
        "  LOST      project version 1  2  (superseded in version 2)\n"
        "  IGNORED   project version 3  3  (unchanged since version 2; the latest, but the task inherits version 2)\n"
        "  why       INHERITED_PINNED: the task does not set it, so it inherits the value of the version that it names"
    )
    assert str(PROJECT.resolve({}).explain(ODD)).splitlines()[0] == f"a\\n = {CUT}"
    assert str(PROJECT.resolve({}).explain("d\n")).splitlines()[0] == "d\\n is not set"


def test_only_values_that_rest_on_an_assumed_rule_list_it():
    """The explanation of a joined instruction lists the rule T5.

    The explanation of a param that only the project sets lists no rule.
    """
    project = Project("boxes", type="imageannotation", params={"instruction": "Box it."})
    text = str(project.resolve({"instruction": "Hurry."}).explain("instruction"))
    assert text.endswith("(assumed: T5; see `paramcore assumptions`)")
    assert "assumed" not in str(PROJECT.resolve({}).explain("b"))


def test_a_diff_cuts_long_values():
    """Rows of a diff truncate long values."""
    text = str(Diff.between({ODD: LONG, "b": [LONG], "e": 1}, {"b": [], "d": LONG, "e": LONG})).splitlines()
    assert text == [
        f"  removed  a\\n  {CUT}",
        "  changed  b    inside:",
        f"  changed  e    1 -> {CUT}",
        f"  lost     /b/0  {CUT}",
        f"  added    d    {CUT}",
    ]


def test_a_history_cuts_long_values_and_escapes_names():
    """The texts of a history truncate long values, and escape line breaks in names and times."""
    project = PROJECT.patch_params({ODD: 1}).patch_params({ODD: LONG})
    assert History.of(project).format_lifetimes(ODD) == f"a\\n\n  0-3  {CUT}\n  4    1\n  5    {CUT}"
    assert "  returns  a\\n to its value in version 3" in str(History.of(project))
    entry = {"version": 0, "created_at": "no\ntime"}
    odd = read_project({"name": "o", "type": "t", "param_history": [entry]})
    assert str(History.of(odd)).splitlines()[2] == "version 0  no\\ntime  the first version"


def test_a_plan_escapes_names():
    """The names of conflicting params are escaped."""
    plan = Plan.of(PROJECT, Patch({ODD: 2}))
    assert str(plan.rebase_on(PROJECT.patch_params({ODD: 1}))).endswith("would overwrite: a\\n")


def test_an_impact_escapes_names():
    """Each changed param has a row with an escaped name, and columns are aligned."""
    impact = Impact.of(Plan.of(PROJECT, Patch({ODD: 1, "long name": 2})), [TaskRequest({})])
    assert str(impact).splitlines()[1:] == [
        "  a\\n        1 affected, 0 overriding it",
        "  long name  1 affected, 0 overriding it",
    ]


def test_each_effect_has_its_request():
    """The attribute `task` of an effect is the request."""
    plan = Plan.of(PROJECT, Patch({"b": 9}))
    for task in (TaskRequest({}), TaskRequest({"b": 1}), TaskRequest({}, project_version=0)):
        assert next(Impact.iter_effects(plan, [task])).task == task


def test_other_assumptions_change_nothing_else():
    """`with_assumptions` keeps the fields, their order and the history."""
    obj = {"x": 1, "name": "o", "param_history": [{"version": 0, "a": 1}], "type": "t"}
    project = read_project(obj).with_assumptions(Assumptions(instruction_rule="override"))
    assert list(write_project(project).items()) == list(obj.items())


def test_a_created_task_carries_its_batch():
    """The task object of `as_task` has the batch and the unique id of the request."""
    task = PROJECT.resolve({"batch": "monday", "unique_id": "u-1"}).as_task()
    assert {name: task[name] for name in ("project", "batch", "unique_id", "project_param_version")} == {
        "project": "boxes",
        "batch": "monday",
        "unique_id": "u-1",
        "project_param_version": 3,
    }


def test_an_instruction_without_text_has_a_note():
    """A task's empty instruction is LOST, with the note that it has no text."""
    project = Project("boxes", type="imageannotation", params={"instruction": "Box it."})
    assert str(project.resolve({"instruction": ""}).explain("instruction")).splitlines()[1] == (
        '  LOST      task request       ""  (the instruction has no text)'
    )


def test_the_heading_of_a_history_counts_its_versions():
    """The heading of a history has the number of versions."""
    assert str(History.of(PROJECT)).startswith('"boxes": 4 versions\n')
    two = Project("boxes", type="t", params={}).patch_params({})
    assert str(History.of(two)).startswith('"boxes": 2 versions\n')


def test_an_overriding_instruction_needs_no_warning():
    """Under `override`, the text of an impact does not report that the instruction is appended."""
    project = Project(
        "boxes", type="t", params={"instruction": "a"}, assumptions=Assumptions(instruction_rule="override")
    )
    text = str(Impact.of(Plan.of(project, Patch({"instruction": "b"})), [{}]))
    assert text == "1 request: 1 affected\n  instruction  1 affected, 0 overriding it"


def test_an_effect_names_all_its_params():
    """The text of an effect lists the affected params."""
    plan = Plan.of(PROJECT, Patch({"b": 9, "c": 1}))
    assert str(next(Impact.iter_effects(plan, [{}]))) == "b, c"


def test_a_diff_shows_only_changed_members():
    """For a long object, unchanged members are not shown."""
    before, after = {"a": {"x": 1, "same": 2}}, {"a": {"x": 3, "same": 2, "y": LONG}}
    rows = ["  changed  a  inside:", "  changed  /a/x  1 -> 3", f"  added    /a/y  {CUT}"]
    assert str(Diff.between(before, after)).splitlines() == rows
    back = ["  changed  a  inside:", "  changed  /a/x  3 -> 1", f"  lost     /a/y  {CUT}"]
    assert str(Diff.between(after, before)).splitlines() == back


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("boxes", "boxes"),
        ("north docks", "'north docks'"),
        ("", "''"),
        ("$(id) `id`", "'$(id) `id`'"),
        ("it's", "'it'\"'\"'s'"),
        ("=ls", "'=ls'"),
        ("a\\", "'a\\'"),
        ("a\u00857'\\", r"$'a\302\2057\047\134'"),
        ("\u00e9", "'\u00e9'"),
    ],
)
def test_quoting_for_a_shell(text, word):
    """Text of ASCII letters, digits and `-_./` stays as it is.

    Any other text is quoted and made printable. Empty text is quoted, too.
    """
    assert quote_for_shell(text) == word


@given(st.lists(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8), min_size=1, max_size=50))
def test_a_shell_reads_the_text_back(texts):
    """`bash` reads quoted text as one word and runs nothing."""
    script = "printf '%s\\0' " + " ".join(map(quote_for_shell, texts))
    assert script.isprintable()
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == texts


@pytest.mark.parametrize("path", [b"\xff", b"a\xffb.json", b"\xc3\xa9\xe9", b"\xed\xb3\xbf", b"it's \x80"])
def test_a_shell_reads_a_path_that_is_not_utf_8(path):
    """`bash` reads a quoted path as the same bytes, even if they are not UTF-8."""
    script = f"printf '%s' {quote_for_shell(os.fsdecode(path))}"
    assert script.isprintable()
    assert subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout == path


@pytest.mark.parametrize("filler", ["a", "\n", "\u00a0", "\u200d", "\x1b", "\U000e0001", '"'])
def test_a_change_shows_what_differs(filler):
    """Two long texts are shown from shortly before their first difference, even if escapes precede the difference."""
    before, after = (f"{filler * 300}{end}" for end in "xy")
    assert format_change(before, after).count('x"') == format_change(before, after).count('y"') == 1


def test_a_cut_change_has_the_length_of_the_whole_text():
    """A cut text is followed by the length of the whole text, even if the text is also cut at its start."""
    cut = format_change("a" * 4_000 + "x" * 1_000, "a" * 4_000 + "y" * 2_000)
    assert cut == f'..."{"a" * 33}{"x" * 66}... (5,002 characters) -> ..."{"a" * 33}{"y" * 66}... (6,002 characters)'
