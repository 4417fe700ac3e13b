"""`Schemas`: a user's own schema beside those of the package, or in the place of one."""

from paramcore.validation import Schemas, Validator
from tests.validation.helpers import make_boxes, validate_own

OWN = {"properties": {"shape": {}, "box": {"$ref": "definitions.json#/$defs/box"}}, "required": ["shape"]}


def test_a_schema_of_a_users_own():
    """A user's schema may refer to the shared definitions."""
    assert validate_own({"shape": "a", "instruction": "Box.", "box": {"min_width": -1}}, OWN) == [
        ("param_range", "error", "/box/min_width", None)
    ]
    assert validate_own({}, OWN) == [("param_missing", "error", "", None)]


def test_it_overrides_a_schema_of_the_package():
    """A schema of the package can be replaced."""
    project = make_boxes(padding="wide")
    schemas = Schemas().with_schema("imageannotation", {"properties": {"padding": {"type": "string"}}})
    assert Validator(project, schemas).project() == ()
    assert [finding.pointer for finding in Validator(project).project()] == ["/padding"]
