"""Common mistakes in Python: the error names the remedy."""

import pytest

from paramcore import Extraction, Impact, Patch, Plan, Project, SlimRequest, TaskRequest, read_project
from paramcore.bulk import preview_lines
from paramcore.errors import InvalidParams, InvalidSetting, MalformedPayload, NoSuchVersion, NotJSON, WrongProject
from paramcore.values import freeze


def make_foreign_object(name, base=object, module="numpy"):
    """Return an object whose class has the name and module of a class of another library."""
    return type(name, (base,), {"__module__": module})()


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (make_foreign_object("float64", float), "convert it with `.item()`"),
        (make_foreign_object("int64"), "convert it with `.item()`"),
        (make_foreign_object("bool_", module="numpy.core"), "convert it with `.item()`"),
        (make_foreign_object("ndarray"), "convert it with `.tolist()`"),
        (make_foreign_object("memmap", type(make_foreign_object("ndarray"))), "convert it with `.tolist()`"),
        (make_foreign_object("Series", module="polars.series"), "convert it with `.to_list()`"),
        (
            make_foreign_object("GeoSeries", type(make_foreign_object("Series")), "geopandas"),
            "convert it with `.to_list()`",
        ),
        (
            make_foreign_object("GeoDataFrame", type(make_foreign_object("DataFrame")), "geopandas"),
            "convert it with `.to_dict('records')`",
        ),
        (make_foreign_object("datetime64"), "convert it with `str()`"),
        (make_foreign_object("Timestamp", module="pandas"), "convert it with `.isoformat()`"),
        (make_foreign_object("DataFrame", module="pandas"), "convert it with `.to_dict('records')`"),
        (type("DataFrame", (), {"to_dicts": None, "__module__": "polars"})(), "convert it with `.to_dicts()`"),
        (type("DataFrame", (), {"toPandas": None})(), "convert it with `.toPandas().to_dict('records')`"),
        (type("DataFrame", (), {"compute": None})(), "convert it with `.compute().to_dict('records')`"),
        (make_foreign_object("Series", module="pandas"), "convert it with `.to_list()`"),
        (type("Series", (), {"to_list": None, "__module__": "polars"})(), "convert it with `.to_list()`"),
        (make_foreign_object("NAType", module="pandas"), "`None` for a missing value"),
        (make_foreign_object("NaTType", module="pandas"), "`None` for a missing value"),
        (float("nan"), "`None` for a missing value"),
        (make_foreign_object("Level", int, "mine"), "for example with `int()`"),
    ],
)
def test_values_of_other_libraries_name_the_fix(value, remedy):
    """Values of numpy, pandas and polars, NaN, and `int` subclasses are rejected. The error shows what to do."""
    with pytest.raises(NotJSON) as refused:
        freeze({"a": [value]})
    assert refused.value.path == "/a/0"
    assert remedy in refused.value.remedy


def test_a_series_of_polars_is_no_request():
    """The error for a series of polars names no conversion to a dict, because this class has no such method."""
    series = type("Series", (), {"to_list": None, "__module__": "polars"})()
    with pytest.raises(InvalidParams) as refused:
        TaskRequest(series)
    assert refused.value.remedy == 'write an object such as {"padding": 3}'


CREATED = {"task_id": "a", "status": "pending", "params": {"padding": 1}, "instruction": "Look twice.\\nBox."}
PAGE = {"docs": [CREATED], "total": 1}


@pytest.mark.parametrize(("body", "code"), [(CREATED, "request_is_task"), (PAGE, "request_is_page")])
def test_a_created_task_is_no_request(body, code):
    """Functions that take a request reject a page of tasks, and a created task, such as `task.as_dict()` of the SDK."""
    project = Project("docks", type="imageannotation", params={"instruction": "Box.", "padding": 3})
    for call in (
        lambda: project.resolve(body),
        lambda: list(project.resolve_many([body])),
        lambda: Impact.of(Plan.of(project, Patch({"padding": 4})), [body]),
        lambda: SlimRequest.of(project, body),
        lambda: SlimRequest.to(project, body),
        lambda: Extraction.of([body], name="docks", type="imageannotation"),
    ):
        with pytest.raises(MalformedPayload) as refused:
            call()
        assert refused.value.code == code


def test_a_series_in_place_of_an_object_has_to_dict_or_no_remedy():
    """For a series of pandas, the error suggests `.to_dict()`.

    A series of polars lacks this method, so its error does not suggest the method.
    """
    of_pandas = type("Series", (), {"to_dict": None, "__module__": "pandas"})()
    with pytest.raises(InvalidParams, match=r"convert it with `\.to_dict\(\)`"):
        Patch(of_pandas)
    with pytest.raises(InvalidParams) as refused:
        Patch(make_foreign_object("Series", module="polars.series"))
    assert "to_dict" not in refused.value.remedy


def test_infinity_is_no_missing_value():
    """Unlike the error for NaN, the error for infinity does not suggest `None` for a missing value."""
    with pytest.raises(NotJSON) as refused:
        freeze({"a": float("inf")})
    assert (refused.value.code, refused.value.remedy) == ("value_number", "")


class SDKObject:
    """An object of the official SDK."""

    def as_dict(self):
        """Do nothing, because only the name of the method matters."""


def test_objects_of_the_sdk_have_as_dict():
    """Objects of the official SDK are rejected. The error shows the call that converts them to JSON."""
    with pytest.raises(MalformedPayload, match="convert it with `.as_dict\\(\\)`"):
        read_project(SDKObject())
    with pytest.raises(NotJSON, match="convert it with `.as_dict\\(\\)`"):
        freeze({"a": SDKObject()})
    with pytest.raises(MalformedPayload) as refused:
        read_project(7)
    assert "as_dict" not in refused.value.remedy


def test_reading_a_project_object_is_rejected():
    """`read_project` rejects a `Project`, and the error says that the object is already a `Project`."""
    with pytest.raises(MalformedPayload, match="is already a `Project`"):
        read_project(Project("docks", type="imageannotation"))


DOCKS = Project("docks", type="imageannotation", params={"padding": 3})
FAILING = [
    ({"instruction": 7}, InvalidParams, "/2/instruction"),
    ({"project_version": 9}, NoSuchVersion, "/2/project_version"),
    ({"project": "x"}, WrongProject, "/2/project"),
    (TaskRequest({}, type="x"), WrongProject, "/2"),
    ({"a": float("nan")}, NotJSON, "/2/a"),
]


@pytest.mark.parametrize(("task", "error", "path"), FAILING)
@pytest.mark.parametrize(
    "run",
    [
        DOCKS.resolve_many,
        lambda tasks: Impact.iter_effects(Plan.of(DOCKS, Patch({"padding": 4})), tasks),
        lambda tasks: iter([Impact.of(Plan.of(DOCKS, Patch({"padding": 4})), tasks)]),
    ],
)
def test_the_task_that_fails_is_named(run, task, error, path):
    """The path of the error begins with the index of the task."""
    with pytest.raises(error) as refused:
        list(run([{}, {"padding": 1}, task, {}]))
    assert refused.value.path == path


def test_tasks_before_the_failing_one_are_resolved():
    """The error is raised when the invalid task is reached, after the results of earlier tasks."""
    answers = DOCKS.resolve_many([{"padding": 1}, {"instruction": 7}])
    assert next(answers).params == {"padding": 1}
    with pytest.raises(InvalidParams):
        next(answers)


@pytest.mark.parametrize("line", ['{"padding": 1}\n', "", None, 7])
def test_lines_are_bytes(line):
    """The error for a line that is not bytes names the mode in which to open the file, even after valid lines."""
    project = Project("docks", type="imageannotation", params={"padding": 3})
    for lines in ([line], [b"{}\n", line]):
        with pytest.raises(InvalidSetting, match='a line must be bytes, got .*; open the file with the mode "rb"'):
            list(preview_lines(project, lines))
