"""The messages of findings equal those in `tests/snapshots/findings.json`.

`pytest tests/validation/test_finding_messages.py --update` rewrites the snapshot with the current messages.
"""

import json
from pathlib import Path

from paramcore import Patch, Project, Replace
from paramcore.validation import Schemas, Validator
from paramcore.validation.finding import CODES
from paramcore.validation.lint import UnusedDefaults, lint_history, lint_task, lint_type
from tests.validation.helpers import GEOMETRIES, make_boxes, validate
from tests.validation.test_cross_checks import CASES as CROSS_CHECKS
from tests.validation.test_lint import PROJECT, history
from tests.validation.test_references import ANSWERS, CONDITIONS, FORM, LABELS, SHAPES
from tests.validation.test_schema_messages import OWN

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "findings.json"
#: Only the command line reports this code, for a request that cannot be resolved.
ONLY_IN_THE_COMMAND_LINE = {"request_refused"}

SECRET = {"priority": "sk_live", "padding": "5", "tags": ["sk_live"] * 6, "callback_url": "sk_live"}
MISSPELT = {"box": {"objects_to_annotate": ["car"], "min_widht": 5, "min_height": "9"}}
#: Params to add to a task with an attachment, in a project with geometries.
TASKS = {
    "none of the choices": {"priority": "high"},
    "a number as text": {"padding": "20"},
    "a fraction": {"padding": 1.5},
    "a number too small": {"padding": -1},
    "a boolean as text": {"can_add_base_annotations": "true"},
    "an array for an object": {"geometries": [1]},
    "too many elements": {"tags": list("abcdef")},
    "too short a text": {"attachment": ""},
    "a name that is nearly right": {"paddding": 1},
    "a name that is like no other": {"zzz": 1},
    "a name of the response": {"project_param_version": 1},
}
#: A schema, and the params that it does not allow.
SCHEMAS = {
    "a choice inside an object": (OWN, {"shape": {"kind": "circel"}}),
    "a name of a closed object": (OWN, {"closed": {"widht": 1}}),
    "a text of another form": (OWN, {"code": "a1"}),
    "repeated elements": (OWN, {"ids": [1, 1.0]}),
    "a reference to itself": (OWN, {"tree": {"below": {"below": 5}}}),
    "a missing param": ({"required": ["shape"]}, {}),
    "a param that another needs": ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    "a schema that is false": ({"properties": {"a": False}}, {"a": 1}),
    "an empty choice": ({"properties": {"a": {"enum": []}}}, {"a": 1}),
    "a long choice": ({"properties": {"a": {"enum": list(range(20))}}}, {"a": "x"}),
    "a closed root": ({"patternProperties": {"^a": {}}, "additionalProperties": False}, {"b": 2}),
    "unevaluated names": ({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, {"b": 2}),
    "a root of two types": ({"type": ["array", "null"]}, {"a": 1}),
    "limits of numbers": (
        {"properties": {"a": {"exclusiveMinimum": 5}, "b": {"exclusiveMaximum": 5}, "c": {"multipleOf": 2}}},
        {"a": 5, "b": 5, "c": 5},
    ),
    "limits of objects": (
        {"properties": {"a": {"minProperties": 1}, "b": {"maxProperties": 1}}},
        {"a": {}, "b": {"c": 1, "d": 2, "e": 3}},
    ),
}
#: Requests for a project with two versions.
LINTED = {
    "an override by the same value": {"padding": 1},
    "a pin to an old version": {"project_version": 0},
    "a repeated instruction": {"instruction": "At night.\nBox cars."},
    "an opt-out without a required param": {"project_version": -1},
}
#: Updates of a project with two versions.
UPDATES = {
    "an update with a misspelt mode": Replace({"pathc": True}),
    "a patch with another word for the mode": Patch({"replace": False}),
    "an update in a wrapper": Patch({"params": {"padding": 3}}),
    "an update with an argument of the SDK": Patch({"project_name": "boxes"}),
    "an update with a misspelt routing name": Patch({"uniqueId": "u"}),
    "an update to null": Patch({"padding": None}),
    "an update that changes nothing": Patch({}),
}
TWINS = history(
    {"created_at": "2024-03-04T09:00:00.000Z", "padding": 1},
    {"created_at": "2024-03-04T09:00:02.000Z", "padding": 1},
    {"created_at": "2024-03-05T09:00:02.000Z", "padding": 1},
    {"created_at": "2024-03-06T09:00:02.000Z", "padding": 2, "batch": "monday"},
)


def find_by_schema(schema, params):
    project = Project("boxes", type="mine")
    return Validator(project, Schemas().with_schema("mine", schema)).task(project.resolve(params))


def find_unused_defaults():
    defaults = UnusedDefaults.of(PROJECT)
    for padding in (2, 3, 4):
        defaults.add({"padding": padding, "instruction": "x"})
    return defaults.list_findings(PROJECT)


def list_references():
    """Yield the name and the findings of each case with a wrong reference."""
    rows = [(task_type, {**LABELS[task_type], **params}, expected) for task_type, params, expected in SHAPES]
    for conditions, expected in CONDITIONS:
        fields = [*FORM, {"type": "text", "field_id": "t", "title": "T", "conditions": conditions}]
        rows.append(("textcollection", {"fields": fields, "attachments": []}, expected))
    rows += [
        ("textcollection", {"fields": FORM, "attachments": [], **params}, expected) for params, expected in ANSWERS
    ]
    features = [{"type": "text", "label": "total"}]
    for name, shape in (("totl", "box"), ("total", "polygon")):
        hypothesis = {"annotations": [{"label": name, "location": {"type": shape}}]}
        rows.append(
            ("documenttranscription", {"features": features, "geometry": "box", "hypothesis": hypothesis}, True)
        )
    for number, (task_type, params, expected) in enumerate(rows):
        if expected:
            attachment = {} if task_type == "textcollection" else {"attachment": "https://e.com/1.jpg"}
            task = {**attachment, "instruction": "a", **params}
            yield f"a reference {number}", validate(Project("boxes", type=task_type), task)


def list_cases():
    """Yield the name and the findings of each case."""
    boxes = make_boxes(geometries=GEOMETRIES)
    for name, params in TASKS.items():
        yield name, validate(boxes, {"attachment": "a", **params})
    for name, (schema, params) in SCHEMAS.items():
        yield name, find_by_schema(schema, params)
    for number, (task_type, params, (*_, pointer, _)) in enumerate(CROSS_CHECKS):
        yield (
            f"{task_type} {pointer} ({number})",
            validate(Project("boxes", type=task_type), {"attachment": "x", **params}),
        )
    yield from list_references()
    for name, request in LINTED.items():
        yield name, lint_task(PROJECT.resolve(request), ["geometries"])
    for name, update in UPDATES.items():
        yield name, Validator(PROJECT).update(update)
    yield "a history with twins", lint_history(TWINS)
    yield "a value that each task overrides", find_unused_defaults()
    yield "a type without a schema", lint_type(Project("boxes", type="imageannotaton"), Schemas())
    late = make_boxes(geometries=MISSPELT).patch_params({"padding": -1})
    yield "values of older versions", validate(late, {"attachment": "a"})
    yield "an overridden value", validate(late, {"attachment": "a", "geometries": GEOMETRIES, "padding": 1})
    hidden = validate(make_boxes(geometries={"polygon": {"min_vertices": 77, "max_vertices": 55}}), SECRET)
    yield "without values", [finding.without_values() for finding in hidden]


def test_the_messages_are_those_of_the_snapshot(pytestconfig):
    """The messages equal those in the snapshot."""
    messages = {name: list(map(str, findings)) for name, findings in list_cases()}
    if pytestconfig.getoption("--update"):
        SNAPSHOT.write_text(json.dumps(messages, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(SNAPSHOT.read_text("utf-8")) == messages


def test_every_code_is_in_the_snapshot():
    """Each case has a finding. The snapshot contains each code except the code in `ONLY_IN_THE_COMMAND_LINE`."""
    codes = {name: {finding.code for finding in findings} for name, findings in list_cases()}
    assert [name for name, found in codes.items() if not found] == []
    assert set().union(*codes.values()) == CODES.keys() - ONLY_IN_THE_COMMAND_LINE
