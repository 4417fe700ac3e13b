"""Versions of a project's params, and their flat entries in `param_history`."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from typing import Any

from attrs import Attribute, field, frozen
from attrs.converters import optional

from paramcore.errors import InvalidSetting
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.model.updates import BOOKKEEPING_NAMES
from paramcore.text import describe_value, format_count
from paramcore.values import JSONObject, freeze_field, freeze_object, freeze_params, same_member, wrap_frozen

_NOT_INHERITED = BOOKKEEPING_NAMES.union(ROUTING_NAMES)


def _check_created_at(_version: object, _attribute: Attribute[Any], value: object) -> None:
    # P7: the time is kept as the service writes it, and never affects the order of versions.
    if type(value) is not str and value is not None:
        problem = f"`created_at` must be a string or null, got {describe_value(value)}"
        raise InvalidSetting("created_at_type", "/created_at", problem, "")
    freeze_field("created_at", value)


@frozen(repr=False)
class ParamVersion:
    """A version of a project's params."""

    #: The index in the history, from 0 (P3).
    number: int
    #: The params that tasks inherit.
    params: Mapping[str, Any] = field(converter=freeze_params)
    #: The time at which the version was created, as the service writes it; `None` if it is unknown.
    created_at: str | None = field(default=None, validator=_check_created_at)
    #: The flag `patch` and the routing names in a stored entry, with their values; tasks do not inherit them (U10).
    not_inherited: Mapping[str, Any] = field(factory=dict, converter=freeze_object)
    #: The flat entry as it was read, which `write_project` writes unchanged; `None` for a new version.
    raw_entry: Mapping[str, Any] | None = field(default=None, converter=optional(freeze_object), eq=False)

    @classmethod
    def from_entry(cls, number: int, entry: JSONObject) -> ParamVersion:
        """Read a flat entry such as `{"version": 0, "created_at": "...", "padding": 3}`.

        The caller must check that the entry's `version` is `number`.

        Raises:
            InvalidParams: `instruction_type`.
            InvalidSetting: `created_at_type`.
        """
        # P2: an entry has the params and two bookkeeping fields on one level.
        # U10: reserved names in an entry are stored, but not inherited.
        bookkeeping = {"version", "created_at"}
        stored = {name: entry[name] for name in entry if name in _NOT_INHERITED and name not in bookkeeping}
        params = {name: value for name, value in entry.items() if name not in _NOT_INHERITED}
        return cls(number, wrap_frozen(params), entry.get("created_at"), wrap_frozen(stored), entry)

    def __repr__(self) -> str:
        return f"<ParamVersion {self.number}: {format_count(len(self.params), 'param')}>"


@frozen
class ParamChanges:
    """The versions of a project, and the versions in which each param changed."""

    versions: tuple[ParamVersion, ...]

    def find_first_set_in(self, number: int, name: str) -> int:
        """Return the number of the last version up to `number` that added, changed or dropped the param.

        Return 0 if no version did.
        """
        numbers = self._numbers.get(name, [])
        index = bisect_right(numbers, number)
        return numbers[index - 1] if index else 0

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the params that any version sets, those of the latest version first."""
        return tuple({name: None for version in reversed(self.versions) for name in version.params})

    @cached_property
    def _numbers(self) -> dict[str, list[int]]:
        """The numbers of the versions that changed each param, in ascending order."""
        # Compare the whole history once, because callers look up many params, and the same params for many tasks.
        numbers: dict[str, list[int]] = {}
        for before, after in pairwise(self.versions):
            for name in {**before.params, **after.params}:
                if not same_member(before.params, after.params, name):
                    numbers.setdefault(name, []).append(after.number)
        return numbers
