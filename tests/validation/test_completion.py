"""A value of a project is an error only if it stays wrong whatever params a task adds (T13)."""

import json

import pytest

from paramcore import Project
from paramcore.validation import Schemas, Validator
from paramcore.validation.completion import derive_completion
from tests.validation.helpers import BOTH

TEXT, WHOLE = {"type": "string"}, {"type": "integer"}
HAS_A, HAS_B = {"required": ["a"]}, {"required": ["b"]}
IF_A = {"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}}


def validate_project(schema, params, *, fast=None):
    """Return severity, pointer and message of each finding on a project, except warnings about unknown names."""
    project = Project("boxes", type="mine", params=params)
    findings = Validator(project, Schemas().with_schema("mine", schema), fast=fast).project()
    return [(finding.severity, finding.pointer, finding.message) for finding in findings if finding.severity == "error"
            or finding.code != "param_unknown"]  # fmt: skip


WRONG = {
    "additionalProperties": ({"properties": {"a": WHOLE}, "additionalProperties": False}, {"b": 1}, "/b"),
    "properties beside additionalProperties": (
        {"properties": {"a": WHOLE}, "additionalProperties": False},
        {"a": "x"},
        "/a",
    ),
    "additionalProperties with a schema": ({"additionalProperties": WHOLE}, {"b": "x"}, "/b"),
    "patternProperties": ({"patternProperties": {"^x-": WHOLE}}, {"x-a": "x"}, "/x-a"),
    "unevaluatedProperties": ({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False}, {"b": 1}, "/b"),
    "unevaluatedProperties with a schema": ({"unevaluatedProperties": WHOLE}, {"b": "x"}, "/b"),
    "propertyNames": ({"propertyNames": {"maxLength": 1}}, {"bb": 1}, "/bb"),
    "propertyNames that allows no name": ({"propertyNames": False}, {"b": 1}, "/b"),
    "allOf": ({"allOf": [{"properties": {"a": WHOLE}}]}, {"a": "x"}, "/a"),
    "a reference to definitions": (
        {"$ref": "#/definitions/root", "definitions": {"root": {"properties": {"a": WHOLE}}}},
        {"a": "x"},
        "/a",
    ),
    "a reference to the schema of another param": ({"properties": {"a": WHOLE, "b": {"$ref": "#/properties/a"}}}, {"b": "x"}, "/b"),
    "a param called $ref": ({"properties": {"$ref": WHOLE}, "additionalProperties": False}, {"$ref": "x"}, "/$ref"),
    "a name with special characters": ({"properties": {"a/b~c%": {"$ref": "#/allOf/0"}}, "allOf": [{}, {"properties": {"a/b~c%": WHOLE}}]},
                    {"a/b~c%": "x"}, "/a~1b~0c%"),
    "maxProperties": ({"maxProperties": 1}, {"a": 1, "b": 2}, ""),
    **{
        f"a reference before {keyword}": (
            {"$ref": "#/$defs/x", keyword: value, "$defs": {"x": {"maxProperties": 1}}},
            {"a": 1, "b": 2},
            "",
        )
        for keyword, value in {
            "allOf": [{}],
            "anyOf": [{}],
            "oneOf": [{}],
            "dependentSchemas": {"a": {}},
            "if": {},
            "const": {"a": 1, "b": 2},
            "enum": [{"a": 1, "b": 2}],
        }.items()
    },
    "anyOf without a branch that can match": ({"anyOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"a": {"const": 2}}}]}, {"a": 3}, "/a"),
    "oneOf with two branches that match": (
        {"oneOf": [HAS_A, {"anyOf": [HAS_A, HAS_B]}], "description": "a or b"},
        {"a": 1},
        "",
    ),
    "not": ({"not": HAS_A}, {"a": 1}, ""),
    "not of not": ({"not": {"not": {"properties": {"a": WHOLE}}}}, {"a": "x"}, ""),
    "not of minProperties": ({"not": {"minProperties": 2}}, {"a": 1, "b": 1}, ""),
    "not of a type": ({"not": {"type": "object"}}, {}, ""),
    "not of allOf": ({"not": {"allOf": [HAS_A, HAS_B]}}, {"a": 1, "b": 1}, ""),
    "not of anyOf": ({"not": {"anyOf": [HAS_A, HAS_B]}}, {"a": 1}, ""),
    "not of oneOf": ({"not": {"oneOf": [HAS_A, {"not": HAS_A}]}}, {"a": 1}, ""),
    "not of a reference": ({"not": {"$ref": "#/$defs/x"}, "$defs": {"x": HAS_A}}, {"a": 1}, ""),
    "not of a dependency": ({"not": {"dependentRequired": {"a": ["b"]}}}, {"b": 1}, ""),
    "not of a dependent schema": ({"not": {"dependentSchemas": {"a": HAS_B}}}, {"b": 1}, ""),
    "not of a condition": ({"not": {"if": HAS_A, "then": HAS_B}}, {"a": 1, "b": 1}, ""),
    "not of a name, beside additionalProperties that allows all": (
        {"not": {**HAS_A, "additionalProperties": True}},
        {"a": 1},
        "",
    ),
    "not of a condition with equal branches": ({"not": {"if": HAS_A, "then": HAS_B, "else": HAS_B}}, {"b": 1}, ""),
    "not of additionalProperties that allows all": ({"not": {"additionalProperties": True}}, {}, ""),
    "then": ({**IF_A, "then": {"properties": {"b": TEXT}}}, {"a": 1, "b": 1}, "/b"),
    "else": ({**IF_A, "else": {"properties": {"b": TEXT}}}, {"a": 2, "b": 1}, "/b"),
    "then and else": ({**IF_A, "then": {"properties": {"b": TEXT}}, "else": {"properties": {"b": TEXT}}}, {"b": 1}, "/b"),
    "a dependent schema": ({"dependentSchemas": {"a": {"properties": {"b": TEXT}}}}, {"a": 1, "b": 1}, "/b"),
    "const": ({"const": {"a": 1}}, {"a": 2}, "/a"),
    "const without the name": ({"const": {"a": 1}}, {"b": 2}, "/b"),
    "const that is no object": ({"const": 5}, {}, ""),
    "enum": ({"enum": [{"a": 1}, {"a": 2}, 5]}, {"a": 3}, "/a"),
    "enum without objects": ({"enum": [5, "x"]}, {}, ""),
    "type": ({"type": "array"}, {}, ""),
    "false": ({"allOf": [False]}, {}, ""),
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("name", WRONG)
def test_a_value_that_no_task_can_correct_is_an_error(name, fast):
    """If a value stays wrong whatever params a task adds, it is an error, with the value's pointer and version."""
    schema, params, pointer = WRONG[name]
    findings = validate_project(schema, params, fast=fast)
    assert [(severity, place) for severity, place, _ in findings] == [("error", pointer)]
    project = Project("boxes", type="mine", params=params)
    validator = Validator(project, Schemas().with_schema("mine", schema), fast=fast)
    assert {finding.version for finding in validator.project()} == {0}
    # A task without params has an error, too.
    assert any(finding.severity == "error" for finding in validator.task(project.resolve({})))


OPEN = {
    "required": ({**HAS_A, "additionalProperties": False, "properties": {"a": {}}}, {}),
    "minProperties": ({"minProperties": 2}, {"a": 1}),
    "dependentRequired": ({"dependentRequired": {"a": ["b"]}}, {"a": 1}),
    "anyOf": ({"anyOf": [HAS_A, HAS_B]}, {}),
    "a branch that requires another param": (
        {"oneOf": [{"properties": {"a": {"const": 1}}}, {**HAS_B, "properties": {"a": {"const": 2}}}]},
        {"a": 2},
    ),
    "two branches that match until a task breaks one": ({"oneOf": [{"properties": {"a": TEXT}}, {}]}, {}),
    "then": ({**IF_A, "then": HAS_B}, {"a": 1}),
    "a condition that a task decides": ({**IF_A, "then": {"properties": {"b": TEXT}}}, {"b": 1}),
    "a condition that a task fulfils": ({**IF_A, "else": {"properties": {"b": TEXT}}}, {"b": 1}),
    "not": ({"not": {"properties": {"a": TEXT}}}, {}),
    "not of patternProperties": ({"not": {"patternProperties": {"^x": TEXT}}}, {}),
    "not of additionalProperties with a schema": ({"not": {"additionalProperties": TEXT}}, {}),
    "not of a name, beside additionalProperties that allows all": ({"not": {**HAS_A, "additionalProperties": True}}, {}),
    "not of propertyNames": ({"not": {"propertyNames": {"maxLength": 2}}}, {}),
    "not of unevaluatedProperties": ({"not": {"unevaluatedProperties": False}}, {}),
    "not of maxProperties": ({"not": {"maxProperties": 1}}, {"a": 1}),
    "not of a name that is there, and of another that is not": ({"not": {"not": HAS_A, "required": ["b"]}}, {"b": 1}),
    "not of a name that is there, and of others": ({"not": {"required": ["a"], "additionalProperties": TEXT}}, {"a": 1}),
    "not of a name that is there, and of a pattern": (
        {"not": {"required": ["a"], "patternProperties": {"^x": TEXT}}},
        {"a": 1},
    ),
    "not of const": ({"not": {"const": {}}}, {}),
    "not of enum": ({"not": {"enum": [{}]}}, {}),
    "not of a dependency": ({"not": {"dependentRequired": {"a": ["b"]}}}, {"a": 1}),
    "not of oneOf": ({"not": {"oneOf": [HAS_A, HAS_B]}}, {}),
    "not of a condition": ({"not": {"if": HAS_A, "then": HAS_B}}, {}),
    "not of a condition that is met": ({"not": {"if": HAS_A, "then": HAS_B}}, {"a": 1}),
    "const": ({"const": {"a": 1, "b": 2}}, {"a": 1}),
    "enum": ({"enum": [{"a": 1, "b": 2}, 5]}, {"b": 2}),
    "a name that a dependent schema allows": (
        {"properties": {"x": {}}, "dependentSchemas": {"x": {"properties": {"a": {}}}}, "unevaluatedProperties": False},
        {"a": 1},
    ),
    "a name that the condition allows": ({"if": {"properties": {"a": {}}}, "unevaluatedProperties": False}, {"a": 1}),
    "a name that a branch allows": (
        {"anyOf": [{**HAS_B, "properties": {"a": {}, "b": {}}}, {"maxProperties": 0}], "unevaluatedProperties": False},
        {"a": 1},
    ),
}  # fmt: skip


@BOTH
@pytest.mark.parametrize("name", OPEN)
def test_a_project_that_a_task_can_complete_has_no_error(name, fast):
    """If a task can make the params valid by adding params, the project has no error."""
    assert validate_project(*OPEN[name], fast=fast) == []


WARN = {"x-warn": {"properties": {"b": TEXT}, "required": ["c"]}}


@pytest.mark.parametrize(
    ("schema", "params", "expected"),
    [
        (WARN, {"b": 1}, [("warning", "/b")]),
        (WARN, {"b": "x"}, []),
        ({"allOf": [WARN]}, {"b": 1}, [("warning", "/b")]),
        ({**IF_A, "then": WARN}, {"a": 1, "b": 1}, [("warning", "/b")]),
        ({**IF_A, "then": WARN, "else": WARN}, {"b": 1}, []),
        ({**IF_A, "else": WARN}, {"a": 2, "b": 1}, [("warning", "/b")]),
        ({"dependentSchemas": {"a": WARN}}, {"a": 2, "b": 1}, [("warning", "/b")]),
        ({"dependentSchemas": {"a": WARN}}, {"b": 1}, []),
    ],
)
def test_a_warning_stays_a_warning(schema, params, expected):
    """`x-warn` never causes an error. If a task may decide whether `x-warn` applies, the project has no warning."""
    assert [(severity, pointer) for severity, pointer, _ in validate_project(schema, params)] == expected


def test_the_messages_show_the_schema_of_the_user():
    """A message shows parts of the user's schema, without the keywords that paramcore adds, such as `x-original`."""
    assert validate_project({"not": HAS_A}, {"a": 1}) == [
        ("error", "", 'must satisfy `not: {"required": ["a"]}`, got an object')
    ]
    assert validate_project({"not": HAS_A, "description": "no a"}, {"a": 1}) == [("error", "", "no a")]
    assert validate_project({"allOf": [False]}, {}) == [("error", "", "no value is allowed here, got an object")]
    each = {"oneOf": [HAS_A, {"anyOf": [HAS_A]}], "description": "a alone"}
    (finding,) = validate_project(each, {"a": 1})
    assert finding[2].startswith("must satisfy `not: {")
    assert "x-" not in finding[2]


def test_the_derived_schema_is_the_same_each_time():
    """Deriving twice gives the same schemas, because each is named by its place in the user's schema."""
    schema = {"oneOf": [{"not": HAS_A}, {"if": HAS_A, "then": HAS_B}]}
    first, again = (derive_completion(json.loads(json.dumps(schema))) for _ in range(2))
    assert json.dumps(first) == json.dumps(again)
    assert "possible /oneOf/0" in first[0]["x-derived"]


class TestTasks:
    SCHEMA = {"properties": {"a": WHOLE}, "additionalProperties": False}

    @BOTH
    def test_a_task_that_overrides_the_error(self, fast):
        """If a task overrides a wrong value, the error becomes a warning, because other tasks may inherit the value."""
        project = Project("boxes", type="mine", params={"a": "x"})
        validator = Validator(project, Schemas().with_schema("mine", self.SCHEMA), fast=fast)
        assert [str(finding) for finding in validator.task(project.resolve({"a": 1}))] == [
            "warning param_type at /a: must be a whole number, got the text 'x' (the task overrides it)"
            " [project version 0]"
        ]
        (finding,) = validator.task(project.resolve({}))
        assert (finding.severity, finding.pointer, finding.version) == ("error", "/a", 0)

    def test_the_instruction_is_not_overridden(self):
        """An error on a joined instruction is reported once, and is not marked as overridden by the task."""
        project = Project("boxes", type="mine", params={"instruction": "Look."})
        schema = {"allOf": [{"properties": {"instruction": {"maxLength": 3}}}]}
        (finding,) = Validator(project, Schemas().with_schema("mine", schema)).task(
            project.resolve({"instruction": "Go"})
        )
        assert (finding.severity, finding.code, finding.overridden) == ("error", "param_size", False)

    def test_the_version_that_first_set_it(self):
        """A finding about a keyword inside `allOf` names the version that first set the value."""
        project = Project("boxes", type="mine", params={"a": "x"}).patch_params({"instruction": "Look."})
        schema = {"allOf": [{"properties": {"a": WHOLE}}]}
        (finding,) = Validator(project, Schemas().with_schema("mine", schema)).project()
        assert (finding.version, finding.first_set_in) == (1, 0)

    def test_a_check_of_several_params_of_a_project(self):
        """Values of a project that contradict each other are reported without a task."""
        params = {"categories": ["yes", "no"], "category_ids": {"1": "maybe"}}
        project = Project("boxes", type="categorization", params=params)
        (finding,) = Validator(project).project()
        assert (finding.code, finding.pointer, finding.version) == ("param_choice", "/category_ids/1", 0)
