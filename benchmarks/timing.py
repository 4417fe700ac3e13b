"""Compare the CPU times of functions in one process, as ratios to the time of the first function."""

import gc
import os
import random
import statistics
import time
from collections.abc import Callable

from attrs import frozen

#: The maximum number of rounds of a measurement. With `ROUNDS=1` in the environment, the benchmarks run quickly, but
#: their results are not reliable.
ROUNDS = int(os.environ.get("ROUNDS", "31"))
#: Each round repeats each function for about this number of nanoseconds. A function that takes longer runs once.
ROUND_NS = 2_000_000


def time_calls(run: Callable[[], object], times: int) -> float:
    """Return the mean CPU time of a call in nanoseconds; wall time would depend on other processes."""
    repeat = range(times)
    start = time.process_time_ns()
    for _ in repeat:
        run()
    return (time.process_time_ns() - start) / times


def ratios(*runs: Callable[[], object], rounds: int = ROUNDS, empty: Callable[[], object] | None = None) -> list[float]:
    """For each function after the first, return the median ratio of its time to the time of the first function.

    Each round runs the functions in random order.  `empty` is a function with the same loop as
    the other functions, but without their work.  If it is given, its time is subtracted from
    each time.
    """
    runs = (empty or (lambda: None), *runs)
    # The first call fills caches, so compute the number of calls in a round from the shortest of three calls.
    times = [max(1, int(ROUND_NS / min(time_calls(run, 1) for _ in range(3)))) for run in runs]
    chance, found = random.Random(0), []
    gc.collect()
    gc.disable()
    try:
        for _ in range(min(rounds, ROUNDS)):
            took = {
                number: time_calls(runs[number], times[number]) for number in chance.sample(range(len(runs)), len(runs))
            }
            idle = took[0] if empty else 0
            found.append([(took[number] - idle) / (took[1] - idle) for number in range(2, len(runs))])
    finally:
        gc.enable()
    return list(map(statistics.median, zip(*found, strict=True)))


@frozen
class Row:
    """A measurement and its values. If there are targets, each value should be at most its target."""

    name: str
    unit: str
    #: What each value belongs to, such as a size (`M`), a command (`preview`) or a kind of time (`CPU`, `wall`).
    cases: tuple[str, ...]
    values: tuple[float, ...]
    targets: tuple[float, ...] = ()

    def __str__(self) -> str:
        values = " / ".join(f"{value:,.2f}" for value in self.values)
        targets = " / ".join(f"{target:g}" for target in self.targets)
        met = all(value <= target for value, target in zip(self.values, self.targets, strict=True)) if targets else None
        verdict = {True: "met", False: "**missed**", None: ""}[met]
        return f"| {self.name} | {self.unit} | {' / '.join(self.cases)} | {values} | {targets} | {verdict} |"
