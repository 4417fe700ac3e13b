"""References to labels, shapes, attributes and fields that do not exist."""

import pytest

from paramcore import Project
from paramcore.validation import Validator
from tests.validation.helpers import validate

CATEGORY = {"type": "category", "description": "d", "choices": ["none", {"choice": "some", "subchoices": ["few"]}]}
GEOMETRIES = {
    "box": {"objects_to_annotate": ["car", {"choice": "large", "subchoices": ["bus"]}]},
    "point": {"objects_to_annotate": ["hand", "elbow"]},
}
LABELS = {
    "imageannotation": {"geometries": GEOMETRIES},
    "videoannotation": {"geometries": GEOMETRIES, "attachments": ["https://e.com/1.jpg"]},
    "videoplaybackannotation": {"geometries": GEOMETRIES},
    "lidartopdown": {"geometries": {"line": {"objects_to_annotate": ["car", "large", "bus"]}}},
    "segmentannotation": {"labels": ["car", "large", "bus"]},
    "lidarannotation": {"labels": ["car", "large", "bus"], "attachments": [], "attachment_type": "json"},
    "annotation": {"objects_to_annotate": ["car", "large", "bus"]},
    "polygonannotation": {"objects_to_annotate": ["car", "large", "bus"]},
}
FORM = [
    {"type": "field_set", "field_id": "set", "title": "S", "fields": [
        {"type": "category", "field_id": "genre", "title": "G", "choices": [
            {"label": "R", "subchoices": [{"label": "N", "value": "nerdcore"}]}, {"label": "2", "value": 2}]},
        {"type": "boolean", "field_id": "live", "title": "L"}]},
]  # fmt: skip


def find(type, params, attachment="https://e.com/1.jpg"):
    """Return the pointer and suggestion of each wrong reference in a task with these params.

    Assert that all findings are warnings, and that a project with these params has findings at the same pointers.
    """
    task = {"attachment": attachment, "instruction": "a", **params}
    empty, project = Project("p", type=type), Project("p", type=type, params=params)
    in_task = validate(empty, task)
    # Plain JSON, whose objects are not hashable, must have the same findings as frozen JSON.
    assert Validator(empty).task_params(task, empty.resolve({}).inheritance) == in_task
    references = [finding for finding in in_task if finding.code == "param_choice"]
    alone = [finding for finding in Validator(project).project() if finding.code == "param_choice"]
    assert [finding.pointer for finding in alone] == [finding.pointer for finding in references]
    assert {finding.severity for finding in references} <= {"warning"}
    return [(finding.pointer, finding.suggestion) for finding in references]


def attribute(conditions, **more):
    return {"annotation_attributes": {"a": {"type": "text", "conditions": conditions, **more}, "c": CATEGORY}}


@pytest.mark.parametrize("type", LABELS)
@pytest.mark.parametrize(
    ("label", "wrong"), [("car", []), (["bus", "large"], []), ("crr", ["/label"]), (["bus", 5, "vus"], ["/label/2"])]
)
def test_labels_of_conditions(type, label, wrong):
    """A condition must name existing labels. A label may have subchoices or be a subchoice."""
    base = "/annotation_attributes/a/conditions"
    condition = {"label_condition": {"label": label}}
    params = LABELS[type]
    assert [at for at, _ in find(type, {**params, **attribute(condition)})] == [
        f"{base}/label_condition{w}" for w in wrong
    ]
    many = [{"label_condition": {"label": "car"}}, condition]
    assert [at for at, _ in find(type, {**params, **attribute(many)})] == [
        f"{base}/1/label_condition{w}" for w in wrong
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"c": "none"}, None),
        ({"c": ["few", "some", None, {}]}, None),
        ({"a": "anything"}, None),
        ({"nope": "x"}, ("/nope", None)),
        ({"d": "x"}, ("/d", None)),
        ({"c": "nome"}, ("/c", '"none"')),
        ({"c": ["few", "many"]}, ("/c/1", None)),
        ({"c": True}, ("/c", None)),
    ],
)
@pytest.mark.parametrize("as_list", [False, True])
def test_attribute_conditions(answers, expected, as_list):
    """A condition must name an existing attribute. If the attribute has choices, the condition must name a choice."""
    condition = {"attribute_conditions": [{"c": "none"}, answers]}
    base = "/annotation_attributes/a/conditions" + "/0" * as_list + "/attribute_conditions/1"
    references = find(
        "imageannotation", {**LABELS["imageannotation"], **attribute([condition] if as_list else condition)}
    )
    assert references == ([] if expected is None else [(base + expected[0], expected[1])])


def test_choices_that_are_not_text():
    """A number in a condition must equal a choice. The number 1 does not equal the choice `"1"`."""
    numbers = {"type": "category", "choices": ["1", 2]}
    conditions = {"attribute_conditions": [{"n": [1, 2, "1"]}]}
    attributes = {"n": numbers, "t": {"type": "text", "conditions": conditions}}
    references = find("lidarannotation", {"labels": ["car"], "attachments": [], "annotation_attributes": attributes})
    assert references == [("/annotation_attributes/t/conditions/attribute_conditions/0/n/0", '"1"')]


def test_an_attribute_without_a_type_is_a_category():
    """An attribute without a type counts as a category, so a condition must name one of its choices."""
    attributes = {
        "c": {"choices": ["none"]},
        "t": {"type": "text", "conditions": {"attribute_conditions": [{"c": "non"}]}},
    }
    params = {"labels": ["car"], "annotation_attributes": attributes}
    place = "/annotation_attributes/t/conditions/attribute_conditions/0/c"
    assert find("segmentannotation", params) == [(place, '"none"')]


def test_attributes_without_known_labels():
    """If a project has no labels, no reference to a label is reported. A null attribute is ignored."""
    params = attribute({"label_condition": {"label": "car"}}, allowed_labels=["car"])
    assert find("imageannotation", params) == []
    assert find("imageannotation", {"annotation_attributes": {"a": None}, "geometries": {"box": None}}) == []


@pytest.mark.parametrize("type", ["imageannotation", "videoplaybackannotation"])
def test_labels_of_global_conditions(type):
    """If a task has events, a global condition must name an event. A condition that is not global may name an event."""
    condition = {"is_global": True, "label_condition": {"label": "fall"}}
    params = {"geometries": GEOMETRIES, **attribute(condition)}
    assert find(type, params) == []
    assert find(type, {**params, "events_to_annotate": ["fall"]}) == []
    place = "/annotation_attributes/a/conditions/label_condition/label"
    assert find(type, {**params, "events_to_annotate": ["falls"]}) == [(place, '"falls"')]
    local = {"geometries": GEOMETRIES, **attribute({"label_condition": {"label": "fall"}})}
    assert find(type, {**local, "events_to_annotate": ["fall"]}) == []


SHAPES = [
    ("imageannotation", {"annotation_attributes": {"p": {"type": "linked", "allowed_labels": ["car", "buss"]}}},
     [("/annotation_attributes/p/allowed_labels/1", '"bus"')]),
    ("segmentannotation", {"annotation_attributes": {"p": {"type": "linked", "allowed_labels": ["large", "larg"]}}},
     [("/annotation_attributes/p/allowed_labels/1", '"large"')]),
    ("imageannotation", {"links": {"x": {"from_allowed_labels": ["car"], "to_allowed_labels": ["hand", "elbwo"]}}},
     [("/links/x/to_allowed_labels/1", '"elbow"')]),
    ("videoannotation", {"links": {"x": {"from_allowed_labels": ["no"], "to_allowed_labels": None}}},
     [("/links/x/from_allowed_labels/0", None)]),
    ("imageannotation", {"hypothesis": {"annotations": [{"label": "larg", "type": "box"}]}},
     [("/hypothesis/annotations/0/label", '"large"')]),
    ("imageannotation", {"hypothesis": {"annotations": [{"label": "car", "type": "polygon"}, {"type": "box"}]}},
     [("/hypothesis/annotations/0/type", None)]),
    ("imageannotation", {"base_annotations": {"annotations": [{"label": "hand", "type": "box"}]}},
     [("/base_annotations/annotations/0/label", None)]),
    ("imageannotation", {"hypothesis": {"annotations": [{"label": "car", "type": "box", "attributes": {"c": "x"}}]},
                         "annotation_attributes": {"c": CATEGORY}},
     [("/hypothesis/annotations/0/attributes/c", None)]),
    ("imageannotation", {"hypothesis": {"annotations": [], "global_attributes": {"q": "none"}},
                         "annotation_attributes": {"c": CATEGORY}},
     [("/hypothesis/global_attributes/q", None)]),
    ("videoplaybackannotation", {"base_annotations": {"annotations": {"u": {"label": "car", "geometry": "bbox"}}}},
     [("/base_annotations/annotations/u/geometry", '"box"')]),
    ("videoplaybackannotation", {"base_annotations": {"annotations": {"u": {"label": "fall", "geometry": "event"}}},
                                 "events_to_annotate": ["fall"]}, []),
    ("videoplaybackannotation", {"base_annotations": {"annotations": {"u": {"label": "fall", "geometry": "event"}}}}, []),
    ("videoplaybackannotation", {"base_annotations": {"annotations": {"u": {"label": "fal", "geometry": "event"}}},
                                 "events_to_annotate": ["fall"]},
     [("/base_annotations/annotations/u/label", '"fall"')]),
    ("videoplaybackannotation", {"hypothesis": {"annotations": {"url": "https://e.com/h.json"}}}, []),
    ("segmentannotation", {"hypothesis": {"labelMapping": {"car": {"index": 1}, "larg": {"index": 2}},
                                          "annotations": {"combined": {"indexedImage": "https://e.com/m.png"}}}},
     [("/hypothesis/labelMapping/larg", '"large"')]),
]  # fmt: skip


@pytest.mark.parametrize(("type", "params", "expected"), SHAPES)
def test_labels_and_shapes(type, params, expected):
    """Linked attributes, links and pre-made annotations must name existing labels, shapes, attributes and choices."""
    params = {**LABELS[type], **params}
    assert find(type, params) == expected


@pytest.mark.parametrize(
    ("connection", "expected"),
    [
        ({"pair": ["hand", "elbow"], "connection_attribute": "l"}, []),
        ({"pair": ["hand", "car"]}, [("/pair/1", None)]),
        ({"pair": ["hand", "elbow"], "connection_attribute": "ll"}, [("/connection_attribute", None)]),
        ({"pair": ["hand", "elbow"], "connections_attribute": "c"}, [("/connections_attribute", None)]),
    ],
)
def test_connections(connection, expected):
    """A connection must name labels of points, and may name a linked attribute.

    If the params contain no attributes, the name of the attribute is not checked.
    """
    point = {"objects_to_annotate": ["hand", "elbow"], "connections": [connection]}
    geometries = {**GEOMETRIES, "point": point}
    params = {"geometries": geometries, "annotation_attributes": {"l": {"type": "linked"}, "c": CATEGORY}}
    assert find("imageannotation", params) == [(f"/geometries/point/connections/0{at}", fix) for at, fix in expected]
    if "pair" not in str(expected):
        assert find("imageannotation", {"geometries": geometries}) == []


@pytest.mark.parametrize(
    ("label", "shape", "expected"),
    [("total", "box", []), ("lines", "box", []), ("totl", "box", ["/label"]), ("total", "polygon", ["/location/type"])],
)
def test_documents(label, shape, expected):
    """An annotation of a document must name a feature.

    If the task sets `geometry`, the annotation must have the shape that `geometry` names.
    """
    features = [{"type": "text", "label": "total"}, {"type": "group", "title": "lines"}]
    hypothesis = {"annotations": [{"label": label, "location": {"type": shape}}]}
    params = {"features": features, "geometry": "box", "hypothesis": hypothesis}
    places = [f"/hypothesis/annotations/0{place}" for place in expected]
    assert [at for at, _ in find("documenttranscription", params)] == places
    del params["geometry"]
    assert [at for at, _ in find("documenttranscription", params)] == [at for at in places if "label" in at]


def test_entities():
    """In named entity recognition, a condition of a global attribute must name an existing attribute or label."""
    attributes = {"tone": CATEGORY, "why": {"type": "text", "conditions": {"attribute_conditions": [{"tome": "none"}]}}}
    attributes["who"] = {"type": "text", "conditions": {"label_condition": {"label": ["CHILD", "CHILF"]}}}
    labels = [{"name": "PERSON", "children": [{"name": "CHILD"}]}]
    params = {"text": "a", "labels": labels, "global_attributes": attributes}
    assert find("namedentityrecognition", params) == [
        ("/global_attributes/who/conditions/label_condition/label/1", '"CHILD"'),
        ("/global_attributes/why/conditions/attribute_conditions/0/tome", '"tone"'),
    ]


def test_follow_up_tasks():
    """References in a follow-up task of a lidar task are checked against the params of the follow-up task."""
    task = {"type": "lidarlinking", "geometries": GEOMETRIES, "links": {"x": {"from_allowed_labels": ["cat", "hnad"]}}}
    params = {**LABELS["lidarannotation"], "dependents": {"defs": [{"type": "lidarsegmentation"}, task]}}
    base = "/dependents/defs/1/links/x/from_allowed_labels"
    assert find("lidarannotation", params) == [(f"{base}/0", None), (f"{base}/1", '"hand"')]


CONDITIONS = [
    ({"genre": ["nerdcore", 2]}, None),
    ([{"set": True}, {"genre": {"not": "nerdcore"}}], None),
    ({"live": True, "genre": {"choices": ["?"]}}, None),
    ({"genra": "nerdcore"}, ("/genra", '"genre"')),
    ([{"not": {"liv": True}}], ("/0/not/liv", '"live"')),
    ({"genre": ["nerdcore", "3"]}, ("/genre/1", None)),
    ({"genre": "2"}, ("/genre", None)),
    ({"genre": {"not": ["nerdcor"]}}, ("/genre/not/0", '"nerdcore"')),
]


@pytest.mark.parametrize(("conditions", "expected"), CONDITIONS)
def test_conditions_of_fields(conditions, expected):
    """A condition must name a field, which may be inside a field set.

    If the named field has choices, the condition must name one of them.
    """
    fields = [*FORM, {"type": "text", "field_id": "t", "title": "T", "conditions": conditions}]
    references = find("textcollection", {"fields": fields, "attachments": []})
    assert references == ([] if expected is None else [(f"/fields/1/conditions{expected[0]}", expected[1])])


@pytest.mark.parametrize("conditions", [{"genre": "x"}, [{"not": {"genre": "x"}}], {"genre": {"not": ["x"]}}])
def test_conditions_of_fields_without_ids(conditions):
    """If no field has a `field_id`, the conditions of fields are not checked."""
    fields = [{"type": "text", "title": "T", "conditions": conditions}]
    assert find("textcollection", {"fields": fields, "attachments": []}) == []


@pytest.mark.parametrize("value", [{}, {"x": 1}, [], ["x"]])
@pytest.mark.parametrize("answer", ["x", 1, True])
def test_choices_of_fields_that_are_neither_text_nor_numbers(value, answer):
    """An answer to a field is reported if all choices of the field are objects or arrays."""
    field = {"type": "category", "field_id": "genre", "title": "G", "choices": [{"label": "x", "value": value}]}
    asking = {"type": "text", "field_id": "t", "title": "T", "conditions": {"genre": answer}}
    references = find("textcollection", {"fields": [field, asking], "attachments": []})
    assert references == [("/fields/1/conditions/genre", None)]


def test_the_name_of_a_field_is_escaped():
    """A line feed or a control character in a `field_id` is escaped in the message."""
    field = {"type": "category", "field_id": "a\nb\x1b", "title": "T", "choices": [{"label": "x", "value": "x"}]}
    asking = {"type": "text", "field_id": "t", "title": "T", "conditions": {field["field_id"]: "y"}}
    params = {"fields": [field, asking], "attachments": [], "instruction": "a"}
    messages = [finding.message for finding in validate(Project("p", type="textcollection"), params)]
    assert any("the `value` of a choice of" in message for message in messages)
    assert all(message.isprintable() for message in messages)


ANSWERS = [
    ({"attachments": [{"type": "text", "content": "a", "forms": ["set", "genre"]}]}, []),
    ({"attachments": [{"type": "text", "content": "a", "forms": ["genres"]}]}, [("/attachments/0/forms/0", '"genre"')]),
    ({"hypothesis": {"annotations": {"genre": {"type": "category", "field_id": "genre", "response": [["nerdcore"]]}}}},
     []),
    ({"hypothesis": {"annotations": {"gener": {"response": [["x"]]}}}}, [("/hypothesis/annotations/gener", '"genre"')]),
    ({"hypothesis": {"annotations": {"genre": {"field_id": "live"}}}}, [("/hypothesis/annotations/genre/field_id", None)]),
    ({"hypothesis": {"annotations": {"live": {"type": "text"}}}}, [("/hypothesis/annotations/live/type", None)]),
    ({"hypothesis": {"annotations": {"genre": {"response": [["nerdcor"]]}}}},
     [("/hypothesis/annotations/genre/response/0/0", '"nerdcore"')]),
    ({"hypothesis": {"annotations": {"live": {"response": [[True]]}}}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("params", "expected"), ANSWERS)
def test_forms_and_answers(params, expected):
    """Attachments must name fields of the form, and pre-filled answers must fit their fields."""
    assert find("textcollection", {"fields": FORM, "attachments": [], **params}) == expected


def test_a_form_without_field_ids():
    """If no field has an id, references to fields are not reported."""
    params = {"attachments": [{"type": "text", "content": "a", "forms": ["x"]}], "fields": [{"type": "text"}]}
    assert find("textcollection", {**params, "hypothesis": {"annotations": {"x": {}}}}) == []


def test_a_task_that_changes_the_events():
    """References are checked in the effective params, so a task that overrides the events may break a reference."""
    project = Project(
        "p", type="videoannotation", params={"geometries": GEOMETRIES, "attachments": ["https://e.com/1"]}
    )
    condition = {"is_global": True, "label_condition": {"label": "fall"}}
    project = project.patch_params({**attribute(condition), "events_to_annotate": ["fall"]})
    validator = Validator(project)
    assert validator.task(project.resolve({})) == ()
    (finding,) = validator.task(project.resolve({"events_to_annotate": ["rise"]}))
    assert (finding.version, finding.pointer) == (1, "/annotation_attributes/a/conditions/label_condition/label")


DOCUMENT = {
    "features": [{"type": "text", "label": "total"}],
    "geometry": "box",
    "hypothesis": {"annotations": [{"label": "totl", "location": {"type": "polygon"}}]},
}


@pytest.mark.parametrize(
    ("type", "params"),
    [
        *((name, {**LABELS[name], **params}) for name, params, expected in SHAPES if expected),
        *(
            ("textcollection", {"fields": FORM, "attachments": [], **params})
            for params, expected in ANSWERS
            if expected
        ),
        ("documenttranscription", DOCUMENT),
    ],
)
def test_references_between_layers(type, params):
    """A wrong reference is found even if the task sets one of the params and the project sets the others."""
    whole = find(type, params)
    assert whole
    for name in params:
        project = Project("p", type=type, params={other: params[other] for other in params if other != name})
        validator = Validator(project)
        # First cache the findings on the project, by validating a task without the param.
        validator.task(project.resolve({"attachment": "https://e.com/1.jpg"}))
        findings = validator.task(project.resolve({"attachment": "https://e.com/1.jpg", name: params[name]}))
        found = [(finding.pointer, finding.suggestion) for finding in findings if finding.code == "param_choice"]
        assert found == whole, name


LETTERS = [f"choice {number}" for number in range(3_000)]
NUMBERS = [*range(3_000)]


@pytest.mark.slow
@pytest.mark.parametrize(("choices", "answers"), [(LETTERS, LETTERS), (NUMBERS, NUMBERS), (NUMBERS, LETTERS)])
def test_thousands_of_answers(choices, answers):
    """Each of thousands of answers is compared with thousands of choices."""
    attributes = {"a": {"type": "category", "description": "d", "choices": ["none", *choices]}}
    annotations = [{"type": "box", "label": "car", "attributes": {"a": answer}} for answer in answers]
    boxes = {"annotation_attributes": attributes, "hypothesis": {"annotations": annotations}}
    fields = [{"type": "category", "field_id": "a", "title": "A", "choices": [{"value": each} for each in choices]}]
    answered = {"a": {"field_id": "a", "type": "category", "response": answers}}
    form = {"fields": fields, "hypothesis": {"annotations": answered}}
    for type_, params in (("imageannotation", boxes), ("textcollection", form)):
        validator = Validator(Project("p", type=type_, params=params))
        references = [finding for finding in validator.project() if finding.code == "param_choice"]
        assert len(references) == (0 if choices == answers else len(answers))
