"""`ProjectText` reuses the text of old versions, and returns the same text as `format_document`."""

from hypothesis import given, strategies as st

from paramcore import Project
from paramcore.cli.output import format_document
from paramcore.cli.project_text import ProjectText
from paramcore.testing import projects, updates
from paramcore.wire import write_project


@given(projects(max_versions=4), st.lists(updates(), max_size=3), st.integers(0, 4))
def test_a_changing_project_has_the_text_of_a_document(project, changes, start):
    """After each change of a project, even a return to an earlier state, the text equals that of `format_document`."""
    text = ProjectText()
    states = [project]
    for change in changes:
        states.append(states[-1].update(change))
    for state in (*states, states[0], Project(project.name, type=project.type), *states[start:]):
        assert text.format(state) == format_document(write_project(state))


def test_params_and_fields_may_look_like_a_history():
    """If names or texts in a project look like its history, the text still equals that of `format_document`."""
    line = '\n  "param_history": []'
    fields = {"a": line, "nested": {"param_history": [], "b": [{"param_history": []}]}, "param_history": 1}
    project = Project("x", type="chat", params={"t": line, "param_history": []}).patch_params({"u": [[], {}, [line]]})
    project = Project("x", type="chat", versions=project.versions, fields=fields, field_order=["nested", "a"])
    assert ProjectText().format(project) == format_document(write_project(project))
