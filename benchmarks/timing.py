"""Time candidates side by side, as ratios to the first of them."""

import gc
import random
import statistics
import time
from collections.abc import Callable, Iterable

ROUNDS = 31
#: A round lasts about this long, in nanoseconds, whatever the candidate.
ROUND_NS = 2_000_000


def _once(run: Callable[[], object], times: int) -> float:
    repeat = range(times)
    start = time.perf_counter_ns()
    for _ in repeat:
        run()
    return (time.perf_counter_ns() - start) / times


def ratios(candidates: dict[str, Callable[[], object]], *, rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median ratio of each candidate to the first, round by round, in random order within a round."""
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
            for name in candidates:
                seen[name].append(took[name] / took[floor])
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in seen.items()}


def table(title: str, rows: dict[str, dict[str, float]], columns: Iterable[str]) -> str:
    """Return a table of ratios, a row a candidate, a column a size."""
    names = list(columns)
    width = max(map(len, rows))
    lines = [title, f"{'':<{width}}  " + "  ".join(f"{name:>9}" for name in names)]
    for name, row in rows.items():
        lines.append(f"{name:<{width}}  " + "  ".join(f"{row[column]:>9.3f}" for column in names))
    return "\n".join(lines)
