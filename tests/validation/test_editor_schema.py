"""Schemas with which an editor checks whole files: projects, tasks and updates."""

import json
import re
from copy import deepcopy

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from paramcore.validation.editor_schema import make_editor_schema
from paramcore.validation.schema import Schemas


@pytest.mark.parametrize("purpose", ["project", "task", "update"])
@pytest.mark.parametrize("name", Schemas().types)
def test_it_is_complete(name, purpose):
    """An editor schema has no external references and no `x-` keywords.

    It accepts a valid file and rejects a wrong file.
    """
    schema = make_editor_schema(Schemas().of(name), purpose)
    Draft202012Validator.check_schema(schema)
    text = json.dumps(schema)
    assert '"x-' not in text
    assert not re.search(r'"\$ref": "[^#]', text)
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
    """Keywords of this package, such as `x-basis`, are removed. The same names stay in params and in values."""
    own = {
        "properties": {"x-ray": {"x-basis": "documented", "const": {"x-warn": 1}}, "a": {"$ref": "#/definitions/b"}},
        "definitions": {"b": {}},
    }
    document = make_editor_schema(Schemas().with_schema("mine", own).of("mine"), purpose)
    params = document["properties"]["param_history"]["items"] if purpose == "project" else document
    assert params["properties"]["x-ray"] == {"const": {"x-warn": 1}}
    assert document["definitions"] == {"b": {}}


@pytest.mark.parametrize("purpose", ["project", "task", "update"])
@pytest.mark.parametrize("name", ["imageannotation", "mine"])
def test_a_schema_for_editors_may_be_changed(name, purpose):
    """Changing the returned schema changes neither the schema for validation nor the user's schema."""
    own = {"properties": {"a": {"enum": [1, [2]], "default": {"b": [3]}}}, "$defs": {"c": {"const": [{"d": []}]}}}
    schema = Schemas().with_schema("mine", own).of(name)
    before = deepcopy([own, schema.document])
    _change_everything(make_editor_schema(schema, purpose))
    assert [own, schema.document] == before


def _change_everything(node):
    for child in list(node.values() if isinstance(node, dict) else node):
        if isinstance(child, (dict, list)):
            _change_everything(child)
    node.clear()
    node.update(changed=True) if isinstance(node, dict) else node.append("changed")


def test_a_users_schema_is_copied():
    """Changing the user's dict after `with_schema` does not change the added schema."""
    own = {"properties": {"a": {"enum": [1, [2]]}}}
    schema = Schemas().with_schema("mine", own).of("mine")
    before = deepcopy(schema.document)
    _change_everything(own)
    assert schema.document == before
