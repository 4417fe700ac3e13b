"""Samples, Hypothesis strategies, a pytest fixture and a check of transports, for tests.

Everything except the samples is imported on first use.  The strategies need only
hypothesis, and the fixture needs only pytest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from paramcore.testing.samples import (
    HUGE_INTEGERS,
    LOOKALIKES,
    NAMES,
    ODD_NAMES,
    RESERVED_PROJECT_NAMES,
    RESERVED_TASK_NAMES,
)

if TYPE_CHECKING:
    from paramcore.testing.pytest_plugin import paramcore_service
    from paramcore.testing.strategies import (
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
    "HUGE_INTEGERS",
    "LOOKALIKES",
    "NAMES",
    "ODD_NAMES",
    "RESERVED_PROJECT_NAMES",
    "RESERVED_TASK_NAMES",
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


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = {"check_transport": "transport_contract", "paramcore_service": "pytest_plugin"}.get(name, "strategies")
    try:
        return getattr(import_module(f"{__name__}.{module}"), name)
    except ModuleNotFoundError as error:
        problem = f"the package `{error.name}`, which `{name}` needs, is not installed"
        raise ModuleNotFoundError(f"{problem}; run `pip install {error.name}`", name=error.name) from None
