"""Read errors of jsonschema, and select among the errors of the branches of `anyOf` or `oneOf`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from paramcore.validation.completion import ORIGINAL

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError


def get_limit(error: ValidationError) -> Any:
    """Return the value of the violated keyword, such as `5` for `"minimum": 5`.

    For a `not` that `completion` derived, return the original schema.
    """
    limit: Any = error.validator_value
    return limit.get(ORIGINAL, limit) if error.validator == "not" else limit


def _get_schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


#: If a schema has one of these keywords, its description is about the value. Otherwise, the description states a rule.
ABOUT_VALUES = {"title", "type", "properties", "$schema"}


def get_rule(error: ValidationError) -> str | None:
    """Return the description of the violated schema if the description states a rule; otherwise, return `None`."""
    schema = _get_schema(error)
    return schema.get("description") if ABOUT_VALUES.isdisjoint(schema) else None


def list_choices(schema: Any) -> list[Any] | None:
    """Return the allowed values of a schema that has only `enum` or `const`; otherwise, return `None`."""
    keyword = next(iter(schema), None) if isinstance(schema, Mapping) and len(schema) == 1 else None
    if keyword not in ("enum", "const"):
        return None
    return list(schema[keyword]) if keyword == "enum" else [schema[keyword]]


def list_alternatives(branch_errors: Sequence[ValidationError]) -> list[ValidationError]:
    """Return one error for each of several branches, if one message can join them.

    The message is either about the type and the choices of the value (`must be text or null`), or
    about one missing name in each branch (`a` or `b` is missing).  Otherwise, return an empty list.
    """
    branches: dict[Any, ValidationError] = {}
    for error in branch_errors:
        branch = error.relative_schema_path[0]
        # A branch may consist of a reference, so ignore `$ref`.
        keywords = [step for step in [*error.relative_schema_path][1:] if step != "$ref"]
        is_simple = len(keywords) == 1 and not error.relative_path
        if is_simple and error.validator in ("anyOf", "oneOf") and (inner := list_alternatives(error.context or ())):
            # The branch is itself an `anyOf` or `oneOf`, as in the schemas that pydantic writes for an optional union.
            branches.update(((branch, index), each) for index, each in enumerate(inner))
            continue
        if not (is_simple and error.validator in ("type", "enum", "const", "required")):
            return []
        # If a value violates both `type` and `enum`, keep the error of `enum`, because the choices imply the type.
        if branch not in branches or branches[branch].validator == "type":
            branches[branch] = error
    alternatives = [*branches.values()]
    missing = [list_missing(error) for error in alternatives if error.validator == "required"]
    is_about_names = len(missing) == len(alternatives) and all(len(names) == 1 for names in missing)
    return alternatives if len(alternatives) > 1 and (is_about_names or not missing) else []


def list_tag_errors(branch_errors: Sequence[ValidationError]) -> list[ValidationError]:
    """Return one error for each branch, if every branch rejects the same member with `enum` or `const`.

    The value of such a member, for example `kind`, selects the branch.  A branch for values of
    another type, such as null, does not count.  If there is no such member, or only one branch,
    return an empty list.
    """
    branches: list[dict[Any, ValidationError]] = [
        {
            error.relative_path[0]: error
            for error in errors
            if error.validator in ("enum", "const") and len(error.relative_path) == 1
        }
        for errors in _group_by_branch(branch_errors)
        if not _is_other_type(errors)
    ]
    if len(branches) < 2:
        return []
    shared = [member for member in branches[0] if all(member in by_member for by_member in branches)]
    return [by_member[shared[0]] for by_member in branches] if shared else []


def list_missing(error: ValidationError) -> list[str]:
    """Return all names in a violated `required` that the value lacks."""
    value: Any = error.instance
    return [name for name in get_limit(error) if name not in value]


def list_shared_missing(branch_errors: Sequence[ValidationError]) -> list[str]:
    """Return the names that the value lacks and that each of several branches requires.

    A branch for values of another type, such as null, does not count.
    """
    missing = [
        {name: None for error in errors if _is_required_here(error) for name in list_missing(error)}
        for errors in _group_by_branch(branch_errors)
        if not _is_other_type(errors)
    ]
    return [name for name in missing[0] if all(name in names for names in missing)] if len(missing) > 1 else []


def _is_required_here(error: ValidationError) -> bool:
    return error.validator == "required" and not error.relative_path


def _is_other_type(errors: Iterable[ValidationError]) -> bool:
    return any(error.validator == "type" and not error.relative_path for error in errors)


def select_branch_error(branch_errors: Sequence[ValidationError]) -> ValidationError:
    """Return the most helpful error of the branch that the value probably should match.

    Prefer the branches that do not reject the value itself by `type`, `enum` or `const`.  Of these,
    prefer the branches that do not require another value of a member such as `kind`.  Of these,
    select the branch with the fewest errors.
    """
    from jsonschema.exceptions import relevance  # noqa: PLC0415  (slow to import)

    def measure_distance(errors: list[ValidationError]) -> tuple[bool, bool, int]:
        rejects_value = any(
            error.validator in ("type", "const", "enum") and not error.relative_path for error in errors
        )
        return rejects_value, any(map(_is_about_tag, errors)), len(errors)

    nearest = min(_group_by_branch(branch_errors), key=measure_distance)
    # Do not use `best_match` of jsonschema: inside an inner `anyOf` or `oneOf`, it selects a branch by other rules.
    return max(nearest, key=relevance)


def _is_about_tag(error: ValidationError) -> bool:
    """Return whether the error is about a member for which the branch allows only one value."""
    is_single = error.validator == "const" or (error.validator == "enum" and len(get_limit(error)) == 1)
    return is_single and len(error.relative_path) == 1


def _group_by_branch(branch_errors: Sequence[ValidationError]) -> list[list[ValidationError]]:
    branches: dict[Any, list[ValidationError]] = {}
    for error in branch_errors:
        branches.setdefault(error.relative_schema_path[0], []).append(error)
    return [*branches.values()]
