"""Updates of a project's params.

The API has one call with the flag `patch`; the model has two classes.  A `Patch` keeps the
params that it does not name; a `Replace` drops them.  This module contains the
rules for the params after an update.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from attrs import field, frozen

from paramcore.errors import InvalidParams, InvalidSetting
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.text import describe_value, format_count
from paramcore.values import JSONObject, freeze_object, freeze_params, join_pointer, wrap_frozen

#: Names that the API mixes with the params in a history entry or in the body of an update.
BOOKKEEPING_NAMES = frozenset({"version", "created_at", "patch"})


def _freeze_project_params(params: Mapping[str, Any]) -> JSONObject:
    frozen = freeze_params(params)
    for name in frozen:
        # U9: in the flat form, the API would read the param as a bookkeeping field or as the flag `patch`.
        if name in BOOKKEEPING_NAMES:
            problem, remedy = f"the API reserves the name `{name}`", "choose another name for the param"
            if name == "patch":
                remedy = "read the body of a setParams request with `read_update`, or choose `Patch` or `Replace`"
        # Routing names (U10) belong to a task request; they are not params of a project.
        elif name in ROUTING_NAMES:
            problem, remedy = f"`{name}` is a routing name, which a project cannot set", "set it in each task request"
        else:
            continue
        raise InvalidParams("param_name", join_pointer(name), problem, remedy)
    return frozen


@frozen(repr=False)
class Patch:
    """An update that sets params and keeps all others.

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for
            names that the API reserves (U9, U10).
        NotJSON: for values that are not JSON.

    Example:
        >>> Patch({"padding": 3}).applied_to({"with_labels": True})
        {'with_labels': True, 'padding': 3}
    """

    #: The frozen params that the update sets.
    params: Mapping[str, Any] = field(converter=_freeze_project_params)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return the params of a project after this update; `params` are its params before the update.

        Raises:
            InvalidParams: `params_type` or `instruction_type` for invalid `params`.
            NotJSON: for values that are not JSON; `too_large`, if the result exceeds the limits.
        """
        # U3: a patch sets params by name at the top level only; objects and arrays are replaced as a whole.
        # U4: a patch replaces `instruction` like any other param; only tasks append instructions.
        # U6: null is a value, so a patch cannot remove a param; only a replace can.
        # U7: with an empty history, the result is the params of the patch.
        return freeze_object({**freeze_params(params), **self.params})

    def then(self, second: Update) -> Update:
        """Return one update with the effect of this update followed by `second`.

        Raises:
            InvalidSetting: `update_type` if `second` is neither a `Patch` nor a `Replace`.
            NotJSON: `too_large`, if the result exceeds the limits.
        """
        check_update(second)
        return second if isinstance(second, Replace) else Patch(second.applied_to(self.params))

    @property
    def body(self) -> Mapping[str, Any]:
        """The flat body of the setParams request (U1)."""
        return wrap_frozen({"patch": True, **self.params})

    def __repr__(self) -> str:
        return f"<Patch of {format_count(len(self.params), 'param')}>"


@frozen(repr=False)
class Replace:
    """An update that sets params and drops all others.

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for
            names that the API reserves (U9, U10).
        NotJSON: for values that are not JSON.

    Example:
        >>> Replace({"padding": 3}).applied_to({"with_labels": True})
        {'padding': 3}
    """

    #: The frozen params that the update sets.
    params: Mapping[str, Any] = field(converter=_freeze_project_params)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return the params of a project after this update; `params` are its params before the update."""
        # U2: a replace keeps no param; the new version has exactly the params of the request.
        del params
        return freeze_object(self.params)

    def then(self, second: Update) -> Update:
        """Return one update with the effect of this update followed by `second`.

        Raises:
            InvalidSetting: `update_type` if `second` is neither a `Patch` nor a `Replace`.
            NotJSON: `too_large`, if the result exceeds the limits.
        """
        check_update(second)
        return second if isinstance(second, Replace) else Replace(second.applied_to(self.params))

    @property
    def body(self) -> Mapping[str, Any]:
        """The flat body of the setParams request (U1)."""
        # U1: the params and the flag are on one level; the flag is always written, although false is its default.
        return wrap_frozen({"patch": False, **self.params})

    def __repr__(self) -> str:
        return f"<Replace by {format_count(len(self.params), 'param')}>"


Update: TypeAlias = Patch | Replace


def check_update(update: object) -> None:
    """Check that an argument is an update.

    Raises:
        InvalidSetting: `update_type` if `update` is neither a `Patch` nor a `Replace`.
    """
    if not isinstance(update, (Patch, Replace)):
        problem = f"an update must be a `Patch` or a `Replace`, got {describe_value(update)}"
        remedy = "pass `Patch(params)` to keep the other params, or `Replace(params)` to drop them"
        raise InvalidSetting("update_type", None, problem, remedy)
