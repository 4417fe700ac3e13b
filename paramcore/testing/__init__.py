"""
For tests of your own code: hypothesis strategies, a pytest fixture, a check for transports.

A name is imported when it is first used: the strategies need hypothesis, the
fixture needs pytest, and neither needs the other.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paramcore.testing.pytest_plugin import paramcore_service
    from paramcore.testing.strategies import (
        HUGE,
        LOOKALIKES,
        NAMES,
        NOT_OF_A_PROJECT,
        NOT_OF_A_TASK,
        ODD_NAMES,
        assumptions,
        flat_requests,
        histories,
        instructions,
        json_values,
        param_names,
        params,
        project_names,
        projects,
        task_param_names,
        task_params,
        task_requests,
        task_types,
        texts,
        updates,
    )
    from paramcore.testing.transport_contract import check_transport

__all__ = [
    "HUGE",
    "LOOKALIKES",
    "NAMES",
    "NOT_OF_A_PROJECT",
    "NOT_OF_A_TASK",
    "ODD_NAMES",
    "assumptions",
    "check_transport",
    "flat_requests",
    "histories",
    "instructions",
    "json_values",
    "param_names",
    "paramcore_service",
    "params",
    "project_names",
    "projects",
    "task_param_names",
    "task_params",
    "task_requests",
    "task_types",
    "texts",
    "updates",
]

_MODULES = {"check_transport": "transport_contract", "paramcore_service": "pytest_plugin"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"paramcore.testing.{_MODULES.get(name, 'strategies')}"), name)
