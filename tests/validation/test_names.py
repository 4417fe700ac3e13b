"""Names that are misplaced, unknown or misspelt."""

import pytest
from hypothesis import given, strategies as st

from paramcore import Project
from paramcore.validation import Schemas
from paramcore.validation.names import find_look_alike, load_misplaced_names, suggest_name
from paramcore.validation.validator import Validator
from tests.validation.helpers import GEOMETRIES, make_boxes, validate


@pytest.mark.parametrize("name", ["project_param_version", "project_name", "task_id", "callback", "force"])
def test_a_misplaced_name(name):
    """A misplaced name, such as a field of a response, causes a warning with the right name if there is one."""
    (finding,) = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", name: 1})
    assert (finding.code, finding.severity, finding.pointer) == ("param_misplaced", "warning", f"/{name}")
    assert finding.suggestion == load_misplaced_names()[name].replacement


def test_unknown_names_pass_through():
    """An unknown name causes only a warning, and stays in the params."""
    project = make_boxes(geometries=GEOMETRIES)
    effective = project.resolve({"attachment": "a", "brand new": {"x": 1}})
    (finding,) = Validator(project).task(effective)
    assert (finding.code, finding.severity, finding.suggestion) == ("param_unknown", "warning", None)
    assert effective.params["brand new"] == {"x": 1}


def test_a_type_without_public_documentation():
    """For a type without public documentation, an unknown name is reported only if it is similar to a param."""
    project = Project("boxes", type="no such type yet")
    findings = validate(project, {"attachments": [], "fps": 5, "prioriti": 10})
    assert [finding.suggestion for finding in findings] == ["priority"]


def test_names_inside_free_objects_pass():
    """In an object whose names the user chooses, such as `metadata`, no name causes a finding."""
    attributes = {"min_widht": {"type": "text", "description": "x"}}
    task = {"attachment": "a", "metadata": {"insruction": 1}, "annotation_attributes": attributes}
    assert validate(make_boxes(geometries=GEOMETRIES), task) == ()


ROUTING_MISTAKES = {
    "project": ["Project", "projectName", "projcet", "project_nam", "projectID"],
    "project_version": ["projectVersion", "project_verison", "ProjectVersion", "project-version", "projetc_version",
                        "project_ver", "projectParamVersion"],
    "batch": ["Batch", "batchName", "batchId", "bacth"],
    "unique_id": ["uniqueId", "UniqueID", "uniqe_id", "unique_ids"],
    "clear_unique_id_on_error": ["clear_unique_id", "clearUniqueIdOnError", "clear_unique_id_on_eror", "clearUniqueId"],
}  # fmt: skip


@pytest.mark.parametrize("type", ["imageannotation", "videoannotation", "chat", "no such type yet"])
@pytest.mark.parametrize(
    ("meant", "name"), [(meant, name) for meant, names in ROUTING_MISTAKES.items() for name in names]
)
def test_misspelt_routing_names(type, meant, name):
    """A misspelt routing name is reported for every type.

    If `project_version` is misspelt, the message says that a task without this name inherits the latest version.
    """
    findings = validate(Project("boxes", type=type), {name: "x"})
    (finding,) = [finding for finding in findings if finding.code in ("param_unknown", "param_misplaced")]
    assert (finding.severity, finding.pointer, finding.suggestion) == ("warning", f"/{name}", meant)
    if meant == "project_version":
        assert "a task without `project_version` silently inherits the latest version" in finding.problem


def test_codes_of_misspelt_routing_names():
    """A misspelt routing name has the code `param_unknown`. A name of another part of the API has `param_misplaced`."""
    task = {"uniqueId": "x", "projectName": "x", "clear_unique_id": True, "taskType": "x", "project_id": "x"}
    findings = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", **task})
    assert {finding.pointer[1:]: (finding.code, finding.suggestion) for finding in findings} == {
        "uniqueId": ("param_unknown", "unique_id"),
        "projectName": ("param_unknown", "project"),
        "clear_unique_id": ("param_unknown", "clear_unique_id_on_error"),
        "taskType": ("param_misplaced", None),
        "project_id": ("param_misplaced", "project"),
    }


def test_the_nearer_of_two_names_is_suggested():
    """If a name is similar to a param and to a routing name, the more similar of the two is suggested."""
    schemas = Schemas().with_schema("mine", {"properties": {"unique_ids": {}}})
    project = Project("boxes", type="mine")
    findings = Validator(project, schemas).task(project.resolve({"uniqueIds": 1, "uniqueId": 1}))
    assert {finding.pointer: finding.suggestion for finding in findings} == {
        "/uniqueIds": "unique_ids",
        "/uniqueId": "unique_id",
    }


def test_names_unlike_a_routing_name():
    """A param, a routing name or an unrelated word is not reported as a misspelt routing name."""
    params = {name for task_type in Schemas().types for name in Schemas().of(task_type).params}
    for name in (*params, *ROUTING_MISTAKES, "match", "patch", "status", "uuid", "colour", "fps", "version", ""):
        assert find_look_alike(name) is None, name


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("Instruction", ["instruction"], "instruction"),
        ("call-back URL", ["callback_url"], "callback_url"),
        ("min_widht", ["max_width", "min_width"], "min_width"),
        ("max_characters", ["max", "min"], None),
        ("max_width", ["min_width"], None),
        ("geometries.box.min_width", ["geometries"], None),
        ("max", ["min"], None),
        ("bbox", ["box"], "box"),
        ("match", ["batch"], None),
        ("bacth", ["batch"], "batch"),
        ("shp", ["ship"], "ship"),
        ("abcdefghij", ["abcdefghxy"], "abcdefghxy"),
        ("abcdefghi", ["abcdefgxy"], None),
        ("ca", ["ac"], None),
        ("attachement", ["attachments", "attachment"], "attachment"),
        ("labels2", ["labels1", "labels3"], "labels1"),
        ("x" * 70, ["x" * 69], None),
        ("X" * 70, ["x" * 70], "x" * 70),
        ("", ["a"], None),
    ],
)
def test_suggestions(name, known, expected):
    """For a name that differs from a known name in few letters, the known name is suggested.

    For some short and some very long names, no name is suggested.
    """
    assert suggest_name(name, known) == expected


def count_edits(one, other):
    """Return the smallest number of edits that change one text into the other.

    An edit inserts, deletes or replaces a letter, or swaps two letters.
    """
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            ways = [table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + (one[i - 1] != other[j - 1])]
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    return table[len(one), len(other)]


@given(
    st.text("abcd", min_size=6, max_size=24), st.lists(st.text("abcd", min_size=6, max_size=24), max_size=19), st.data()
)
def test_the_nearest_name_is_suggested(name, others, data):
    """Of the names with the fewest edits, the first is suggested. It needs at most one edit for each five letters."""
    letters = list(name)
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(letters)))
        letters[at : at + data.draw(st.integers(0, 2))] = data.draw(st.sampled_from(["", "a", "b", "cd"]))
    known = [*others, "".join(letters)]
    near = [each for each in known if count_edits(name, each) <= max(len(name), len(each)) // 5]
    assert suggest_name(name, known) == min(near, key=lambda each: count_edits(name, each), default=None)


@pytest.mark.parametrize("form", ["label{:05d}", "label number {:05d} of a long list of labels"])
def test_the_nearest_of_many_similar_names_is_suggested(form):
    """Among hundreds of similar names, the search suggests the intended name, or none."""
    known = [form.format(number) for number in range(500)]
    suggested = [suggest_name(name.replace("label", "lable", 1), known) for name in known]
    assert {name for name, meant in zip(suggested, known, strict=True) if name != meant} <= {None}
    assert suggested[:20] == known[:20]
    assert suggest_name("with_labls", [*known[:250], "with_labels", *known[251:]]) == "with_labels"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("b2se_annoations", "base_annotations"),
        ("contxet_attachtents", "context_attachments"),
        ("annota3tion_atntrib3utes", "annotation_attributes"),
        ("can_delete_bae_annotatni_ns", "can_delete_base_annotations"),
    ],
)
def test_a_param_with_several_mistakes_is_recognized(name, meant):
    """For a long name with several mistakes, the param is suggested, even if many params have the same letters."""
    (finding,) = Validator(Project("docks", type="imageannotation", params={name: True})).project()
    assert finding.suggestion == meant


def test_a_name_with_another_spelling_is_found_among_many():
    """Among many similar names, a name that differs only in case or separators is suggested."""
    known = [f"{first}{second} in a long name" for first in "abcdefghijklmnopqrst" for second in "abcdefghijklmnopqrst"]
    assert suggest_name("CD In A Long Name", known) == "cd in a long name"
    assert suggest_name("aaaa aaaa", [*["aaaaaaa"] * 40, "aaaa-aaaa"]) == "aaaa-aaaa"


def test_too_many_names_are_not_searched():
    """Among more than 500 names, none is suggested. The names may come from an iterator."""
    known = [f"name {number} of many" for number in range(500)]
    assert suggest_name("name 499 of mani", iter(known)) == "name 499 of many"
    assert suggest_name("name 499 of mani", iter([*known, "another"])) is None


@pytest.mark.slow
@pytest.mark.parametrize("count", [20, 500, 20_000])
@pytest.mark.parametrize("form", ["label{:05d}", "label number {:05d} of a long list of labels"])
def test_thousands_of_wrong_names(count, form):
    """In a task with 300 kB of wrong labels, each one is a finding, even if 20,000 labels exist."""
    box = {"objects_to_annotate": [form.format(number) for number in range(count)]}
    project = Project("boxes", type="imageannotation", params={"geometries": {"box": box}})
    # In JSON, an annotation has about 35 characters besides its label.
    wrong = [form.format(40_000 + number).replace("label", "Labl", 1) for number in range(300_000 // (35 + len(form)))]
    hypothesis = {"annotations": [{"type": "box", "label": label} for label in wrong]}
    effective = project.resolve({"attachment": "https://example.com/a.jpg", "hypothesis": hypothesis})
    findings = Validator(project, Schemas()).task(effective)
    assert len(findings) == len(wrong)


@pytest.mark.parametrize(
    ("task", "pointer", "expected"),
    [
        ({"attachments": ["a"]}, "/attachments", None),
        ({"attachmnts": ["a"]}, "/attachmnts", None),
        ({"geometries.box.min_width": 5}, "/geometries.box.min_width", None),
        ({"callbackUrl": "https://e.com"}, "/callbackUrl", "callback_url"),
        ({"paddingx": 1}, "/paddingx", "paddingX"),
    ],
)
def test_names_of_other_types_are_not_suggested(task, pointer, expected):
    """Only a param of the task's type is suggested."""
    (finding,) = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", **task})
    assert (finding.code, finding.pointer, finding.suggestion) == ("param_unknown", pointer, expected)


@pytest.mark.parametrize(("type", "expected"), [("number", "max"), ("text", None)])
def test_only_names_of_the_field_type_are_suggested(type, expected):
    """Only names that apply to the type of a form field are suggested. For example, `max` applies to a number field."""
    field = {"type": type, "field_id": "a", "title": "A", "maxx": 5}
    (finding,) = validate(Project("form", type="textcollection"), {"attachments": [], "fields": [field]})
    assert (finding.pointer, finding.suggestion) == ("/fields/0/maxx", expected)
