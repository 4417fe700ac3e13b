"""Validate and freeze the JSON values that enter the model, and compare JSON values.

A frozen value is None, a bool, an int, a finite float, a string without lone
surrogates, a `JSONObject` or a `JSONArray`.  `JSONObject` is a subclass of `dict`, and `JSONArray` is a
subclass of `list`.  Their mutators raise `TypeError`.  `json`, `jsonschema` and HTTP clients accept both
classes.  Only a deliberate call such as `dict.__setitem__(frozen, ...)` can change a frozen value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

from paramcore.text import MESSAGE_LIMIT, truncate
from paramcore.values.faults import (
    Trail,
    make_fault,
    make_limit_fault,
    make_name_fault,
    make_scalar_fault,
    make_surrogate_fault,
    make_type_fault,
)
from paramcore.values.scalars import SCALAR_TYPES, has_surrogate, is_json_scalar

#: The maximum number of levels of objects and arrays; the outermost object or array is level 1.
MAX_DEPTH = 100
#: The maximum total number of members and elements, at all levels.
MAX_NODES = 1_000_000


def _raise_frozen(_frozen: object, *_args: object, **_kwargs: object) -> NoReturn:
    raise TypeError("frozen JSON cannot change; edit the copy that `paramcore.thaw(value)` returns")


def _construct(frozen_class: Any, *arguments: Any, **members: Any) -> Any:
    # `asdict` of `dataclasses` and `attrs` copies a dict or list with its class.
    return freeze(frozen_class.__base__(*arguments, **members))


def _ignore_arguments(_frozen: object, *_args: object, **_kwargs: object) -> None:
    """Do nothing, because `_construct` has read the arguments."""


def _return_self(frozen: Any, _memo: object = None) -> Any:
    return frozen


class JSONObject(dict[str, Any]):
    """An immutable JSON object; `freeze` and the constructor create it."""

    __slots__ = ()

    # For other types, return `NotImplemented`, so that the `__eq__` of an object such as `unittest.mock.ANY` decides.
    def __eq__(self, other: object) -> bool:
        return same_checked(self, other) if isinstance(other, dict) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not same_checked(self, other) if isinstance(other, dict) else NotImplemented

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __or__(self, other: Mapping[str, Any]) -> JSONObject:  # type: ignore[override]
        return freeze_object({**self, **other}) if isinstance(other, Mapping) else NotImplemented

    def __ror__(self, other: Mapping[str, Any]) -> JSONObject:  # type: ignore[override]
        return freeze_object({**other, **self}) if isinstance(other, Mapping) else NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        return _refreeze, (thaw_frozen(self),)

    def copy(self) -> JSONObject:
        """Return the object itself; `thaw` returns an editable copy."""
        return self

    # Type checkers do not need these overrides, because public values are annotated as `Mapping`, without mutators.
    if not TYPE_CHECKING:
        __copy__ = __deepcopy__ = _return_self
        __new__, __init__ = _construct, _ignore_arguments
        __setitem__ = __delitem__ = __ior__ = _raise_frozen
        clear = pop = popitem = setdefault = update = _raise_frozen


class JSONArray(list[Any]):
    """An immutable JSON array; `freeze` and the constructor create it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return same_checked(self, other) if isinstance(other, (list, tuple)) else NotImplemented

    def __ne__(self, other: object) -> bool:
        return not same_checked(self, other) if isinstance(other, (list, tuple)) else NotImplemented

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return _refreeze, (thaw_frozen(self),)

    def copy(self) -> JSONArray:
        """Return the array itself; `thaw` returns an editable copy."""
        return self

    if not TYPE_CHECKING:
        __copy__ = __deepcopy__ = _return_self
        __new__, __init__ = _construct, _ignore_arguments
        __setitem__ = __delitem__ = __iadd__ = __imul__ = _raise_frozen
        append = clear = extend = insert = pop = remove = reverse = sort = _raise_frozen


def freeze(value: Any) -> Any:
    """Check and freeze a JSON value: `freeze({"a": (1, 2)}) == {"a": [1, 2]}`.

    Any Mapping becomes an object; `freeze` reads it once.  A value whose type is exactly `list` or
    `tuple` becomes an array.  The type of a scalar must be exactly `str`, `int`, `float`, `bool` or
    `NoneType`.  No value is coerced.  `freeze` returns a frozen value itself, without a copy.

    Raises:
        NotJSON: for a value that is not JSON, contains itself, cannot be read, or exceeds a
            limit.  The limits are 100 levels, 1,000,000 members and elements, and 4,300 digits in
            an integer.
    """
    value_type = type(value)
    if value_type is JSONObject or value_type is JSONArray:
        return value
    if value_type in SCALAR_TYPES:
        if not is_json_scalar(value):
            raise make_scalar_fault(value, None)
        return value
    return _freeze_container(value)


def freeze_object(members: Mapping[str, Any]) -> JSONObject:
    """Freeze a Mapping, with the same checks and errors as `freeze`."""
    frozen: JSONObject = freeze(members)
    return frozen


def read_once(obj: Mapping[str, Any]) -> dict[str, Any]:
    """Read a Mapping once and copy its members to a dict, without checking the values.

    Raises:
        NotJSON: `changed_during_call`, if the Mapping raises an error or changes meanwhile.
    """
    return dict(_copy_container(obj, None))


def thaw_frozen(value: Any) -> Any:
    """Return an editable copy of a frozen value."""
    if isinstance(value, dict):
        return {name: thaw_frozen(member) for name, member in value.items()}
    if isinstance(value, list):
        return [thaw_frozen(element) for element in value]
    return value


def same(left: Any, right: Any) -> bool:
    """Return whether two values are the same JSON value.

    At any depth, `1` equals `1.0`, but `True` does not equal `1`.  The order of
    members does not matter, and a tuple equals a list of the same elements.

    Raises:
        NotJSON: for a value that `freeze` rejects.
    """
    return same_checked(freeze(left), freeze(right))


def same_checked(left: object, right: object) -> bool:
    """Return the result of `same` without checking the values; at least one value must be frozen."""
    # The depth of the frozen value limits the recursion.
    if left is right:
        return True
    left_type, right_type = type(left), type(right)
    if issubclass(left_type, dict) and issubclass(right_type, dict):
        return _same_members(left, right)  # type: ignore[arg-type]
    if issubclass(left_type, (list, tuple)) and issubclass(right_type, (list, tuple)):
        return len(left) == len(right) and all(map(same_checked, left, right))  # type: ignore[arg-type, call-overload]
    if left_type is str:
        return right_type is str and left == right
    return left_type in _NUMBERS and right_type in _NUMBERS and left == right


def same_member(left: Mapping[str, Any], right: Mapping[str, Any], name: str) -> bool:
    """Return whether two objects have equal values for `name`, or both lack this name."""
    if name in left and name in right:
        return same(left[name], right[name])
    return name not in left and name not in right


def equality_key(value: Any) -> tuple[bool, Any]:
    """Return a hashable key of a frozen value; keys are equal if and only if `same` returns `True` for the values."""
    return isinstance(value, bool), value


def wrap_frozen(members: dict[str, Any]) -> JSONObject:
    """Copy members to a `JSONObject` without checking or freezing them; internal use only."""
    target: JSONObject = dict.__new__(JSONObject)
    dict.update(target, members)
    return target


def _wrap_array(elements: Any) -> JSONArray:
    target: JSONArray = list.__new__(JSONArray)
    list.extend(target, elements)
    return target


def _refreeze(value: Any) -> Any:
    # Unpickled values were checked before they were pickled, so do not check them again.
    if isinstance(value, dict):
        return wrap_frozen({name: _refreeze(member) for name, member in value.items()})
    return _wrap_array(map(_refreeze, value)) if isinstance(value, list) else value


def _same_members(left: dict[str, Any], right: dict[str, Any]) -> bool:
    if len(left) != len(right):
        return False
    return all(name in right and same_checked(member, right[name]) for name, member in left.items())


_NUMBERS = frozenset({int, float})


def _freeze_container(value: Any) -> JSONObject | JSONArray:
    """Freeze an object or array in a loop, because recursion could overflow the stack."""
    root: JSONObject | JSONArray = _copy_container(value, None)
    nodes = len(root)
    if nodes > MAX_NODES:
        raise _make_size_fault(Trail(None, None, value))
    pending: list[tuple[Any, Trail, int]] = [(root, Trail(None, None, value), 1)]
    for target, trail, level in pending:
        if level > MAX_DEPTH:
            raise make_limit_fault(trail, "too_deep", f"the value is nested more than {MAX_DEPTH} levels deep")
        is_object = type(target) is JSONObject
        for place, inner in target.items() if is_object else enumerate(target):
            if is_object and (type(place) is not str or not place.isascii()):
                _check_name(place, trail)
            inner_type = type(inner)
            if inner_type is str and inner.isascii():
                continue
            if inner_type in SCALAR_TYPES:
                if not is_json_scalar(inner):
                    raise make_scalar_fault(inner, Trail(trail, place, None))
                continue
            here = Trail(trail, place, inner)
            # Check the size before the copy: a value may contain a large container many times, and each copy is slow.
            if (inner_type is dict or inner_type is list) and nodes + len(inner) > MAX_NODES:
                raise _make_size_fault(here)
            copied = _copy_container(inner, here)
            nodes += len(copied)
            if nodes > MAX_NODES:
                raise _make_size_fault(here)
            if copied is not inner:
                (dict.__setitem__ if is_object else list.__setitem__)(target, place, copied)
            pending.append((copied, here, level + 1))
    return root


def _copy_container(value: Any, trail: Trail | None) -> Any:
    """Return a shallow copy that no caller can change; return a frozen object or array itself."""
    value_type = type(value)
    copy = _COPIES.get(value_type) or (_copy_mapping if issubclass(value_type, Mapping) else None)
    if copy is None:
        raise make_type_fault(trail, value_type)
    try:
        return copy(value)
    except Exception as error:
        # A caller's Mapping may raise any error.  A dict may raise an error if another thread changes it meanwhile.
        problem = f"reading the object failed, or the object changed during the read ({type(error).__name__})"
        remedy = "pass a plain dict or list that no other thread changes"
        raise make_fault(trail, "changed_during_call", problem, remedy) from error


def _copy_mapping(source: Any) -> JSONObject:
    # A caller's Mapping can yield items without end, so stop as soon as the limit is exceeded.
    return wrap_frozen(dict(islice(source.items(), MAX_NODES + 1)))


_COPIES: dict[type, Callable[[Any], Any]] = {
    dict: wrap_frozen,
    list: _wrap_array,
    tuple: _wrap_array,
    JSONObject: _return_self,
    JSONArray: _return_self,
}


def _make_size_fault(trail: Trail) -> Exception:
    return make_limit_fault(trail, "too_large", f"the value has more than {MAX_NODES:,} members and elements in total")


def _check_name(name: object, trail: Trail) -> None:
    if type(name) is not str:
        raise make_name_fault(trail, name)
    if has_surrogate(name):
        raise make_surrogate_fault(trail, f"the name {truncate(ascii(name), MESSAGE_LIMIT)}")
