"""Time candidates side by side, as ratios to the first of them."""

import gc
import os
import random
import statistics
import time
from collections.abc import Callable

from attrs import asdict, frozen

ROUNDS = 31
#: A round lasts about this long, in nanoseconds, whatever the candidate.
ROUND_NS = 2_000_000
#: For whole processes: modules are compiled once, by the first run, as those of an installation are.
ENVIRONMENT = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


def _once(run: Callable[[], object], times: int) -> float:
    repeat = range(times)
    start = time.perf_counter_ns()
    for _ in repeat:
        run()
    return (time.perf_counter_ns() - start) / times


def ratios(
    candidates: dict[str, Callable[[], object]], *, rounds: int = ROUNDS, empty: str | None = None
) -> dict[str, float]:
    """
    Return the median ratio of each candidate to the first, round by round, in random order within a round.

    `empty` is the one that does nothing, whose time is taken from that of each other.
    """
    times = {name: max(1, int(ROUND_NS / _once(run, 1))) for name, run in candidates.items()}
    floor = next(iter(candidates))
    seen: dict[str, list[float]] = {name: [] for name in candidates}
    chance = random.Random(0)
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            order = chance.sample(list(candidates), len(candidates))
            took = {name: _once(candidates[name], times[name]) for name in order}
            idle = took[empty] if empty else 0
            for name in candidates:
                seen[name].append((took[name] - idle) / (took[floor] - idle))
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in seen.items()}


@frozen
class Row:
    """A figure per size, in a unit, with the target beside it; a figure is to stay below, unless more is better."""

    name: str
    unit: str
    sizes: tuple[str, ...]
    values: tuple[float, ...]
    targets: tuple[float, ...] | None = None
    more_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether each figure is on the right side of its target; `None` without one."""
        if self.targets is None:
            return None
        pairs = zip(self.values, self.targets, strict=True)
        return all(value >= target if self.more_is_better else value <= target for value, target in pairs)

    def to_json(self) -> dict[str, object]:
        """Return the row as plain JSON."""
        return {**asdict(self), "met": self.met}

    def __str__(self) -> str:
        values = " / ".join(map(_figure, self.values))
        targets = "" if self.targets is None else " / ".join(map(_figure, self.targets))
        verdict = {True: "met", False: "missed", None: ""}[self.met]
        return f"{self.name:<60} {self.unit:<32} {values:<24} {targets:<24} {verdict}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
