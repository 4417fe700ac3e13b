"""Two writers and a network with random faults: the outcome of each update agrees with the history."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from paramcore import Patch, Plan, Project, Replace
from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.client import Client
from paramcore.service.memory import MemoryService
from paramcore.service.requests import Response, update_project

NAME = "boxes"
LOST = OutcomeUnknown("no_reply", None, "nothing", "a reply")


class Breaking:
    """A transport with faults, which the test sets.

    `fault` is the fault of the next POST. `between` is an update that the service applies before this POST. `late` has
    the requests that are delivered later.
    """

    def __init__(self, service):
        self.service = service
        self.fault = "none"
        self.late = []
        self.between = None

    def send(self, request):
        if request.method == "GET":
            return self.service.send(request)
        fault, self.fault = self.fault, "none"
        if fault == "not sent":
            raise NotDone("not_sent", None, "nothing", "a connection")
        if fault == "busy":
            return Response(429, b"", {"retry-after": "1"})
        if fault in ("refused", "404"):
            return Response(400 if fault == "refused" else 404, b"no")
        if fault == "late":
            self.late.append(request)
            raise LOST
        if fault == "lost before":
            raise LOST
        if fault == "500 before":
            return Response(500)
        if self.between is not None:
            update, self.between = self.between, None
            self.service.send(update_project(NAME, update))
        reply = self.service.send(request)
        if fault == "lost after":
            raise LOST
        if fault == "500 after":
            return Response(500, b"<html>")
        if fault == "twice":
            reply = self.service.send(request)
        return reply


class Writers(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.service = MemoryService([Project(NAME, type="comparison", params={"a": 0})])
        self.lines = [Breaking(self.service) for _ in range(2)]
        self.clients = [Client(line, sleep=lambda _: None, jitter=lambda: 0.0) for line in self.lines]
        self.outcomes = {}
        self.foreign = 0

    @rule(
        who=st.integers(0, 1),
        fault=st.sampled_from(
            ["none", "none", "not sent", "busy", "refused", "404", "late", "lost before", "500 before"]
            + ["lost after", "500 after", "twice"]
        ),
        replace=st.booleans(),
        rival=st.booleans(),
    )
    def update(self, who, fault, replace, rival):
        """One writer plans and applies an update. An update from outside may come between the two steps."""
        mark = len(self.outcomes)
        client, line = self.clients[who], self.lines[who]
        project = client.get_project(NAME)
        made = Replace({**project.params, "mark": mark}) if replace else Patch({"mark": mark})
        line.fault = fault
        if rival and fault in ("none", "lost after", "500 after"):
            line.between = Patch({"rival": mark})
            self.foreign += 1
        outcome = client.apply(Plan.of(project, made))
        self.outcomes[mark] = outcome
        expected = {"none": "done", "not sent": "done", "busy": "done", "refused": "not done", "404": "not done"}
        assert outcome.state == ("repeated" if fault == "twice" else expected.get(fault, "unknown")), str(outcome)

    @rule(who=st.integers(0, 1))
    def deliver(self, who):
        """Deliver the delayed requests of one writer."""
        for request in self.lines[who].late:
            self.service.send(request)
        self.lines[who].late.clear()

    @rule(who=st.integers(0, 1))
    def look_again(self, who):
        """One writer reconciles all unknown outcomes."""
        for mark, outcome in self.outcomes.items():
            if outcome.state == "unknown":
                again = self.clients[who].reconcile(outcome)
                assert again.state == {0: "unknown", 1: "done"}[self.commits(mark)]
                self.outcomes[mark] = again

    def commits(self, mark):
        """Return the number of versions that an update appended."""
        versions = self.service.projects[NAME].versions
        outcome = self.outcomes[mark]
        made = 0
        for number in range(outcome.base, len(versions)):
            # A patch from outside keeps the mark of the previous version. So a version with the mark of the previous
            # version counts only if `outcome.versions` contains it.
            before = versions[number - 1].params.get("mark")
            made += versions[number].params.get("mark") == mark and (before != mark or number in outcome.versions)
        return made

    @invariant()
    def outcomes_are_true(self):
        """The outcome of an update agrees with the number of versions that the update appended.

        The number is 1 for `done`, 0 for `not done`, 0 or 1 for `unknown`, and 2 for `repeated`.
        """
        for mark, outcome in self.outcomes.items():
            commits = self.commits(mark)
            allowed = {"done": {1}, "not done": {0}, "unknown": {0, 1}, "repeated": {2}}
            assert commits in allowed[outcome.state], (mark, str(outcome))
            if outcome.state == "done":
                assert self.service.projects[NAME].version(outcome.version).params["mark"] == mark

    @invariant()
    def every_version_has_an_author(self):
        """Each version after the first comes from an update of a writer or from outside."""
        made = len(self.service.projects[NAME].versions) - 1 - self.foreign
        assert made == sum(self.commits(mark) for mark in self.outcomes)


TestWriters = Writers.TestCase
