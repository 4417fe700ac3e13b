"""One version of a project's params, and the flat entry of `param_history` that it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from paramcore.errors import InvalidSetting
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.model.updates import BOOKKEEPING_NAMES
from paramcore.text import describe_value
from paramcore.values.frozen import JSONObject, freeze, wrap_frozen
from paramcore.values.params import freeze_params

__all__ = ["ParamVersion"]


def _check_created_at(_version: object, _attribute: Attribute[Any], value: object) -> None:
    # P7: when, as the service writes it; kept as it is, and never what the order follows from.
    if type(value) is not str and value is not None:
        raise InvalidSetting("created_at_type", "/created_at", describe_value(value), "a time as text, or none")
    freeze(value)


@frozen
class ParamVersion:
    """
    One version: the params that a task inherits, by number.

    `params` are those that are inherited, `not_inherited` those that the
    service may keep in an entry all the same (U10).  `entry` is the flat entry
    as it was read, to be written back as it was; `None` for a version that was
    made here.
    """

    number: int
    params: Mapping[str, Any] = field(converter=freeze_params)
    created_at: str | None = field(default=None, validator=_check_created_at)
    not_inherited: Mapping[str, Any] = field(factory=dict, converter=freeze)
    entry: Mapping[str, Any] | None = field(default=None, converter=freeze, eq=False, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # Without the names of the fields, which would be as much as a small version itself.
        return ParamVersion, (self.number, self.params, self.created_at, self.not_inherited, self.entry)

    @classmethod
    def from_entry(cls, number: int, entry: JSONObject) -> ParamVersion:
        """
        Read a flat entry, whose own `version` has been checked to be `number`.

        Raises:
            InvalidParams: `instruction_type`.
            InvalidSetting: `created_at_type`.

        """
        # P2: params sit flat beside the two bookkeeping names.
        # U10: names that cannot be inherited are kept, apart.
        beside = {"version", "created_at"}
        kept = {name: value for name, value in entry.items() if name in _NOT_INHERITED and name not in beside}
        params = {name: value for name, value in entry.items() if name not in _NOT_INHERITED}
        return cls(number, wrap_frozen(params), entry.get("created_at"), wrap_frozen(kept), entry)


_NOT_INHERITED = BOOKKEEPING_NAMES.union(ROUTING_NAMES)
