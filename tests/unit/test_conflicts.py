"""Params that another writer changed, if an update overwrites the change."""

import pytest

from paramcore.analysis import find_overwritten_params


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "overwritten"),
    [
        ({"a": 1}, {"a": 1}, {"a": 2}, ()),
        ({"a": 1}, {"a": 2}, {"a": 2}, ()),
        ({"a": 1}, {"a": 2}, {"a": 2.0}, ()),
        ({"a": 1}, {"a": 2}, {"a": 3}, ("a",)),
        ({"a": 1}, {"a": 2}, {"a": 1}, ("a",)),
        ({"a": 1}, {"a": 2}, {}, ("a",)),
        ({}, {"a": 1}, {}, ("a",)),
        ({"a": 1}, {}, {"a": 1}, ("a",)),
        ({"a": 1, "b": 1, "c": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 2, "c": 4}, ("c", "a")),
    ],
)
def test_overwritten_params(base, theirs, ours, overwritten):
    """A param is overwritten if the other writer changed it, and the update does not keep this change."""
    assert find_overwritten_params(base, theirs, ours) == overwritten
