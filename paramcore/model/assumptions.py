"""The rules that no documentation settles: a list of them, and the settings that change some.

`EffectiveParams.rests_on` lists the assumed rules that a result used: T1, T5, T6,
T8 or U10.  A setting never changes a documented rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import Attribute, field, fields, frozen

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value
from paramcore.values import freeze


def _check_separator(_assumptions: object, _attribute: Attribute[Any], value: object) -> None:
    if type(value) is not str:
        raise InvalidSetting("separator_type", None, describe_value(value), "text as `instruction_separator`")
    freeze(value)


def _choice_field(*values: str) -> Any:
    """Return a field that takes one of these values; the first is its default."""

    def check(_assumptions: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not str or value not in values:
            wanted = " or ".join(f"`{choice}`" for choice in values)
            raise InvalidSetting("assumption_value", None, f"{describe_value(value)} as `{attribute.name}`", wanted)

    return field(default=values[0], validator=check)


@frozen(kw_only=True)
class Assumptions:
    """Settings for what nothing documents.

    They travel with a project, so that all answers about it agree.

    Raises:
        InvalidSetting: `separator_type` or `assumption_value`.

    Example:
        >>> settings = Assumptions(instruction_separator=" ")
        >>> project = Project("docks", type="imageannotation", params={"instruction": "Box it."}, assumptions=settings)
        >>> project.resolve({"instruction": "Night image."}).params["instruction"]
        'Night image. Box it.'
    """

    #: The text between the two instructions (T5).
    instruction_separator: str = field(default="\n", validator=_check_separator)
    #: For a task without an instruction: `leave out` the separator, or `join` with it anyway (T5).
    empty_instruction: Literal["leave out", "join"] = _choice_field("leave out", "join")
    #: What the project's instruction does: it is appended to the task's (`append`), or replaced by it (`override`; T6).
    instruction_rule: Literal["append", "override"] = _choice_field("append", "override")
    #: Which version a created task records: the one `used`, or the `latest` (T8).
    pinned_param_version: Literal["used", "latest"] = _choice_field("used", "latest")

    def __reduce__(self) -> tuple[Any, ...]:
        # Only what differs from the defaults, since the assumptions travel with every project.
        values = ((setting, getattr(self, setting.name)) for setting in fields(Assumptions))
        changed = {setting.name: value for setting, value in values if value != setting.default}
        return Assumptions.from_settings, (changed,)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Assumptions:
        """Return the assumptions with these settings, by name.

        Raises:
            InvalidSetting: `assumption_name` for an unknown name, else as the
                class itself.
        """
        names = [setting.name for setting in fields(cls)]
        for name in settings:
            if type(name) is not str or name not in names:
                found = f"{describe_value(name)} as the name of a setting"
                wanted = "one of " + ", ".join(f"`{known}`" for known in names)
                raise InvalidSetting("assumption_name", None, found, wanted)
        return cls(**settings)  # type: ignore[arg-type]


@frozen
class AssumedRule:
    """One rule that no documentation settles."""

    #: Its id, such as `T5`.
    rule: str
    #: What it says.
    text: str
    #: The evidence for it.
    basis: str
    #: The names of the settings that change it; empty: no setting changes it.
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
        "observed for an update that changes nothing; unknown for an empty one",
    ),
    AssumedRule("U6", "null is stored as a value; it does not remove the param", "nothing says"),
    AssumedRule("U7", "a patch of an empty history makes version 0 of just its params", "nothing says"),
    AssumedRule("U9", "a project has no params `version`, `created_at` and `patch`", "follows from the flat form"),
    AssumedRule("U10", "routing names in a project's history are kept, but not inherited", "nothing says"),
    AssumedRule("U11", "`instruction` is text or null", "nothing says"),
    AssumedRule("T1", "a task's null overrides the project's value", "documented for values; unknown for null"),
    AssumedRule(
        "T5",
        "the separator stands between the task's and the project's instruction; what is empty is left out",
        "one public task shows a newline there",
        ("instruction_separator", "empty_instruction"),
    ),
    AssumedRule(
        "T6",
        "the project's instruction is appended",
        "documented, but some task types' pages say that in a rapid project the task's overrides",
        ("instruction_rule",),
    ),
    AssumedRule("T7", "a version out of range or no integer is an error; null counts as not given", "nothing says"),
    AssumedRule(
        "T8",
        "`project_param_version` on a created task is the version used, and -1 where it opted out",
        "documented twice, in conflict",
        ("pinned_param_version",),
    ),
    AssumedRule("T12", "a task of another type than its project's is an error", "follows from what a project is"),
    AssumedRule("T15", "a request for another project than the one it is resolved against is an error", "nothing says"),
)
