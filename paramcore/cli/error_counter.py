"""Compare the errors before an update, after the update, and after the patch that keeps the dropped params."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from paramcore.cli.located_finding import LocatedFinding
from paramcore.cli.task_validator import ProjectKey, ReportedFinding
from paramcore.report.error_changes import MAX_LOCATIONS, ErrorChanges, Presence

#: The indexes of the states: after the update, before the update, and after the patch that keeps the
#: dropped params.
AFTER, BEFORE, PATCHED = range(3)


class ErrorCounter:
    """Counts the errors on a project and its tasks in up to three states.

    Many tasks share the errors on the project, so the counter keeps the keys of these errors.
    It compares the errors on a task immediately, and keeps only the counts and a few locations.
    """

    def __init__(self) -> None:
        self._counts: Counter[Presence] = Counter()
        #: The keys of the errors on the project, by state.
        self._keys: tuple[set[Hashable], ...] = (set(), set(), set())
        #: For each state, the number of these keys for each result of `_omit_version`.
        self._similar: tuple[Counter[Hashable], ...] = (Counter(), Counter(), Counter())
        self._locations: list[str] = []

    def add(self, findings: Sequence[Iterable[ReportedFinding]]) -> list[tuple[ReportedFinding, Presence | None]]:
        """Count the errors among the findings on one task, or on the project.

        `findings` contains the findings of each state.  Return each finding that exists after
        the update, with the states that have the same error.

        For a finding on the project, return `None` instead of the states.  A later task may
        show that another state has the error, too.
        """
        own: tuple[set[Hashable], ...] = (set(), set(), set())
        for state, reported in enumerate(findings):
            for finding in reported:
                if finding.severity == "error":
                    self._count(finding, state, own)
        for key in set().union(*own):
            self._counts[_find_states(key, own)] += 1
        return [
            (finding, None if finding.key is not None else _find_states(_identify(finding.content), own))
            for finding in findings[AFTER]
        ]

    def _count(self, finding: ReportedFinding, state: int, own: Sequence[set[Hashable]]) -> None:
        if finding.key is None:
            own[state].add(_identify(finding.content))
        elif finding.key not in self._keys[state]:
            self._keys[state].add(finding.key)
            self._similar[state][_omit_version(finding.key)] += 1
        if state == BEFORE and len(self._locations) < MAX_LOCATIONS:
            self._locations += [finding.content.location] if finding.content.location else []

    def find_states(self, finding: ReportedFinding) -> Presence:
        """Return the states in which the project has this error; call this method after `add` for all tasks.

        If the update replaces a value by another value with the same error, the error is not new.  But if a pinned
        task still inherits the older value, the number of errors grows, so the error is new.
        """
        exact, similar = _find_states(finding.key, self._keys), _omit_version(finding.key)
        counts = [of_state[similar] for of_state in self._similar]
        return Presence(*(is_exact or count >= counts[AFTER] for is_exact, count in zip(exact, counts, strict=True)))

    def finish(self) -> ErrorChanges:
        """Return the number of errors in each combination of states, such as only after the update.

        The result also contains the locations of the first errors before the update.
        """
        shared: Counter[Presence] = Counter()
        for similar in set().union(*self._similar):
            counts = [of_state[similar] for of_state in self._similar]
            shared.update(Presence(*(index < count for count in counts)) for index in range(max(counts)))
        return ErrorChanges(self._counts + shared, tuple(self._locations))


def _find_states(key: Hashable, keys: Sequence[set[Hashable]]) -> Presence:
    return Presence(*(key in of_state for of_state in keys))


def _omit_version(key: ProjectKey | None) -> Hashable:
    """Return the key of an error on the project, but without the version that set the value."""
    return None if key is None else key._replace(first_set_in=-1)


def _identify(located: LocatedFinding) -> Hashable:
    """Return a key for an error on a task; the same error has the same key in all states."""
    finding = located.finding
    # The message about a rejected request names the versions, which differ between the states, so omit the message.
    problem = "" if finding.code == "request_refused" else finding.problem
    return finding.code, finding.pointer, problem
