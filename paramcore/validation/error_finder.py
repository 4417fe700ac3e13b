"""Find the first error in the effective params of a task of any project."""

from __future__ import annotations

from collections.abc import Callable

from paramcore.model import EffectiveParams, Project
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator
from paramcore.values import check_argument


def make_error_finder(schemas: Schemas = Schemas()) -> Callable[[Project, EffectiveParams], str | None]:
    """Return a function that returns the first error in the effective params of a task, or `None`.

    Pass the function as `on_validate` to `StandIn`, which then rejects each task that has an error.
    A warning, such as one about a misspelt name, is not an error.  The function caches a
    validator for each project name and task type, and makes a new one if the project changes.

    Raises:
        InvalidSetting: `argument_type` for an argument of the wrong class.  The returned function raises it, too.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"geometries": {"box": {}}})
        >>> find_error = make_error_finder()
        >>> find_error(project, project.resolve({"attachment": "https://example.com/a.jpg"}))
        >>> find_error(project, project.resolve({"attachment": "https://example.com/a.jpg", "padding": "4"}))
        "error param_type at /padding: must be a whole number or null, got the text '4'; write `4` [task request]"
    """
    check_argument("schemas", schemas, Schemas)
    validators: dict[tuple[str, str], tuple[Project, Validator]] = {}

    def find_error(project: Project, effective: EffectiveParams) -> str | None:
        check_argument("project", project, Project)
        key = project.name, project.type
        validated, validator = validators.get(key, (None, None))
        if validator is None or validated != project:
            validator = Validator(project, schemas)
            validators[key] = project, validator
        findings = validator.task(effective)
        return next((str(finding) for finding in findings if finding.severity == "error"), None)

    return find_error
