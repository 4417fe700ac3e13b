"""
What nothing documents, as named settings and as a list.

Each effective result says which of the rules about values it rests on (T1, T5,
T6, T8, U10).  A setting changes only what is assumed, never a documented rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import Attribute, field, fields, frozen

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value
from paramcore.values.frozen import freeze

__all__ = ["ASSUMED_RULES", "AssumedRule", "Assumptions"]


def _check_separator(_assumptions: object, _attribute: Attribute[Any], value: object) -> None:
    if type(value) is not str:
        raise InvalidSetting("separator_type", None, describe_value(value), "text as `instruction_separator`")
    freeze(value)


def _one_of(*values: str) -> Any:
    def check(_assumptions: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not str or value not in values:
            wanted = " or ".join(f"`{one}`" for one in values)
            raise InvalidSetting("assumption_value", None, f"{describe_value(value)} as `{attribute.name}`", wanted)

    return field(default=values[0], validator=check)


@frozen(kw_only=True)
class Assumptions:
    """
    The settings.  They travel with a project, so that no two answers about it disagree.

    `instruction_separator`, `empty_instruction`: rule T5; `instruction_rule`:
    T6; `pinned_param_version`: T8.

    Raises:
        InvalidSetting: `separator_type` or `assumption_value`.

    """

    instruction_separator: str = field(default="\n", validator=_check_separator)
    empty_instruction: Literal["leave out", "join"] = _one_of("leave out", "join")
    instruction_rule: Literal["append", "override"] = _one_of("append", "override")
    pinned_param_version: Literal["used", "latest"] = _one_of("used", "latest")

    def __reduce__(self) -> tuple[Any, ...]:
        # The names of the settings are longer than their values, and travel with every project.
        return _assuming, tuple(getattr(self, one.name) for one in fields(Assumptions))

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Assumptions:
        """
        Return the assumptions with these settings, by name.

        Raises:
            InvalidSetting: `assumption_name` for a name that is none of them,
                else as the class itself.

        """
        names = [setting.name for setting in fields(cls)]
        for name in settings:
            if type(name) is not str or name not in names:
                wanted = "one of " + ", ".join(f"`{one}`" for one in names)
                raise InvalidSetting(
                    "assumption_name", None, f"{describe_value(name)} as the name of a setting", wanted
                )
        return cls(**settings)  # type: ignore[arg-type]


def _assuming(*values: Any) -> Assumptions:
    names = [one.name for one in fields(Assumptions)]
    return Assumptions(**dict(zip(names, values, strict=True)))


@frozen
class AssumedRule:
    """
    One rule that no documentation settles.

    `settings` names those of `Assumptions` that change it; without one it is
    fixed for now.  `basis` is what speaks for it.
    """

    rule: str
    text: str
    basis: str
    settings: tuple[str, ...] = ()


ASSUMED_RULES = (
    AssumedRule("P6", "a project created with `{}` as params has one empty version 0", "nothing says"),
    AssumedRule(
        "P9",
        "a project without `param_history` is refused; an entry may lack `created_at`; the order of names is kept",
        "nothing says",
    ),
    AssumedRule(
        "U5",
        "an update that changes nothing, or sends nothing, still appends a version",
        "seen for the first, nothing says for the second",
    ),
    AssumedRule("U6", "null is a value: it unsets nothing", "nothing says"),
    AssumedRule("U7", "a patch of an empty history makes version 0 of just its params", "nothing says"),
    AssumedRule(
        "U9", "a project's params cannot be called `version`, `created_at` or `patch`", "follows from the flat form"
    ),
    AssumedRule("U10", "routing names in a project's history are kept, but not inherited", "nothing says"),
    AssumedRule("U11", "`instruction` is text or null", "nothing says"),
    AssumedRule(
        "T1",
        "a param that the task sets to null overrides the project's",
        "documented for values, nothing says for null",
    ),
    AssumedRule(
        "T5",
        "the separator stands between the task's and the project's instruction; what is empty is left out",
        "a public task with an inherited instruction fits a newline",
        ("instruction_separator", "empty_instruction"),
    ),
    AssumedRule(
        "T6",
        "the project's instruction is appended",
        "documented, but some task types' pages say that in a rapid project the task's overrides",
        ("instruction_rule",),
    ),
    AssumedRule(
        "T7", "`project_version` out of range or no integer is an error, null is the same as not given", "nothing says"
    ),
    AssumedRule(
        "T8",
        "`project_param_version` on a created task is the version used, and -1 where it opted out",
        "documented twice, in conflict",
        ("pinned_param_version",),
    ),
    AssumedRule(
        "T12", "a task of another type than its project's is an error", "follows from the definition of a project"
    ),
    AssumedRule(
        "T15", "a request that names another project than the one it is resolved against is an error", "nothing says"
    ),
)
