"""
How does the cost grow with params, with versions and with tasks?

Four panels of `growth.svg`: microseconds of one resolve over the params of a
project (a task has a third as many, half of them the project's); microseconds of
one resolve, one explanation and one update over the versions of its history;
seconds and peak memory of whole processes over the lines of a file.  The figures
themselves stand in `growth.json`.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bulk import LINES, NAIVE, files, ran
from sizes import inputs

from paramcore import Patch, Project, TaskRequest
from paramcore.wire import read_project

Curves = dict[str, dict[int, float]]
PARAMS = (5, 10, 20, 40, 80, 160, 320)
VERSIONS = (1, 10, 100, 1_000, 10_000)
TASKS = (1_000, 10_000, 100_000, 1_000_000)


def _microseconds(run: Callable[[], object]) -> float:
    """Return the least of several averages: what it takes when nothing comes between."""
    times = 1
    while (took := _seconds(run, times)) < 0.01:
        times *= 2
    return min(took, *(_seconds(run, times) for _ in range(6))) / times * 1e6


def _seconds(run: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        run()
    return time.perf_counter() - began


def params() -> Curves:
    """Measure over the params of a project."""
    curves: Curves = {name: {} for name in ("bare merge", "inheritance", "resolve", "resolve (mapping)")}
    for count in PARAMS:
        held = {f"param_{number}": {"label": f"l{number}", "least": number} for number in range(count)}
        own = {f"param_{number}": number for number in range(count - count // 6, count + count // 6)}
        held["instruction"], own["instruction"] = "Box every forklift.", "Night image."
        project, request = Project("benchmark", type="imageannotation", params=held), TaskRequest(own)
        merge = project.inheritance()
        runs = (
            lambda held=held, own=own: {**held, **own},
            lambda merge=merge, own=own: merge(own),
            lambda project=project, request=request: project.resolve(request),
            lambda project=project, own=own: project.resolve(own),
        )
        for curve, run in zip(curves.values(), runs, strict=True):
            curve[count] = _microseconds(run)
    return curves


def versions() -> Curves:
    """Measure over the versions of a history, each of which changes one param."""
    curves: Curves = {name: {} for name in ("resolve", "explain a param set in version 0", "update")}
    held, several = inputs("M", instruction=True)
    for count in VERSIONS:
        history = [{"version": number, **held, "priority": number} for number in range(count)]
        project = read_project({"name": "long", "type": "imageannotation", "param_history": history})
        request, patch = TaskRequest(several[0]), Patch({"priority": -1})
        runs = (
            lambda project=project, request=request: project.resolve(request),
            lambda project=project, request=request: project.resolve(request).explain("geometries"),
            lambda project=project, patch=patch: project.update(patch),
        )
        for curve, run in zip(curves.values(), runs, strict=True):
            curve[count] = _microseconds(run)
    return curves


def tasks() -> tuple[Curves, Curves]:
    """Measure seconds and MiB of whole processes over the lines of a file."""
    seconds: Curves = {name: {} for name in ("preview", "validate", "the naive loop")}
    memory: Curves = {name: {} for name in seconds}
    ours = (sys.executable, "-m", "paramcore")
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for count in (one for one in TASKS if one <= LINES):
            project, lines = files(place, count)
            commands = (
                (*ours, "preview", project, lines, "--format", "json"),
                (*ours, "validate", project, lines),
                (sys.executable, "-c", NAIVE, project, lines),
            )
            for curve, command in zip(seconds, commands, strict=True):
                seconds[curve][count], memory[curve][count] = ran(place / "out", *command)
            Path(lines).unlink()
    return seconds, memory


def draw(place: Path, panels: dict[str, tuple[str, str, Curves]]) -> None:
    """Draw the panels into `growth.svg`, each line with its points."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams.update({"svg.hashsalt": "paramcore", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(panels), figsize=(4 * len(panels), 3.6), layout="constrained")
    for axis, (title, (across, up, curves)) in zip(axes, panels.items(), strict=True):
        for name, curve in curves.items():
            axis.loglog(list(curve), list(curve.values()), marker="o", markersize=3, label=name)
        axis.set(title=title, xlabel=across, ylabel=up)
        axis.grid(visible=True, alpha=0.3)
        axis.legend(fontsize=7)
    figure.savefig(place / "growth.svg", metadata={"Date": None})


def main(place: Path) -> None:
    """Measure, write the figures and draw them."""
    seconds, memory = tasks()
    panels = {
        "one task, by params": ("params of the project", "microseconds", params()),
        "one task, by versions": ("versions of the project", "microseconds", versions()),
        "a file of tasks: time": ("lines", "seconds, whole process", seconds),
        "a file of tasks: memory": ("lines", "MiB, peak", memory),
    }
    (place / "growth.json").write_text(json.dumps({name: curves for name, (_, _, curves) in panels.items()}, indent=1))
    draw(place, panels)


if __name__ == "__main__":
    main(Path(*sys.argv[1:]))
