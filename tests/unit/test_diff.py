"""Diffs of two params objects, and the values that are lost inside params."""

import pytest

from paramcore.analysis.changes import count_unchanged
from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidParams, NotJSON

BEFORE = {
    "padding": 3,
    "old": None,
    "geometries": {"box": {"objects_to_annotate": ["Forklift", "Pallet"], "min": 1}, "polygon": {}},
    "kept": [1],
}
AFTER = {
    "padding": 3.0,
    "geometries": {"box": {"objects_to_annotate": ["Pallet", "Person"], "min": 2}},
    "kept": [1],
    "new": True,
}


def test_params_are_added_removed_changed_or_kept():
    """Each param of either object is in exactly one of `added`, `removed`, `changed` and `kept`."""
    diff = Diff.between(BEFORE, AFTER)
    assert diff.added == {"new": True}
    assert diff.removed == {"old": None}
    assert diff.changed == {"geometries": AFTER["geometries"]}
    assert diff.kept == ("padding", "kept")
    assert diff.names == ("old", "geometries", "new")


def test_a_diff_in_text():
    """Each differing param has a line. The order is removed params, changed params, lost values, added params."""
    assert str(Diff.between(BEFORE, AFTER)) == (
        "  removed  old         null\n"
        '  changed  geometries  {"box": {"objects_to_annotate": ["Forklift", "Pallet"], "min": 1}, "polygon": {}}'
        ' -> {"box": {"objects_to_annotate": ["Pallet", "Person"], "min": 2}}\n'
        '  lost     /geometries/box/objects_to_annotate/0  "Forklift"\n'
        "  lost     /geometries/polygon  {}\n"
        "  added    new         true"
    )
    assert str(Diff.between(BEFORE, BEFORE)) == "nothing differs"


def test_a_diff_as_json():
    """The JSON has the added, removed and changed params, the pointers of lost values, and each change."""
    assert Diff.between({"a": {"x": 1}, "b": 1}, {"a": {}, "c": 2}).to_json() == {
        "added": {"c": 2},
        "removed": {"b": 1},
        "changed": {"a": {"before": {"x": 1}, "after": {}}},
        "lost": ["/a/x"],
        "changes": [
            {"kind": "removed", "pointer": "/b", "after_pointer": None, "identity": None, "before": 1},
            {"kind": "lost", "pointer": "/a/x", "after_pointer": None, "identity": None, "before": 1},
            {"kind": "added", "pointer": "/c", "after_pointer": "/c", "identity": None, "after": 2},
        ],
    }


@pytest.mark.parametrize(
    ("before", "after", "lost"),
    [
        ({"x": 1}, {"x": 2}, []),
        ({"x": {"y": 1}}, {"x": 2}, ["/a/x/y"]),
        ({"x": 1}, 7, ["/a/x"]),
        ([1, 2], 7, ["/a/0", "/a/1"]),
        ({"x": [1, 2]}, {"x": [2, 1]}, []),
        ([1, 1], [1], ["/a/1"]),
        ([1], [True], ["/a/0"]),
        ([1, 1, 5], [1, 1], ["/a/2"]),
        ([True, False], [1, 0], ["/a/0", "/a/1"]),
        ([{"name": "box", "min": 1}], [{"name": "box"}], ["/a/0/min"]),
        ([{"name": "box", "min": 1}, {"name": "line"}], [{"name": "line"}], ["/a/0"]),
        ([{"n": 1}, {"n": 2}], [{"n": 2}, {"n": 3, "m": 1}], ["/a/0"]),
        ([[1, 2], 3], [[1], 3], ["/a/0/1"]),
        ([{"n": 1}], [[1]], ["/a/0"]),
        ("text", "other", []),
        ([], {}, []),
        ({"/": [1]}, {"/": []}, ["/a/~1/0"]),
    ],
)
def test_lost_values_are_listed_by_pointer(before, after, lost):
    """A member or element that only `before` has is lost. A moved element or a changed member is not lost."""
    assert list(Diff.between({"a": before}, {"a": after}).lost) == lost


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        # Objects are matched by the first identifying member that has an equal value on both sides.
        (
            [{"name": "a", "x": 1}, {"name": "b", "x": 1}],
            [{"name": "b", "x": 2}, {"name": "a", "x": 1}],
            [("changed", "/a/1/x", "/a/0/x"), ("moved", "/a", "/a")],
        ),
        (
            [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}],
            [{"label": "Z", "value": "b"}],
            [("lost", "/a/0", None), ("changed", "/a/1/label", "/a/0/label")],
        ),
        (
            [{"id": 1, "x": 1}, {"id": 2, "x": 1}],
            [{"id": 3}, {"id": 1, "x": 2}],
            [("lost", "/a/1", None), ("changed", "/a/0/x", "/a/1/x"), ("added", "/a/0", "/a/0")],
        ),
        (
            [{"name": "A", "id": 1, "x": 1}, {"name": "B", "id": 2}],
            [{"name": "Z", "id": 7}, {"name": "Y", "id": 1, "x": 1}],
            [
                *(("lost", "/a/1", None), ("changed", "/a/0/name", "/a/1/name")),
                ("added", "/a/0", "/a/0"),
            ],
        ),
        # A member such as `name` identifies nothing if its value occurs twice, or if an object lacks the member.
        (
            [{"name": "a", "x": 1}, {"name": "a"}],
            [{"name": "a", "x": 2}],
            [("lost", "/a/1", None), ("changed", "/a/0/x", "/a/0/x")],
        ),
        (
            [{"name": "a"}, {"x": 1}],
            [{"x": 2}, {"name": "b"}],
            [
                ("lost", "/a/0/name", None),
                ("lost", "/a/1/x", None),
                ("added", "/a/0/x", "/a/0/x"),
                ("added", "/a/1/name", "/a/1/name"),
            ],
        ),
        # If no value of an identifying member occurs on both sides, the objects at the same index are compared.
        ([{"name": "a", "x": 1}], [{"name": "b", "x": 1}], [("changed", "/a/0/name", "/a/0/name")]),
        # `true` and the empty text identify nothing.
        ([{"name": True, "x": 1}, 1], [1, {"name": True, "x": 2}], [("lost", "/a/0", None), ("added", "/a/1", "/a/1")]),
        ([{"name": "", "x": 1}, 1], [1, {"name": "", "x": 2}], [("lost", "/a/0", None), ("added", "/a/1", "/a/1")]),
        # Scalars are matched by their value.
        ([1, 2, 3], [3, 0, 1], [("lost", "/a/1", None), ("moved", "/a", "/a"), ("added", "/a/1", "/a/1")]),
        ([1, 2], [0, 1, 2], [("added", "/a/0", "/a/0")]),
        ({"x": [1]}, {"x": "no"}, [("lost", "/a/x/0", None), ("changed", "/a/x", "/a/x")]),
    ],
)
def test_changes_are_listed_by_pointer(before, after, changes):
    """Objects in arrays are matched by an identifying member such as `name`, or else by index. Losses come first."""
    diff = Diff.between({"a": before}, {"a": after})
    assert [(change.kind, change.pointer, change.after_pointer) for change in diff.changes] == changes


def test_a_change_names_the_element_that_contains_it():
    """If array elements with an identity are nested, a change has the identity of the innermost element."""
    before = {
        "a": [{"name": "car", "choices": [{"value": 1, "x": 1}, {"value": 2}]}],
        "b": [{"y": 1}],
        "c": {"name": "no"},
    }
    after = {"a": [{"name": "car", "choices": [{"value": 1, "x": 2}], "new": 1}], "b": [{"y": 2}], "c": {"name": "yes"}}
    assert [(change.pointer, change.identity) for change in Diff.between(before, after).changes] == [
        ("/a/0/choices/1", ("value", 2)),
        ("/a/0/choices/0/x", ("value", 1)),
        ("/b/0/y", None),
        ("/c/name", None),
        ("/a/0/new", ("name", "car")),
    ]


def test_a_lost_element_names_itself():
    """If a number replaces an array, each lost element is identified by its own member, such as `name`.

    If a lost element has no such member, its identity is `None`.
    """
    before = {"a": [{"name": "car"}, {"y": 1}, 3], "b": {"name": {"x": 1}}}
    assert [(change.pointer, change.identity) for change in Diff.between(before, {"a": 5, "b": 6}).changes] == [
        ("/a/0", ("name", "car")),
        ("/a/1", None),
        ("/a/2", None),
        ("/b/name", None),
        ("/a", None),
        ("/b", None),
    ]


@pytest.mark.parametrize(
    ("before", "after", "unchanged"),
    [
        ({"a": 1, "b": [1, 2, {}]}, {"a": 2, "b": [1, 2, {}]}, 2),
        ({"a": {"x": 1, "y": [1, 2]}, "b": 1}, {"a": {"x": 1}}, 1),
        ({"a": {"x": [1, 2]}, "b": 1}, {"a": 7, "b": 1}, 1),
        ({"a": [1, 2, 3]}, {"a": [3, 2, 1]}, 3),
        ({}, {"a": 1}, 0),
    ],
)
def test_unchanged_values_are_counted(before, after, unchanged):
    """Each scalar that is not removed, lost or changed is counted once, at any depth."""
    assert count_unchanged(before, Diff.between(before, after).changes) == unchanged


def test_a_change_has_a_short_repr():
    """The `repr` has the kind and the pointer, and no value."""
    assert repr(Diff.between({"a": 1}, {"a": 2}).changes[0]) == "<Change: changed at /a>"
    change = Diff.between({"a\n" + 99 * "b": 1}, {}).changes[0]
    assert repr(change) == f"<Change: removed at /a\\n{60 * 'b'}... (103 characters)>"


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ({}, {}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, False),
        ({"a": 1}, {"a": True}, True),
        ({"a": None}, {}, True),
        ({}, {"a": None}, True),
    ],
)
def test_a_diff_is_true_if_something_differs(before, after, differs):
    """A diff is true if the params differ. The order of names does not matter.

    Null differs from a missing param, and `True` differs from 1.
    """
    assert bool(Diff.between(before, after)) is differs


def test_a_diff_is_applied():
    """`applied_to` removes, adds and changes the params of the diff, and keeps all others."""
    diff = Diff.between({"a": 1, "b": 1}, {"b": 2, "c": 3})
    assert diff.applied_to({"a": 1, "b": 1}) == {"b": 2, "c": 3}
    assert diff.applied_to({"a": 9, "x": 9}) == {"x": 9, "b": 2, "c": 3}


@pytest.mark.parametrize("theirs", [{"a": 9}, {"b": 9}, {"c": 9}, {"a": 9, "b": None, "c": False, "x": 9}, {}])
def test_a_diff_overrides_concurrent_changes(theirs):
    """`applied_to` sets and removes the params of the diff even if somebody else changed them."""
    diff = Diff.between({"a": 1, "b": 1}, {"b": 2, "c": 3})
    assert diff.applied_to(theirs) == {**{name: value for name, value in theirs.items() if name == "x"}, "b": 2, "c": 3}


@pytest.mark.parametrize(
    ("bad", "error"), [([], InvalidParams), ({"instruction": 1}, InvalidParams), ({"a": {1}}, NotJSON)]
)
def test_only_params_are_compared(bad, error):
    """Both sides of a diff must be valid params. Any other value is an error."""
    for sides in ((bad, {}), ({}, bad)):
        with pytest.raises(error):
            Diff.between(*sides)


def test_names_are_shown_on_one_line():
    """Unprintable characters in names are escaped, and columns are aligned."""
    assert str(Diff.between({}, {"a\nb": 1, "c": 2})) == "  added    a\\nb  1\n  added    c     2"


def test_long_values_show_only_their_changes():
    """For a long object, the changes inside it are shown. For a long text, the first difference is shown."""
    box = {"names": [f"Object number {number}" for number in range(12)], "min_width": 10, "edges": [{"to": "a"}]}
    edited = {**box, "names": [*box["names"][:3], *box["names"][4:], "Crane"], "min_width": 12, "edges": [{"to": "b"}]}
    before = {"geometries": {"box": box}, "instruction": "Box it. " * 40}
    after = {"geometries": {"box": edited, "line": {}}, "instruction": "Box it. " * 40 + "Twice."}
    assert str(Diff.between(before, after)) == (
        "  changed  geometries   inside:\n"
        '  added    /geometries/box/names/11  "Crane"\n'
        "  changed  /geometries/box/min_width  10 -> 12\n"
        '  changed  /geometries/box/edges/0/to  "a" -> "b"\n'
        "  added    /geometries/line  {}\n"
        '  changed  instruction  ..." Box it. Box it. Box it. Box it. " -> ..." Box it. Box it. Box it. Box it. Twice."\n'
        '  lost     /geometries/box/names/3  "Object number 3"'
    )
    long = "x" * 300
    assert str(Diff.between({"a": long}, {"a": 7})) == f'  changed  a  "{long[:99]}... (302 characters) -> 7'
    assert str(Diff.between({"a": "a" + long}, {"a": "b" + long})) == (
        f'  changed  a  "a{long[:98]}... (303 characters) -> "b{long[:98]}... (303 characters)'
    )


def test_a_changed_order_is_shown():
    """If only the order of elements changes in a long array, one line reports the new order."""
    names = [f"Object number {number}" for number in range(12)]
    assert str(Diff.between({"a": {"names": names}}, {"a": {"names": [*names[1:], names[0]]}})) == (
        "  changed  a  inside:\n  moved    /a/names  its elements have another order"
    )


def test_a_diff_has_a_short_repr():
    """The `repr` has counts and no values."""
    assert repr(Diff.between(BEFORE, AFTER)) == "<Diff: 1 removed, 1 changed, 1 added, 2 kept>"


def test_a_change_in_an_array_names_its_element():
    """The row of a change inside a long value names the array element, unless the row shows the name already."""
    car, van = ({"name": name, "color": "red", "notes": "a long note " * 9} for name in ("car", "van"))
    diff = Diff.between({"labels": [car, van]}, {"labels": [{**car, "color": "blue"}]})
    _, changed, lost = str(diff).splitlines()
    assert changed == '  changed  /labels/0/color  "red" -> "blue"  (name "car")'
    assert lost.startswith('  lost     /labels/1  {"name": "van", ')
    assert '(name "van")' not in lost
