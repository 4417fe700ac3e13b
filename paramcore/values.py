"""
JSON values: the one door they come in by, frozen, and compared as JSON.

A value that passed `freeze` is one of None, bool, int, finite float, text
without lone surrogates, `JSONObject` or `JSONArray`.  The last two are a `dict`
and a `list` whose mutators raise, so that they go as they are into `json`,
`jsonschema`, HTTP clients and `**kwargs`, and still cannot change a project's
history by accident.  (`dict.__setitem__(frozen, ...)` gets past; that is the
caller's own doing.)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from math import isfinite
from typing import Any, NoReturn

from paramcore.errors import InvalidParams, NotJSON, describe, one_line

__all__ = [
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_NODES",
    "JSONArray",
    "JSONObject",
    "as_key",
    "check_instruction",
    "freeze",
    "freeze_params",
    "pointer",
    "pointer_parts",
    "same",
    "sealed",
    "shown",
    "snapshot",
    "thaw",
    "value_at",
]

#: Levels of objects and arrays; the params object itself is level 1.
MAX_DEPTH = 100
#: Members and elements, at all levels together.
MAX_NODES = 1_000_000
#: Python itself refuses to write integers of more digits.
MAX_DIGITS = 4_300

_BEYOND = 10**MAX_DIGITS
_LEAST = -_BEYOND


def _refuse(_frozen: object, *_args: object, **_kwargs: object) -> NoReturn:
    raise TypeError(
        "found a change to frozen JSON, wanted none: edit a plain copy, made by `paramcore.values.thaw(value)`"
    )


class JSONObject(dict[str, Any]):
    """A JSON object that cannot change.  Made by `freeze`, never by calling it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return _same(self, other)

    def __ne__(self, other: object) -> bool:
        return not _same(self, other)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __or__(self, other: Mapping[str, Any]) -> JSONObject:  # type: ignore[override]
        return _joined(self, other) if isinstance(other, Mapping) else NotImplemented

    def __ror__(self, other: Mapping[str, Any]) -> JSONObject:  # type: ignore[override]
        return _joined(other, self) if isinstance(other, Mapping) else NotImplemented

    def __copy__(self) -> JSONObject:
        return self

    def __deepcopy__(self, memo: object) -> JSONObject:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _refrozen, (thaw(self),)

    def copy(self) -> JSONObject:
        """Return this very object, as `frozenset.copy` does: `thaw` makes one to edit."""
        return self

    __init__ = __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


class JSONArray(list[Any]):
    """A JSON array that cannot change.  Made by `freeze`, never by calling it."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return _same(self, other)

    def __ne__(self, other: object) -> bool:
        return not _same(self, other)

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __copy__(self) -> JSONArray:
        return self

    def __deepcopy__(self, memo: object) -> JSONArray:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _refrozen, (thaw(self),)

    def copy(self) -> JSONArray:
        """Return this very array: `thaw` makes one to edit."""
        return self

    __init__ = __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def freeze(value: Any) -> Any:
    """
    Return `value` as frozen JSON: the one door by which values come in.

    Scalars are taken by exact type, arrays are `list` and `tuple`, objects are
    any Mapping, read once; nothing is coerced.  What is frozen already is
    shared, not copied.

    Raises:
        NotJSON: with the path of the place, for anything else: also for more
            than 100 levels, 1,000,000 nodes or 4,300 digits, and for cycles.

    """
    kind = type(value)
    # Most of what comes in by itself is a name or a text, which need no walk.
    if kind in _FROZEN or (kind is str and value.isascii()):
        return value
    return _admitted(value)


def freeze_params(params: object) -> JSONObject:
    """
    Return `params` frozen; they must be an object, their instruction text or null.

    Raises:
        InvalidParams: `params_type` or `instruction_type`.
        NotJSON: as `freeze` does.

    """
    # Asked of exact types first: what else is a Mapping takes longer to tell.
    if type(params) not in _OBJECTS and not issubclass(type(params), Mapping):
        raise InvalidParams("params_type", "", describe(params), "an object of params, like {'padding': 3}")
    frozen: JSONObject = params if type(params) is JSONObject else _admitted(params)  # type: ignore[assignment]
    if "instruction" in frozen:
        check_instruction(frozen["instruction"])
    return frozen


def check_instruction(instruction: object) -> None:
    # U11: text or null, wherever it comes in; nothing is coerced to text.
    """Raise `InvalidParams` (`instruction_type`) unless it is text or null."""
    if type(instruction) is not str and instruction is not None:
        raise InvalidParams(
            "instruction_type", "/instruction", describe(instruction), "text or null as the instruction"
        )


def snapshot(obj: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return the members of a Mapping, read once; what they hold is still to be checked.

    Raises:
        NotJSON: `changed_during_call`.

    """
    return dict(_snapshot(obj, type(obj), None, None))


def as_key(value: Any) -> tuple[bool, Any]:
    """Return what compares and hashes as the frozen value does in JSON: `True` by itself is Python's 1."""
    return isinstance(value, bool), value


def thaw(value: Any) -> Any:
    """Return a plain copy of frozen JSON, dicts and lists all the way down, to edit."""
    if isinstance(value, dict):
        return {name: thaw(member) for name, member in value.items()}
    if isinstance(value, list):
        return [thaw(element) for element in value]
    return value


def same(one: Any, two: Any) -> bool:
    """
    Tell whether two values are one JSON value.

    `True` is not `1` at any depth, `1` is `1.0`, the order of members does not
    matter, a tuple is an array.

    Raises:
        NotJSON: for what `freeze` refuses.

    """
    return _same(freeze(one), freeze(two))


def sealed(members: dict[str, Any]) -> JSONObject:
    """Return an object of members that are frozen already.  Nothing is checked: for this package only."""
    target: JSONObject = dict.__new__(JSONObject)
    dict.update(target, members)
    return target


def shown(value: Any, *, most: int | None = None, quoted: bool = True) -> str:
    """
    Return a value as JSON on one line, for a person to read.

    Text keeps its letters, but what does not print (control characters, marks
    that turn the direction of writing) is escaped.  What is far longer than
    `most` characters is cut there; `quoted=False` leaves the quotes off text.
    """
    text = one_line(json.dumps(value, ensure_ascii=False))
    if not quoted and type(value) is str:
        text = text[1:-1]
    return text if most is None or len(text) <= most * 5 // 4 else f"{text[:most]}... ({len(text):,} characters)"


def pointer(*parts: str | int) -> str:
    """Return the JSON Pointer (RFC 6901) that leads through these names and indexes."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def pointer_parts(path: str) -> tuple[str, ...]:
    """Return the names and indexes of a JSON Pointer, as text."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])


def value_at(value: Any, path: str) -> Any:
    """
    Return what a JSON Pointer leads to.

    Raises:
        LookupError: where it leads nowhere.

    """
    for part in pointer_parts(path):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def _refrozen(value: Any) -> Any:
    """Freeze what was thawed to be pickled: it passed the door, so nothing is checked again."""
    if isinstance(value, dict):
        return sealed({name: _refrozen(member) for name, member in value.items()})
    return _array(map(_refrozen, value)) if isinstance(value, list) else value


def _joined(one: Mapping[str, Any], two: Mapping[str, Any]) -> JSONObject:
    frozen: JSONObject = freeze({**one, **two})
    return frozen


def _same(one: object, two: object) -> bool:
    # One side is frozen, hence at most 100 levels deep; so is the recursion.
    # Versions share the values that an update left alone, and these are not looked into.
    if one is two:
        return True
    kind, other = type(one), type(two)
    if issubclass(kind, dict) and issubclass(other, dict):
        return _same_objects(one, two)  # type: ignore[arg-type]
    if issubclass(kind, (list, tuple)) and issubclass(other, (list, tuple)):
        return len(one) == len(two) and all(map(_same, one, two))  # type: ignore[arg-type, call-overload]
    if kind is str:
        return other is str and one == two
    return kind in _NUMBERS and other in _NUMBERS and one == two


def _same_objects(one: dict[str, Any], two: dict[str, Any]) -> bool:
    if len(one) != len(two):
        return False
    return all(name in two and _same(member, two[name]) for name, member in one.items())


_NUMBERS = frozenset({int, float})


def _mapping(source: Any) -> JSONObject:
    # A Mapping of somebody's own is asked once, and not for ever.
    return sealed(dict(islice(source.items(), MAX_NODES + 1)))


def _array(source: Any) -> JSONArray:
    target: JSONArray = list.__new__(JSONArray)
    list.extend(target, source)
    return target


def _itself(source: Any) -> Any:
    return source


#: Types whose values are frozen JSON without a look into them.
_FROZEN = frozenset({JSONObject, JSONArray, bool, type(None)})

_OBJECTS = frozenset({JSONObject, dict})

# The plain ways round the mutators that raise.
_new_object, _fill_object, _put_member = dict.__new__, dict.update, dict.__setitem__
_new_array, _fill_array, _put_element = list.__new__, list.extend, list.__setitem__

#: How an object or array comes in, by exact type: copied in one step, so that nobody can change it half-way.
_SNAPSHOTS: dict[type, Callable[[Any], Any]] = {
    dict: sealed,
    tuple: _array,
    JSONObject: _itself,
    JSONArray: _itself,
}


def _admitted(value: Any) -> Any:
    """
    Walk through a value without recursion, so that no depth can exhaust the stack.

    What is still to be looked into is a list of `(frozen copy, trail, level)`
    that grows while it is walked, a trail being `(trail of the parent, name or
    index in it, source)`: the path of a fault is built only when there is one.
    """
    taken: Any
    holder = [value]
    work: list[tuple[Any, Any, int]] = [(holder, None, 0)]
    nodes = 0
    if type(value) is dict:
        # Params, nearly all that comes in, without the round for the holder.
        try:
            taken = _new_object(JSONObject)
            _fill_object(taken, value)
        except Exception:  # noqa: BLE001  (keys may run foreign code: told below)
            taken = _snapshot(value, dict, None, 0)
        holder[0] = taken
        work, nodes = [(taken, (None, 0, value), 1)], len(taken)
        if nodes > MAX_NODES:
            raise _too_many((None, 0, value))
    for target, trail, level in work:
        if level > MAX_DEPTH:
            raise _endless(trail, "too_deep", f"more than {MAX_DEPTH} levels", f"at most {MAX_DEPTH} levels")
        is_object = type(target) is JSONObject
        for place, inner in target.items() if is_object else enumerate(target):
            # What is ASCII, as nearly all names and texts are, has no surrogate: it is not searched for one.
            if is_object and (type(place) is not str or not place.isascii()):
                _check_name(place, trail)
            kind = type(inner)
            if kind is str:
                if inner.isascii() or not _has_surrogate(inner):
                    continue
            elif kind is int:
                if _LEAST < inner < _BEYOND:
                    continue
            elif kind is bool or inner is None:
                continue
            elif kind is float:
                if isfinite(inner):
                    continue
            else:
                # What holds a million is told before it is copied: it may stand in a thousand places.
                if (kind is dict or kind is list) and nodes + len(inner) > MAX_NODES:
                    raise _too_many((trail, place, inner))
                if kind is list:
                    # The most common by far: without a look at how such a thing comes in.
                    taken = _new_array(JSONArray)
                    _fill_array(taken, inner)
                else:
                    taken = _snapshot(inner, kind, trail, place)
                nodes += len(taken)
                if nodes > MAX_NODES:
                    raise _too_many((trail, place, inner))
                if taken is not inner:
                    (_put_member if is_object else _put_element)(target, place, taken)
                work.append((taken, (trail, place, inner), level + 1))
                continue
            raise _not_json(inner, trail, place)
    return holder[0]


def _too_many(trail: Any) -> NotJSON:
    return _endless(trail, "too_large", f"more than {MAX_NODES:,} nodes", f"at most {MAX_NODES:,} nodes")


def _check_name(name: object, trail: Any) -> None:
    if type(name) is not str:
        raise _fault(trail, None, "key_type", f"{describe(name)} as a name", "names that are text (`str`)")
    if _has_surrogate(name):
        raise _fault(trail, None, "value_text", f"{describe(name)} as a name", "text without lone surrogates")


def _snapshot(value: Any, kind: type, trail: Any, place: Any) -> Any:
    copied = _SNAPSHOTS.get(kind) or (_mapping if issubclass(kind, Mapping) else None)
    if copied is None:
        raise _fault(trail, place, "value_type", describe(value), _advice(kind))
    try:
        return copied(value)
    except Exception as error:
        # A foreign Mapping runs its own code here; another thread may change a list or a dict.
        found = f"an object that failed or changed while it was read ({type(error).__name__})"
        raise _fault(trail, place, "changed_during_call", found, "an object that stays as it is") from error


def _not_json(value: Any, trail: Any, place: Any) -> NotJSON:
    if type(value) is str:
        return _fault(trail, place, "value_text", describe(value), "text without lone surrogates")
    if type(value) is int:
        return _fault(trail, place, "value_number", f"more than {MAX_DIGITS:,} digits", "an integer of fewer digits")
    return _fault(trail, place, "value_number", describe(value), "a finite number: JSON has no NaN and no Infinity")


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _advice(kind: type) -> str:
    wanted = "null, a bool, a number, text, an array (list, tuple) or an object (Mapping)"
    if kind.__name__ in _CONVERSIONS:
        return f"{wanted}: convert it with `{_CONVERSIONS[kind.__name__]}`"
    if issubclass(kind, (str, int, float)):
        return f"{wanted}, of exactly that type: convert it, for example with `.value` or `str()`"
    return wanted


_CONVERSIONS = {
    "set": "list()",
    "frozenset": "list()",
    "range": "list()",
    "generator": "list()",
    "dict_keys": "list()",
    "dict_values": "list()",
    "bytes": ".decode()",
    "bytearray": ".decode()",
    "datetime": ".isoformat()",
    "date": ".isoformat()",
    "Decimal": "float()",
    "Fraction": "float()",
    "UUID": "str()",
    "PosixPath": "str()",
    "WindowsPath": "str()",
}


def _parts(trail: Any) -> Iterable[str | int]:
    parts: list[str | int] = []
    while trail is not None:
        trail, place, _source = trail
        parts.append(place)
    # The outermost place is the one in `_admitted`'s own holder.
    return reversed(parts[:-1])


def _fault(trail: Any, place: str | int | None, code: str, found: str, wanted: str) -> NotJSON:
    where = trail if place is None else (trail, place, None)
    return NotJSON(code, pointer(*_parts(where)), found, wanted)


def _endless(trail: Any, code: str, found: str, wanted: str) -> NotJSON:
    """Return the error for a value that does not end; if it holds itself, that is what is wrong."""
    trails = []
    while trail is not None:
        trails.append(trail)
        trail = trail[0]
    sources = set()
    for one in reversed(trails):
        if id(one[2]) in sources:
            path = pointer(*_parts(one))
            return NotJSON("cycle", path, "an object or array that holds itself", "a value that ends")
        sources.add(id(one[2]))
    return NotJSON(code, pointer(*_parts(trails[0])), found, wanted)
