"""Compare two params objects value by value, including nested values.

Every form of a diff (text, Markdown, HTML, JSON) uses the changes that `iter_changes`
yields.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from paramcore.text import MESSAGE_LIMIT, format_name
from paramcore.values import equality_key, join_pointer, same, thaw

#: The names and indexes that lead to a value, as in a JSON Pointer.
Parts: TypeAlias = tuple[str | int, ...]

#: What happened to a value, in the order of `Diff.changes`.
ChangeKind: TypeAlias = Literal["removed", "lost", "changed", "moved", "added"]

CHANGE_ORDER: dict[ChangeKind, int] = {"removed": 0, "lost": 1, "changed": 2, "moved": 3, "added": 4}

#: The names of members that can identify an object in an array, in order of preference.
# Names and ids come first, because people reword labels and titles.
IDENTIFYING_NAMES = ("name", "field_id", "id", "key", "value", "choice", "label", "title")


@frozen(repr=False)
class Change:
    """A change of one value.

    A change has one of these kinds:

    - `removed`: a param no longer exists
    - `lost`: a member of an object, or an element of an array, no longer exists
    - `changed`: a value differs
    - `moved`: the elements of an array have another order; `before` and `after` are the whole arrays
    - `added`: a param, a member or an element is new

    If a value of another type replaces an object or array, the object or array is `changed`.
    All its members or elements are then `lost`.

    Example:
        >>> [change] = Diff.between({"box": {"min": 1, "max": 9}}, {"box": {"min": 2, "max": 9}}).changes
        >>> change.kind, change.pointer, change.before, change.after
        ('changed', '/box/min', 1, 2)
    """

    #: What happened to the value.
    kind: ChangeKind
    #: The path of the value in the old params; for an added value, its path in the new params.
    parts: Parts
    #: The value before; `None` for an added value.
    before: Any = field(eq=equality_key)
    #: The value after; `None` for a removed or lost value.
    after: Any = field(eq=equality_key)
    #: The path of the value in the new params; `None` for a removed or lost value.
    after_parts: Parts | None
    #: The member that identifies the array element with the change, such as `("name", "car")`.
    #: Of nested elements, the innermost element with an identifying member counts.
    #: `None` if there is no such element.
    identity: tuple[str, Any] | None = None

    @property
    def param(self) -> str:
        """The name of the param that contains the value."""
        return str(self.parts[0])

    @property
    def pointer(self) -> str:
        """The JSON Pointer of `parts`."""
        return join_pointer(*self.parts)

    @property
    def after_pointer(self) -> str | None:
        """The JSON Pointer of `after_parts`."""
        return None if self.after_parts is None else join_pointer(*self.after_parts)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `kind`, `pointer`, `after_pointer`, `identity`, `before` (except
        for an added value) and `after` (except for a removed or lost value).
        """
        before = {} if self.kind == "added" else {"before": thaw(self.before)}
        after = {} if self.after_parts is None else {"after": thaw(self.after)}
        identity = None if self.identity is None else dict([self.identity])
        place = {"kind": self.kind, "pointer": self.pointer, "after_pointer": self.after_pointer, "identity": identity}
        return {**place, **before, **after}

    def __repr__(self) -> str:
        return f"<Change: {self.kind} at {format_name(self.pointer, limit=MESSAGE_LIMIT)}>"


def iter_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Yield the changes between two frozen params objects, param by param.

    The elements of two arrays are matched in this order:

    - equal elements
    - objects with the same identifying member, such as `"name": "car"`
    - two objects, or two arrays, at the same index

    A member identifies objects only if each object of an array has it, with a value of its
    own.  `IDENTIFYING_NAMES` lists the names of these members.
    """
    return _iter_member_changes(before, after, (), (), None)


def iter_leaves(value: Any, parts: Parts = ()) -> Iterator[tuple[Parts, Any]]:
    """Yield the scalars and empty containers inside a value, with their paths.

    Example:
        >>> list(iter_leaves({"box": {"min": 1, "names": []}}))
        [(('box', 'min'), 1), (('box', 'names'), [])]
    """
    if not isinstance(value, (dict, list)) or not value:
        yield parts, value
        return
    for part, member in value.items() if isinstance(value, dict) else enumerate(value):
        yield from iter_leaves(member, (*parts, part))


def count_leaves(value: Any) -> int:
    """Count the scalars and empty containers inside a value."""
    return sum(1 for _leaf in iter_leaves(value))


def count_unchanged(before: Any, changes: Iterable[Change]) -> int:
    """Count the scalars inside `before` that `changes` leave unchanged."""
    changes = [change for change in changes if change.kind in ("removed", "lost", "changed")]
    replaced = {change.parts for change in changes if change.kind == "changed"}
    # The members of a replaced container are listed as lost, too, so subtract only the container.
    gone = (change.before for change in changes if change.parts[:-1] not in replaced)
    return _count_scalars(before) - sum(map(_count_scalars, gone))


def _count_scalars(value: Any) -> int:
    return sum(not isinstance(leaf, (dict, list)) for _parts, leaf in iter_leaves(value))


def _iter_value_changes(
    before: Any, after: Any, parts: Parts, after_parts: Parts, identity: tuple[str, Any] | None
) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _iter_member_changes(before, after, parts, after_parts, identity)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _iter_element_changes(before, after, parts, after_parts, identity)
    elif not same(before, after):
        yield Change("changed", parts, before, after, after_parts, identity)
        if isinstance(before, (dict, list)):
            for part in before if isinstance(before, dict) else range(len(before)):
                inner = identity if isinstance(before, dict) else identify(before[part]) or identity
                yield _lose((*parts, part), before[part], inner)


def _iter_member_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    parts: Parts,
    after_parts: Parts,
    identity: tuple[str, Any] | None,
) -> Iterator[Change]:
    for name, value in before.items():
        if name in after:
            yield from _iter_value_changes(value, after[name], (*parts, name), (*after_parts, name), identity)
        else:
            yield _lose((*parts, name), value, identity)
    for name, value in after.items():
        if name not in before:
            yield _add((*after_parts, name), value, identity)


def _iter_element_changes(
    before: Sequence[Any],
    after: Sequence[Any],
    parts: Parts,
    after_parts: Parts,
    identity: tuple[str, Any] | None,
) -> Iterator[Change]:
    matches = _match_elements(before, after)
    for index, element in enumerate(before):
        inner = identify(element) or identity
        if index not in matches:
            yield _lose((*parts, index), element, inner)
            continue
        other = matches[index]
        yield from _iter_value_changes(element, after[other], (*parts, index), (*after_parts, other), inner)
    order = [matches[index] for index in sorted(matches)]
    if order != sorted(order):
        yield Change("moved", parts, before, after, after_parts, identity)
    matched = set(order)
    for index, element in enumerate(after):
        if index not in matched:
            yield _add((*after_parts, index), element, identify(element) or identity)


def _lose(parts: Parts, value: Any, identity: tuple[str, Any] | None) -> Change:
    return Change("lost" if len(parts) > 1 else "removed", parts, value, None, None, identity)


def _add(parts: Parts, value: Any, identity: tuple[str, Any] | None) -> Change:
    return Change("added", parts, None, value, parts, identity)


def _match_elements(before: Sequence[Any], after: Sequence[Any]) -> dict[int, int]:
    """Map the index of each element of `before` to the index of its counterpart in `after`, if it has one."""
    # Equal objects have the same identifying member, so both functions match them with the same objects.
    matches = {**_match_identities(before, after), **_match_equal(before, after)}
    taken = set(matches.values())
    for index in range(min(len(before), len(after))):
        if index not in matches and index not in taken and _are_alike(before[index], after[index]):
            matches[index] = index
    return matches


def _match_equal(before: Sequence[Any], after: Sequence[Any]) -> dict[int, int]:
    """Match equal elements, in order."""
    unused: defaultdict[Any, list[int]] = defaultdict(list)
    for index in reversed(range(len(after))):
        unused[equality_key(after[index])].append(index)
    candidates = ((index, unused.get(equality_key(element))) for index, element in enumerate(before))
    return {index: others.pop() for index, others in candidates if others}


def _match_identities(before: Sequence[Any], after: Sequence[Any]) -> dict[int, int]:
    """Match objects by a member, such as `name`, that identifies all objects of each array.

    Use the first of `IDENTIFYING_NAMES` with a value that occurs in both arrays.
    """
    for name in IDENTIFYING_NAMES:
        ours, theirs = _index_by_member(before, name), _index_by_member(after, name)
        if common := ours.keys() & theirs.keys():
            return {ours[value]: theirs[value] for value in common}
    return {}


def _index_by_member(elements: Sequence[Any], name: str) -> dict[Any, int]:
    """Map the value of the member `name` of each object to the index of the object.

    Return `{}` if an object lacks an identifying value, or if two objects have the same value.
    """
    objects = [index for index, element in enumerate(elements) if isinstance(element, dict)]
    indexes = {equality_key(elements[i][name]): i for i in objects if _is_identifier(elements[i].get(name))}
    return indexes if len(indexes) == len(objects) else {}


def _is_identifier(value: Any) -> bool:
    return type(value) is int or (type(value) is str and value != "")


def identify(element: Any) -> tuple[str, Any] | None:
    """Return the name and value of the first identifying member of an object, or `None`."""
    if not isinstance(element, dict):
        return None
    return next(((name, element[name]) for name in IDENTIFYING_NAMES if _is_identifier(element.get(name))), None)


def _are_alike(before: Any, after: Any) -> bool:
    """Return whether both values are objects or both are arrays."""
    return any(isinstance(before, container) and isinstance(after, container) for container in (dict, list))
