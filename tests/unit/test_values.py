"""JSON values: what `freeze` accepts and returns, and how values are compared and formatted."""

import copy
import dataclasses
import json
import pickle
import tracemalloc
from collections import OrderedDict, UserDict
from datetime import date
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple
from unittest.mock import ANY
from uuid import UUID

import attrs
import pytest

from paramcore import Patch
from paramcore.errors import InvalidParams, NotJSON
from paramcore.text import describe_value, format_name, format_value
from paramcore.values import compact, thaw
from paramcore.values.frozen import (
    MAX_DEPTH,
    MAX_NODES,
    JSONArray,
    JSONObject,
    equality_key,
    freeze,
    read_once,
    same,
)
from paramcore.values.params import freeze_params
from paramcore.values.pointer import join_pointer, resolve_pointer, split_pointer
from paramcore.values.scalars import MAX_DIGITS


class Colour(StrEnum):
    RED = "red"


class Count(IntEnum):
    ONE = 1


class Label(str, Enum):  # noqa: UP042  (`str()` of a member is "Label.CAR")
    CAR = "car"


class Shade(Enum):
    DARK = "dark"


class Name(str):
    __slots__ = ()


class Pair(NamedTuple):
    left: int
    right: int


class Broken(UserDict):
    def items(self):
        raise OSError("gone")


def nested(levels, innermost=0):
    value = innermost
    for _ in range(levels):
        value = [value]
    return value


def refused(value, check=freeze):
    with pytest.raises(NotJSON) as caught:
        check(value)
    return caught.value


@pytest.mark.parametrize("value", [None, True, 0, -1.5, "", "é", 10**MAX_DIGITS - 1], ids=repr)
def test_scalars_are_returned_unchanged(value):
    """A scalar of an exact JSON type is returned unchanged."""
    assert freeze(value) is value


@pytest.mark.parametrize("value", [{"a": [1]}, OrderedDict(a=[1]), UserDict(a=[1]), MappingProxyType({"a": (1,)})])
def test_any_mapping_is_an_object(value):
    """`freeze` turns any Mapping into a frozen object, and any list or tuple into a frozen array, on all levels."""
    frozen = freeze(value)
    assert (type(frozen), type(frozen["a"])) == (JSONObject, JSONArray)
    assert frozen == {"a": [1]}


def test_a_frozen_value_is_shared():
    """A frozen value is not copied again, alone or inside another value."""
    inner = freeze({"a": [1]})
    assert freeze(inner) is inner
    assert freeze({"x": inner})["x"] is inner
    assert freeze([inner["a"]])[0] is inner["a"]


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ({1, 2}, "`list()`"),
        (frozenset(), "`list()`"),
        (range(3), "`list()`"),
        (b"bytes", "`.decode()`"),
        (date(2024, 1, 1), "`.isoformat()`"),
        (Decimal(1), "`float()`"),
        (UUID(int=0), "`str()`"),
        (Colour.RED, "convert it with `.value`"),
        (Count.ONE, "convert it with `.value`"),
        (Label.CAR, "convert it with `.value`"),
        (Shade.DARK, "convert it with `.value`"),
        (Name("a"), "`str()`"),
        (Pair(1, 2), "`tuple()`"),
        (object(), "None, a bool, a number"),
        (float, "None, a bool, a number"),
    ],
)
def test_nothing_is_coerced(value, advice):
    """A value that is not JSON is rejected. The error shows how to convert the value, or which values are allowed."""
    error = refused({"a": [value]})
    assert (error.code, error.path) == ("value_type", "/a/0")
    assert advice in error.remedy


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), 10**MAX_DIGITS, -(10**MAX_DIGITS)], ids=describe_value
)
def test_numbers_that_json_cannot_express_are_refused(value):
    """NaN, infinity and integers with too many digits are rejected."""
    assert refused(value).code == "value_number"


@pytest.mark.parametrize("value", ["\ud800", {"a": "x\udfff"}, {"\ud800": 1}])
def test_lone_surrogates_are_refused(value):
    """Texts and names that UTF-8 cannot encode are rejected."""
    assert refused(value).code == "value_text"


@pytest.mark.parametrize(
    ("name", "conversion"),
    [
        *[(name, "str()") for name in (1, None, True, ("a",), Name("a"))],
        *[(name, ".value") for name in (Colour.RED, Count.ONE, Label.CAR, Shade.DARK)],
    ],
)
def test_names_are_text(name, conversion):
    """Names that are not text are rejected. The error shows how to convert the name."""
    error = refused({"a": {name: 1}})
    assert (error.code, error.path, error.remedy) == ("key_type", "/a", f"convert it with `{conversion}`")


def test_depth_has_a_limit():
    """100 levels are accepted, 101 are rejected, and no depth exhausts the stack."""
    assert thaw(freeze(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert refused(nested(MAX_DEPTH + 1)).code == "too_deep"
    assert refused(nested(100_000)).code == "too_deep"


def test_size_has_a_limit():
    """1,000,000 members and elements are accepted. One more is rejected."""
    assert len(freeze([0] * MAX_NODES)) == MAX_NODES
    error = refused({"a": [0] * MAX_NODES})
    assert (error.code, error.path) == ("too_large", "/a")


def test_a_value_that_contains_itself_is_a_cycle():
    """A value that contains itself is rejected as a cycle, not as too deep."""
    ring = []
    ring.append({"again": ring})
    assert refused(ring).code == "cycle"


def test_other_types_decide_whether_they_equal_a_frozen_value():
    """`mock.ANY` equals a frozen value. A value of another type, such as 1, never equals a frozen object or array."""
    for value in (freeze({"a": [1]}), freeze([{"a": 1}])):
        assert (value == ANY, ANY == value, value != ANY) == (True, True, False)  # noqa: SIM300
        for other in (None, 1, "a", object(), {1}, [] if isinstance(value, dict) else {}):
            assert (value == other, value != other) == (False, True)


@pytest.mark.slow
def test_many_references_to_one_list_are_too_large():
    """If each of 60 nested lists contains the next list twice, the value is rejected as too large."""
    value = []
    for _ in range(60):
        value = [value, value]
    assert refused(value).code == "too_large"


def test_a_failing_mapping_is_rejected():
    """An error that a Mapping raises becomes `NotJSON`, with the path of the Mapping."""
    error = refused({"a": Broken()})
    assert (error.code, error.path) == ("changed_during_call", "/a")
    assert "OSError" in error.problem
    assert refused(Broken(), read_once).code == "changed_during_call"


def test_an_endless_mapping_ends():
    """A Mapping with endless members is rejected as too large."""

    class Counting(UserDict):
        def items(self):
            number = 0
            while True:
                yield str(number), number
                number += 1

    assert refused(Counting()).code == "too_large"


@pytest.mark.parametrize("params", [None, [], "a", 7, [("a", 1)]])
def test_params_are_an_object(params):
    """Params must be a Mapping."""
    with pytest.raises(InvalidParams) as caught:
        freeze_params(params)
    assert (caught.value.code, caught.value.path) == ("params_type", "")


@pytest.mark.parametrize("instruction", [1, True, [], ["Box it."], {}])
def test_an_instruction_is_text_or_null(instruction):
    """An instruction that is neither text nor null is rejected, not converted to text (U11)."""
    with pytest.raises(InvalidParams) as caught:
        freeze_params({"instruction": instruction})
    assert (caught.value.code, caught.value.path) == ("instruction_type", "/instruction")


def test_frozen_json_behaves_like_plain_json():
    """Frozen JSON behaves like a dict or list for `isinstance`, `json`, `==`, `|`, `copy` and `pickle`."""
    frozen = freeze({"a": [1, {"b": None}]})
    plain = {"a": [1, {"b": None}]}
    assert isinstance(frozen, dict)
    assert isinstance(frozen["a"], list)
    assert json.dumps(frozen) == json.dumps(plain)
    assert frozen == plain
    assert plain == frozen
    assert {frozen, freeze(plain)} == {frozen}
    for again in (copy.copy(frozen), copy.deepcopy(frozen), frozen.copy(), pickle.loads(pickle.dumps(frozen))):
        assert (again, type(again), type(again["a"])) == (frozen, JSONObject, JSONArray)
    array = frozen["a"]
    for again in (copy.copy(array), copy.deepcopy(array), array.copy(), pickle.loads(pickle.dumps(array))):
        assert (again, type(again)) == (array, JSONArray)
    assert hash(array) == hash(freeze([1, {"b": None}]))
    assert type(frozen | {"c": 1}) is type({"c": 1} | frozen) is JSONObject
    assert frozen | MappingProxyType({"a": 2}) == {"a": 2}
    assert {"a": 2} | frozen == plain


@pytest.mark.parametrize("value", [{}, {"a": 1}, {"a": [1, {"b": [None]}], "c": {}}])
def test_the_class_of_frozen_json_creates_frozen_json(value):
    """`JSONObject(...)` and `JSONArray(...)` read what `dict(...)` and `list(...)` read, and freeze it."""
    assert type(JSONObject(value)) is type(JSONObject(value.items())) is type(JSONObject(**value)) is JSONObject
    assert JSONObject(value) == JSONObject(value.items()) == JSONObject(**value) == value
    assert type(JSONArray([value])) is type(JSONArray(iter([value]))) is JSONArray
    assert JSONArray([value]) == JSONArray(iter([value])) == [value]
    assert type(JSONArray([value])[0]) is JSONObject
    assert (JSONObject(), JSONArray()) == ({}, [])
    with pytest.raises(NotJSON):
        JSONObject(a=object())


@pytest.mark.parametrize("params", [{}, {"a": [1, {"b": [None]}], "c": {"d": []}}])
def test_asdict_accepts_frozen_params(params):
    """`asdict` and `astuple` of `dataclasses` and `attrs` copy an object whose fields contain frozen params."""
    fields = [("params", dict), ("others", list)]
    frozen = freeze(params), [freeze(params)]
    job = dataclasses.make_dataclass("Job", fields)(*frozen)
    assert dataclasses.asdict(job) == {"params": params, "others": [params]}
    assert dataclasses.astuple(job) == (params, [params])
    job = attrs.make_class("Job", ["params", "others"])(*frozen)
    assert attrs.asdict(job) == {"params": params, "others": [params]}
    assert attrs.astuple(job) == (params, [params])
    assert attrs.asdict(Patch(params)) == {"params": params}


def test_the_union_with_a_list_is_a_type_error():
    """`|` with a list raises `TypeError`, as `|` of a plain dict and a list does."""
    with pytest.raises(TypeError):
        freeze({}) | [("a", 1)]
    with pytest.raises(TypeError):
        [("a", 1)] | freeze({})


def test_the_union_is_validated():
    """`|` validates the other operand as `freeze` does."""
    with pytest.raises(NotJSON):
        freeze({}) | {"a": {1}}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (True, 1),
        (False, 0),
        (1, "1"),
        (None, False),
        ([], {}),
        ({"a": True}, {"a": 1}),
        ([1], [1, 2]),
        ("é", "e\u0301"),
    ],
)
def test_lookalikes_are_not_the_same(one, two):
    """Values that JSON distinguishes differ at any depth."""
    assert not same(one, two)
    assert freeze({"x": one}) != freeze({"x": two})
    assert freeze([one]) != [two]
    assert equality_key(freeze(one)) != equality_key(freeze(two))


@pytest.mark.parametrize(
    ("one", "two"), [(1, 1.0), ([1, 2], (1, 2)), ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (-0.0, 0), (None, None)]
)
def test_values_that_json_does_not_distinguish_are_the_same(one, two):
    """`1` equals `1.0`, the order of members does not matter, and a tuple equals a list."""
    assert same(one, two)
    assert freeze({"x": one}) == freeze({"x": two})
    assert hash(freeze([one])) == hash(freeze([two]))


def test_only_json_is_compared():
    """`same` rejects values that are not JSON."""
    with pytest.raises(NotJSON):
        same({1}, [1])


def test_thawed_json_is_plain_and_new():
    """`thaw` copies all levels to plain dicts and lists."""
    frozen = freeze({"a": [{"b": []}]})
    plain = thaw(frozen)
    plain["a"][0]["b"].append(1)
    assert (type(plain), type(plain["a"]), type(plain["a"][0])) == (dict, list, dict)
    assert frozen == {"a": [{"b": []}]}


@pytest.mark.parametrize("parts", [(), ("",), ("a", 0), ("a/b", "~", "~1", "~0/"), (" ", "é", "\n")])
def test_a_pointer_can_be_split_and_joined(parts):
    """`split_pointer` reverses `join_pointer` (RFC 6901)."""
    assert split_pointer(join_pointer(*parts)) == tuple(str(part) for part in parts)


def test_a_pointer_is_resolved():
    """`resolve_pointer` follows names and indexes. If they lead to no value, it raises `LookupError`."""
    value = {"a/b": [{"": 7}]}
    assert resolve_pointer(value, "/a~1b/0/") == 7
    assert resolve_pointer(value, "") is value
    paths = ("/a", "/a~1b/1", "/a~1b/00", "/a~1b/-1", "/a~1b/+0", "/a~1b/0/x", "/a~1b/0//y", "a~1b", "/a~2b", "/a~1b/-")
    for path in paths:
        with pytest.raises(LookupError):
            resolve_pointer(value, path)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é\n\u202e", '"é\\n\\u202e"'),
        ({"a": [None, True, 1.5]}, '{"a": [null, true, 1.5]}'),
        ("\x7f", '"\\u007f"'),
        ("\U000e0001", '"\\udb40\\udc01"'),
    ],
)
def test_a_value_is_shown_on_one_line(value, text):
    """A formatted value is valid JSON with printable characters only."""
    assert format_value(value) == text
    assert json.loads(format_value(value)) == value


def test_a_long_value_is_cut():
    """A formatted value is truncated if its length is more than 1.25 times the limit.

    The length of the whole text, quotes included, is appended. A formatted name has no quotes.
    """
    assert format_value("x" * 123, limit=100) == '"' + "x" * 123 + '"'
    assert format_value("x" * 124, limit=100) == '"' + "x" * 99 + "... (126 characters)"
    assert format_name("a b") == "a b"


def test_unequal_is_the_opposite_of_equal():
    """`!=` is the opposite of `==`, whether the frozen value is on the left or on the right."""
    for one, two in ((freeze({"a": 1}), {"a": 1.0}), (freeze([1]), [1.0])):
        assert not one != two
        assert not two != one
    assert freeze({"a": 1}) != {"a": True}
    assert freeze([1]) != [True]


def test_an_invalid_name_has_a_path():
    """The error about an invalid name has the path of the object that contains the name."""
    assert refused({"a": [{"\ud800": 1}]}).path == "/a/0"


class _Awkward:
    """A key whose comparison raises an error if `armed` is true."""

    armed = False

    def __hash__(self):
        return 7

    def __eq__(self, other):
        if _Awkward.armed:
            raise RuntimeError("no")
        return self is other


@pytest.mark.parametrize(("is_compared", "code"), [(False, "key_type"), (True, "changed_during_call")])
def test_failing_keys_are_rejected(monkeypatch, is_compared, code):
    """A dict whose keys are not text is rejected with `NotJSON`, even if comparing the keys raises an error."""
    keys = {_Awkward(): 1 for _ in range(3)}
    if is_compared:
        # Python compares the keys when it copies a dict from which a key was deleted.
        del keys[next(iter(keys))]
    monkeypatch.setattr(_Awkward, "armed", True)
    for value in (keys, {"a": keys}, [keys]):
        with pytest.raises(NotJSON) as refused:
            freeze(value)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("wide", "code"),
    [
        (lambda: (x := [], x.extend([x] * 1_000), x)[2], "cycle"),
        (lambda: [[0] * 900_000] * 5_000, "too_large"),
    ],
)
def test_a_too_large_value_is_not_copied(wide, code):
    """A value with many references to one container is rejected before its copies fill the memory."""
    tracemalloc.start()
    with pytest.raises(NotJSON) as refused:
        freeze({"a": wide()})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.value.code == code
    assert peak < 100 * 2**20


def test_a_tuple_counts_like_a_list():
    """The elements of a tuple count toward the limit, as those of a list do."""
    with pytest.raises(NotJSON) as refused:
        freeze({"a": (0,) * 1_000_001})
    assert (refused.value.code, refused.value.path) == ("too_large", "/a")


def test_compact_json_without_the_c_encoder(monkeypatch):
    """Compact JSON is the same with and without the C encoder of `json`."""
    value = {"a": [1, 2.5, None, True, "\n\u00e9\U0001f600"], "b": {}}
    expected = compact.encode_compact(value)
    monkeypatch.setattr(json.encoder, "c_make_encoder", None)
    assert compact._make_encoder()(value) == expected
