"""Entry points of the library either accept a value or raise an error of the library."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.reader import read_document, read_lines
from paramcore.model.tasks import read_task_request
from paramcore.testing import json_values, projects
from paramcore.values.frozen import freeze, same
from paramcore.wire import read_project, read_projects, read_update, write_project


def loop():
    value = []
    value.append(value)
    return value


WRONG = (b"", bytearray(b"{}"), {1, 2}, frozenset(), object(), object, len, 1j, float("nan"), "\ud800", loop(), ...)
# Build the number in a function. Hypothesis prints strategies, and Python cannot print such a long number.
NO_JSON = st.sampled_from(WRONG) | st.builds(lambda: 10**5000)
ANYTHING = st.recursive(
    json_values() | NO_JSON,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.text(max_size=2) | st.integers() | st.none(), inner, max_size=2)
        | st.tuples(inner)
    ),
    max_leaves=4,
)
BASE = Project("boxes", type="imageannotation", params={"instruction": "Box.", "padding": 1})

ENTRY_POINTS = {
    "Patch": Patch,
    "Replace": Replace,
    "TaskRequest": TaskRequest,
    "TaskRequest, routing": lambda it: TaskRequest({}, project=it, project_version=it, batch=it, type=it),
    "from_flat": TaskRequest.from_flat,
    "Project, name": lambda it: Project(it, type="imageannotation"),
    "Project, type": lambda it: Project("boxes", type=it),
    "Project, params": lambda it: Project("boxes", type="imageannotation", params=it),
    "Project, created_at": lambda it: Project("boxes", type="imageannotation", params={}, created_at=it),
    "Assumptions": lambda it: Assumptions(instruction_separator=it),
    "Assumptions, choices": lambda it: Assumptions(instruction_rule=it, empty_instruction=it),
    "update": BASE.update,
    "patch_params": BASE.patch_params,
    "resolve": BASE.resolve,
    "resolve_many": lambda it: list(BASE.resolve_many([it])),
    "inheritance": BASE.inheritance,
    "version": BASE.version,
    "explain": BASE.resolve({}).explain,
    "Plan.to": lambda it: Plan.to(BASE, it),
    "Diff.between": lambda it: Diff.between(it, {}),
    "freeze": freeze,
    "read_project": read_project,
    "read_projects": read_projects,
    "read_task_request": read_task_request,
    "read_update": read_update,
    "read_project, history": lambda it: read_project({"name": "a", "type": "b", "param_history": it}),
    "read_project, entry": lambda it: read_project({"name": "a", "type": "b", "param_history": [it]}),
    "read_project, version": lambda it: read_project({"name": "a", "type": "b", "param_history": [{"version": it}]}),
}


@pytest.mark.parametrize("entry_point", ENTRY_POINTS)
@given(value=ANYTHING)
def test_an_entry_point_accepts_a_value_or_rejects_it(entry_point, value):
    """The only exception that an entry point raises is a `ParamcoreError` with a code and a message of one line."""
    try:
        ENTRY_POINTS[entry_point](value)
    except ParamcoreError as error:
        assert error.code
        assert str(error)
        assert "\n" not in str(error)


@given(
    st.binary(max_size=60) | st.text(alphabet='{}[]",:\\ 0123456789eE.-+truefalsn\ud7ff\n', max_size=40).map(str.encode)
)
def test_any_bytes_are_a_document_or_a_document_error(tmp_path_factory, data):
    """`read_document` returns the value that `json.loads` returns, or raises an error with the name of the file."""
    file = tmp_path_factory.mktemp("any", numbered=True) / "any.json"
    file.write_bytes(data)
    try:
        found = read_document(str(file)).value
    except DocumentError as error:
        assert error.source == str(file)
    else:
        assert same(found, json.loads(data.decode("utf-8-sig")))
    try:
        lines = list(read_lines(str(file)))
    except DocumentError as error:
        # Binary data and invalid UTF-16 cannot be split into lines.
        assert (error.code, error.source) == ("json_encoding", str(file))
        return
    for line in lines:
        try:
            line.document()
        except DocumentError as error:
            assert error.line == line.number


@given(project=projects(max_versions=2), value=ANYTHING)
def test_a_project_object_never_changes(project, value):
    """An update or a task request, accepted or rejected, does not change the project object."""
    before = json.dumps(write_project(project))
    for attempt in (project.patch_params, project.replace_params, project.resolve):
        with suppress(ParamcoreError):
            attempt(value)
        assert json.dumps(write_project(project)) == before
