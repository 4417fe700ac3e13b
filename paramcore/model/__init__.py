"""The model: projects, versions, updates, task requests and inheritance."""

from paramcore.model.assumptions import ASSUMED_RULES, AssumedRule, Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.model.explanation import Explanation
from paramcore.model.inheritance import BlockCode, Inheritance, Merge, OwnParams, find_inherited_version
from paramcore.model.names import check_project_name, check_task_type
from paramcore.model.project import Project
from paramcore.model.tasks import (
    INHERIT_NOTHING,
    ROUTING_NAMES,
    ROUTING_TYPES,
    TASK_FIELD_NAMES,
    TaskRequest,
    as_task_request,
    is_opt_out,
    read_task_request,
)
from paramcore.model.updates import Patch, Replace, Update, check_update
from paramcore.model.versions import ParamChanges, ParamVersion

__all__ = [
    "ASSUMED_RULES",
    "INHERIT_NOTHING",
    "ROUTING_NAMES",
    "ROUTING_TYPES",
    "TASK_FIELD_NAMES",
    "AssumedRule",
    "Assumptions",
    "BlockCode",
    "EffectiveParams",
    "Explanation",
    "Inheritance",
    "Merge",
    "OwnParams",
    "ParamChanges",
    "ParamVersion",
    "Patch",
    "Project",
    "Replace",
    "TaskRequest",
    "Update",
    "as_task_request",
    "check_project_name",
    "check_task_type",
    "check_update",
    "find_inherited_version",
    "is_opt_out",
    "read_task_request",
]
