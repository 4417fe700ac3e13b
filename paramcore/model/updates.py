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
            problem, remedy = f"the API reserves the name `{name}`", "choose another name for the param"
        # Routing names (U10) say where a task goes; they are no params of a project.
        elif name in ROUTING_NAMES:
            problem, remedy = f"a project cannot hold the routing name `{name}`", "set it in each task request"
        else:
            continue
        raise InvalidParams("param_name", join_pointer(name), problem, remedy)
    return frozen


@frozen(repr=False)
class Patch:
    """Params to lay over a project's latest ones, name by name: `Patch({"padding": 3})`.

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for
            names that the API keeps to itself (U9, U10).
        NotJSON: for values that are no JSON.
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
    """The params that a project holds from now on; every other param is dropped: `Replace({"padding": 3})`.

    Raises:
        InvalidParams: as `Patch` does.
        NotJSON: as `Patch` does.
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
