"""The assumed rules, which the API's documentation does not specify clearly.

`Assumptions` has settings for some of these rules.  The other rules cannot be changed.
`EffectiveParams.rests_on` lists which of the rules T1, T5, T6, T8 and U10 a result
depends on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import Attribute, field, fields, frozen

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value
from paramcore.values import check_argument, freeze_field


def _check_separator(_assumptions: object, _attribute: Attribute[Any], value: object) -> None:
    if type(value) is not str:
        problem = f"`instruction_separator` must be text, got {describe_value(value)}"
        raise InvalidSetting("separator_type", None, problem, "")
    freeze_field("instruction_separator", value)


def _choice_field(*values: str) -> Any:
    """Return an attrs field that accepts these values; the first value is the default."""

    def check(_assumptions: object, attribute: Attribute[Any], value: object) -> None:
        if type(value) is not str or value not in values:
            choices = " or ".join(f"`{choice}`" for choice in values)
            problem = f"`{attribute.name}` must be {choices}, got {describe_value(value)}"
            raise InvalidSetting("assumption_value", None, problem, "")

    return field(default=values[0], validator=check)


@frozen(kw_only=True)
class Assumptions:
    """Settings of the assumed rules.

    Each project has its own assumptions, so all results of a project use the same rules.

    Raises:
        InvalidSetting: `separator_type` or `assumption_value`.
        NotJSON: `value_text`, if the separator contains a lone surrogate.

    Example:
        >>> settings = Assumptions(instruction_separator=" ")
        >>> project = Project("docks", type="imageannotation", params={"instruction": "Box it."}, assumptions=settings)
        >>> project.resolve({"instruction": "Night image."}).params["instruction"]
        'Night image. Box it.'
    """

    #: The text between the task's instruction and the project's instruction (T5).
    instruction_separator: str = field(default="\n", validator=_check_separator)
    #: If a task has no instruction: `leave out` omits the separator, `join` puts it before the project's text (T5).
    empty_instruction: Literal["leave out", "join"] = _choice_field("leave out", "join")
    #: `append` appends the project's instruction to the task's.
    #: `override` uses only the task's instruction, if the task sets one (T6).
    instruction_rule: Literal["append", "override"] = _choice_field("append", "override")
    #: The `project_param_version` of a created task: the version that it `used`, or the `latest` version (T8).
    pinned_param_version: Literal["used", "latest"] = _choice_field("used", "latest")

    def __reduce__(self) -> tuple[Any, ...]:
        # Pickle only the settings that differ from the defaults, because every pickled project contains its settings.
        values = ((setting, getattr(self, setting.name)) for setting in fields(Assumptions))
        changed = {setting.name: value for setting, value in values if value != setting.default}
        return Assumptions.from_settings, (changed,)

    @classmethod
    def from_settings(cls, settings: Mapping[str, str]) -> Assumptions:
        """Create assumptions from the names and values of settings.

        Raises:
            InvalidSetting: `assumption_name` for an unknown name, `separator_type`
                or `assumption_value` for an invalid value; `argument_type` if `settings` is
                not a Mapping.
            NotJSON: `value_text`, if the separator contains a lone surrogate.
        """
        check_argument("settings", settings, Mapping)
        names = [setting.name for setting in fields(cls)]
        for name in settings:
            if type(name) is not str or name not in names:
                problem = f"{describe_value(name)} is not the name of a setting"
                remedy = "use one of " + ", ".join(f"`{known}`" for known in names)
                raise InvalidSetting("assumption_name", None, problem, remedy)
        return cls(**settings)  # type: ignore[arg-type]


@frozen
class AssumedRule:
    """A rule that the API's documentation does not specify clearly."""

    #: The id, such as `T5`.
    rule: str
    #: The rule, in words.
    text: str
    #: The evidence for the rule.
    basis: str
    #: The names of the settings that change the rule; most rules have none.
    settings: tuple[str, ...] = ()


ASSUMED_RULES = (
    AssumedRule("P6", "a project created with `{}` as params has one empty version 0", "undocumented"),
    AssumedRule(
        "P9",
        "a project without `param_history` is rejected; an entry may lack `created_at`; the order of names is kept",
        "undocumented",
    ),
    AssumedRule(
        "U5",
        "an update that changes nothing, or has no params, still appends a version",
        "observed for an update that changes nothing; undocumented for an empty update",
    ),
    AssumedRule("U6", "null is stored as a value; it does not remove the param", "undocumented"),
    AssumedRule(
        "U7", "a patch of an empty history appends version 0 with exactly the params of the patch", "undocumented"
    ),
    AssumedRule(
        "U9", "a project cannot have the params `version`, `created_at` and `patch`", "follows from the flat form"
    ),
    AssumedRule("U10", "routing names in a project's history are kept, but not inherited", "undocumented"),
    AssumedRule("U11", "`instruction` is text or null", "undocumented"),
    AssumedRule("T1", "a task's null overrides the project's value", "documented for values; undocumented for null"),
    AssumedRule(
        "T5",
        "the separator joins the task's instruction and the project's; an empty instruction is left out",
        "one public task shows a newline as the separator",
        ("instruction_separator", "empty_instruction"),
    ),
    AssumedRule(
        "T6",
        "the project's instruction is appended",
        "documented; however, some pages state that in rapid projects, the task's instruction overrides the project's",
        ("instruction_rule",),
    ),
    AssumedRule(
        "T7",
        "a `project_version` that is out of range or not an integer is an error; null counts as missing",
        "undocumented",
    ),
    AssumedRule(
        "T8",
        "`project_param_version` of a created task is the version that it inherited, or -1 if it opted out",
        "documented in two conflicting ways",
        ("pinned_param_version",),
    ),
    AssumedRule(
        "T12",
        "a task of a different type than its project is an error",
        "follows from the rule that a project has exactly one type",
    ),
    AssumedRule(
        "T15", "resolving a request against a project is an error if the request names another project", "undocumented"
    ),
)
