"""Updates of a project's params.

The API has one call with a flag; here are two classes.  A `Patch` lays its params
over the latest ones; a `Replace` drops everything that it does not name.
Everything that decides what an update makes of a project's params is in this
module.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import field, frozen

from paramcore.errors import InvalidParams
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.text import format_count
from paramcore.values import JSONObject, freeze_object, freeze_params, join_pointer, wrap_frozen

#: Names that are beside the params in the API's flat forms: a history entry, or the body of an update.
BOOKKEEPING_NAMES = frozenset({"version", "created_at", "patch"})


def _freeze_project_params(params: Mapping[str, Any]) -> JSONObject:
    frozen = freeze_params(params)
    for name in frozen:
        # U9: the flat form would overwrite bookkeeping names, and `patch` would change the mode.
        if name in BOOKKEEPING_NAMES:
            wanted = "another: the API keeps its own bookkeeping under it"
        # Routing names (U10) say where a task goes; they are no params of a project.
        elif name in ROUTING_NAMES:
            wanted = "it in each task request: a project cannot hold it"
        else:
            continue
        raise InvalidParams("param_name", join_pointer(name), f"the param name `{name}`", wanted)
    return frozen


@frozen(repr=False)
class Patch:
    """Params to lay over a project's latest ones, name by name.

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for
            names that the API keeps to itself (U9, U10).
        NotJSON: for values that are no JSON.

    Example:
        >>> Patch({"padding": 3}).applied_to({"with_labels": True})
        {'with_labels': True, 'padding': 3}
    """

    #: The params, frozen.
    params: Mapping[str, Any] = field(converter=_freeze_project_params)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return what a project that holds `params` holds after this update.

        Raises:
            NotJSON: `too_large`, where both together exceed the limits.
        """
        # U3: a patch overlays, name by name at the top level only; objects and arrays are taken whole.
        # U4: `instruction` is a name like any other here: appending happens between a task and its project only.
        # U6: null is a value, so a patch cannot unset a name; only a replace that leaves it out can.
        # U7: over an empty history it makes just its own params.
        return freeze_object({**params, **self.params})

    def then(self, second: Update) -> Update:
        """Return the one update that does what this one and then `second` do."""
        return second if isinstance(second, Replace) else Patch(second.applied_to(self.params))

    @property
    def body(self) -> Mapping[str, Any]:
        """The body of the setParams request, flat (U1)."""
        return wrap_frozen({"patch": True, **self.params})

    def __repr__(self) -> str:
        return f"<Patch of {format_count(len(self.params), 'param')}>"


@frozen(repr=False)
class Replace:
    """The params that a project holds from now on; every other param is dropped.

    Raises:
        InvalidParams: as `Patch` does.
        NotJSON: as `Patch` does.

    Example:
        >>> Replace({"padding": 3}).applied_to({"with_labels": True})
        {'padding': 3}
    """

    #: The params, frozen.
    params: Mapping[str, Any] = field(converter=_freeze_project_params)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return what a project that holds `params` holds after this update."""
        # U2: a replace keeps nothing: the new version holds exactly the params of the request.
        del params
        return freeze_object(self.params)

    def then(self, second: Update) -> Update:
        """Return the one update that does what this one and then `second` do."""
        return second if isinstance(second, Replace) else Replace(second.applied_to(self.params))

    @property
    def body(self) -> Mapping[str, Any]:
        """The body of the setParams request, flat (U1)."""
        # U1: flat, the params beside the flag; the flag is always written, since leaving it out means replace.
        return wrap_frozen({"patch": False, **self.params})

    def __repr__(self) -> str:
        return f"<Replace by {format_count(len(self.params), 'param')}>"


Update: TypeAlias = Patch | Replace
