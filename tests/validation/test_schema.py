"""`Schemas`: a user's schema is added, or overrides a schema of the package."""

from paramcore.validation import Schemas, Validator
from tests.validation.helpers import make_boxes, validate_own

OWN = {"properties": {"shape": {}, "box": {"$ref": "definitions.json#/$defs/box"}}, "required": ["shape"]}


def test_a_users_own_schema():
    """A user's schema may refer to a shared definition of the package, such as `definitions.json#/$defs/box`."""
    assert validate_own({"shape": "a", "instruction": "Box.", "box": {"min_width": -1}}, OWN) == [
        ("param_range", "error", "/box/min_width", None)
    ]
    assert validate_own({}, OWN) == [("param_missing", "error", "", None)]


def test_it_overrides_a_schema_of_the_package():
    """A user's schema overrides the package's schema of the same type."""
    project = make_boxes(padding="wide")
    schemas = Schemas().with_schema("imageannotation", {"properties": {"padding": {"type": "string"}}})
    assert Validator(project, schemas).project() == ()
    assert [finding.pointer for finding in Validator(project).project()] == ["/padding"]
