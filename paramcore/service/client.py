"""A client for the project endpoints, over any transport."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from paramcore.analysis.plan import Plan
from paramcore.model.assumptions import Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.model.project import Project
from paramcore.model.tasks import TaskRequest
from paramcore.service import requests
from paramcore.service.apply import Outcome, applying, looking_again
from paramcore.service.replies import project_in, projects_in, task_in
from paramcore.service.requests import Transport
from paramcore.service.retry import Clock, drive, fetching, posting

__all__ = ["Client"]


@frozen
class Client:
    """
    The calls of a project's life: read, create, update, and create a task.

    `deadline` is the seconds that any one call may take, waiting included.
    `now` and `sleep` are the clock, which must never go back, and the waiting.

    Every call raises `NotDone` where nothing was changed, for certain, and
    `OutcomeUnknown` where that cannot be said; only `apply` and `reconcile`
    return it as an `Outcome`.
    """

    transport: Transport
    deadline: float = field(default=30.0, kw_only=True)
    assumptions: Assumptions = field(default=Assumptions(), kw_only=True)
    now: Callable[[], float] = field(default=time.monotonic, kw_only=True, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, kw_only=True, repr=False)
    chance: Callable[[], float] = field(default=random.random, kw_only=True, repr=False)

    def get_project(self, name: str) -> Project:
        """
        Read one project, trying again while that is safe.

        Raises:
            InvalidSetting: `project_name`.

        """
        response = drive(fetching(requests.get_project(name), self._clock()), self.transport, self.sleep)
        return project_in(response, name, self.assumptions)

    def list_projects(self, *, archived: bool | None = None) -> tuple[Project, ...]:
        """Read all projects: only the archived ones, only the others, or both."""
        response = drive(fetching(requests.list_projects(archived=archived), self._clock()), self.transport, self.sleep)
        return projects_in(response, self.assumptions)

    def create_project(self, name: str, *, type: str, **fields: Any) -> Project:
        """
        Create a project; the fields are those of `service.requests.create_project`.

        Where the outcome is unknown it is never tried again: look with `get_project`.

        Raises:
            InvalidSetting, InvalidParams, NotJSON: as `create_project` there.

        """
        request = requests.create_project(name, type=type, **fields)
        return project_in(drive(posting(request, self._clock()), self.transport, self.sleep), name, self.assumptions)

    def create_task(self, effective: EffectiveParams, *, send: TaskRequest | None = None) -> Mapping[str, Any]:
        """
        Create the task that was previewed, and return it as the service tells it: it may be billed.

        Sent is the request as it was previewed; `send=effective.as_request()`
        sends one that means the same whatever became of the project since.

        Raises:
            InvalidSetting: `task_type`.

        """
        request = requests.create_task(effective.task if send is None else send, type=effective.type)
        return task_in(drive(posting(request, self._clock()), self.transport, self.sleep))

    def apply(self, plan: Plan) -> Outcome:
        """
        Apply a planned update: read, post once, judge the reply.

        Raises:
            InvalidSetting: for a plan of nothing.
            NotDone, OutcomeUnknown: where the project cannot be read first.

        """
        return drive(applying(plan, self._clock()), self.transport, self.sleep)

    def reconcile(self, outcome: Outcome) -> Outcome:
        """
        Look again what became of an update whose outcome was unknown.

        Raises:
            NotDone, OutcomeUnknown: where the project cannot be read.

        """
        return drive(looking_again(outcome, self._clock()), self.transport, self.sleep)

    def _clock(self) -> Clock:
        return Clock(self.deadline, self.now, self.chance)
