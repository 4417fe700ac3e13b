"""Time candidates side by side, as ratios to the first of them."""

import gc
import os
import random
import statistics
import time
from collections.abc import Callable

from attrs import asdict, frozen

#: Rounds of a measurement; `ROUNDS=1` in the environment only checks that a benchmark runs.
ROUNDS = int(os.environ.get("ROUNDS", "31"))
#: A round lasts about this long, in nanoseconds, whatever the candidate.
ROUND_NS = 2_000_000
#: Processes may write bytecode, so that only the first run compiles modules.
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
    """Return the median ratio of each candidate to the first, over rounds in random order.

    `empty` names the candidate that does nothing; its time is subtracted from each other one's.
    """
    times = {name: max(1, int(ROUND_NS / _once(run, 1))) for name, run in candidates.items()}
    floor = next(iter(candidates))
    seen: dict[str, list[float]] = {name: [] for name in candidates}
    chance = random.Random(0)
    gc.collect()
    gc.disable()
    try:
        for _ in range(min(rounds, ROUNDS)):
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
    """A figure per size, in a unit, with its target: an upper limit, or a lower one where `more_is_better`."""

    name: str
    unit: str
    sizes: tuple[str, ...]
    values: tuple[float, ...]
    targets: tuple[float, ...] | None = None
    more_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Whether each figure meets its target; `None` without a target."""
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
