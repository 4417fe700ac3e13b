"""Copy a JSON value to plain dicts and lists, which can be changed."""

from __future__ import annotations

from typing import Any

from paramcore.values.frozen import freeze, thaw_frozen


def thaw(value: Any) -> Any:
    """Return an editable copy that consists of plain dicts and lists.

    Raises:
        NotJSON: for a value that is not JSON.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"geometries": {"box": {"min_width": 10}}})
        >>> params = thaw(project.params)
        >>> params["geometries"]["box"]["min_width"] = 12
        >>> params
        {'geometries': {'box': {'min_width': 12}}}
    """
    return thaw_frozen(freeze(value))
