"""Schemas of whole files, for editors."""

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from paramcore.validation.editor_schema import make_editor_schema
from paramcore.validation.schema import Schemas


@pytest.mark.parametrize("purpose", ["project", "task", "update"])
@pytest.mark.parametrize("name", Schemas().types)
def test_it_is_complete(name, purpose):
    """It refers to nothing outside itself, and has no keyword of our own."""
    schema = make_editor_schema(Schemas().of(name), purpose)
    Draft202012Validator.check_schema(schema)
    assert '"x-' not in str(schema).replace("'", '"')
    valid = {
        "project": {"type": name, "name": "boxes", "param_history": [{"version": 0, "instruction": "Box."}]},
        "task": {"project": "boxes", "project_version": -1, "instruction": "Box."},
        "update": {"patch": True, "instruction": "Box."},
    }[purpose]
    validator = Draft202012Validator(schema, registry=Registry())
    assert list(validator.iter_errors(valid)) == []
    wrong = {**valid, "patch": 1, "project_version": "1", "param_history": [{"version": 0, "instruction": 5}]}
    assert list(validator.iter_errors(wrong))


@pytest.mark.parametrize("purpose", ["project", "task", "update"])
def test_only_keywords_are_dropped(purpose):
    """A param or a value may be called like one of our own keywords."""
    own = {
        "properties": {"x-ray": {"x-basis": "documented", "const": {"x-warn": 1}}, "a": {"$ref": "#/definitions/b"}},
        "definitions": {"b": {}},
    }
    document = make_editor_schema(Schemas().with_schema("mine", own).of("mine"), purpose)
    params = document["properties"]["param_history"]["items"] if purpose == "project" else document
    assert params["properties"]["x-ray"] == {"const": {"x-warn": 1}}
    assert document["definitions"] == {"b": {}}
