"""Compare the engine with the reference model on many random cases.

    python -m tests.reference_run --cases 1000000 --seed 0

A case is a task request and a project.  The run resolves the request in several ways, and
compares each result with that of the model.  It also compares the project's history.  It
prints each disagreement with its case.  If there are disagreements, the exit code is 1.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from paramcore import Assumptions, Project, TaskRequest
from paramcore.errors import ParamcoreError
from paramcore.testing import LOOKALIKES, NAMES, ODD_NAMES
from tests import reference
from tests.reference import Refused, equal

TASKS_PER_PROJECT = 8

TEXTS = ("", "a", "b", " ", "\n", "a\n", "\u2028", "%s", "e\u0301")
SEPARATORS = ("\n", "\n", "", " ", "%s", "\\1", "\u2028")
VALUES: tuple[Any, ...] = (
    *LOOKALIKES,
    2**63,
    10**40,
    1e308,
    5e-324,
    -1.5,
    "\x00",
    {"instruction": "x"},
    {"a": {"b": [{}]}},
)
INVALID_VALUES: tuple[Any, ...] = (
    float("nan"),
    float("inf"),
    b"",
    {1},
    {1: 2},
    {"x": [b""]},
    "\ud800",
    {"\udfff": 1},
    10**4300,
    (1,),
    object(),
)
INVALID_INSTRUCTIONS: tuple[Any, ...] = (0, False, 1.0, [], {}, ["a"], {"text": "a"}, b"")
INVALID_VERSIONS: tuple[Any, ...] = (
    True,
    False,
    0.0,
    1.0,
    -1.0,
    "0",
    "latest",
    "",
    [],
    [0],
    {},
    2**63,
    -2,
    -3,
    10**4299,
    float("nan"),
    b"",
)
INVALID_PROJECTS: tuple[Any, ...] = ("", ".", "..", "a\n", "other", 5, True, [], "\ud800")
INVALID_ROUTING: tuple[Any, ...] = (0, 1, [], {}, b"", 1.5)
INVALID_PARAMS: tuple[Any, ...] = (None, [], "", 5, True, [("a", 1)], {1, 2}, b"{}")


class Cases:
    """Random updates, assumptions and requests, determined by a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.chance = self.dice.random
        self.choose = self.dice.choice

    def params(self, *, wrong: float = 0.004) -> Any:
        """Draw params, which are rarely invalid."""
        if self.chance() < wrong / 4:
            return self.choose(INVALID_PARAMS)
        made = {}
        for _ in range(int(self.chance() * 4)):
            name = self.choose(NAMES) if self.chance() < 0.8 else self.choose(ODD_NAMES)
            made[name] = self.choose(VALUES) if self.chance() > wrong else self.choose(INVALID_VALUES)
        if self.chance() < 0.6:
            made["instruction"] = self.choose(TEXTS) if self.chance() < 0.85 else None
        if self.chance() < wrong:
            made["instruction"] = self.choose(INVALID_INSTRUCTIONS)
        if self.chance() < 0.3:
            made = dict(reversed(made.items()))
        return made

    def update(self) -> tuple[str, Any]:
        """Draw an update, rarely with a reserved name among its params."""
        params = self.params(wrong=0.02)
        if self.chance() < 0.02 and isinstance(params, dict):
            params = {**params, self.choose(reference.BOOKKEEPING + reference.ROUTING): self.choose(VALUES)}
        return ("patch" if self.chance() < 0.6 else "replace"), params

    def settings(self) -> dict[str, str]:
        """Draw assumptions, often the default ones."""
        if self.chance() < 0.4:
            return dict(reference.DEFAULTS)
        return {
            "instruction_separator": self.choose(SEPARATORS),
            "empty_instruction": self.choose(("leave out", "join")),
            "instruction_rule": self.choose(("append", "append", "override")),
            "pinned_param_version": self.choose(("used", "latest")),
        }

    def flat(self, versions: int) -> Any:
        """Draw a flat request: for the latest version, pinned, opted out, or with an invalid version."""
        flat = self.params()
        if not isinstance(flat, dict):
            return flat
        if self.chance() < 0.05:
            flat[self.choose(reference.BOOKKEEPING)] = self.choose(VALUES)
        dice = self.chance()
        if dice < 0.4:
            flat["project_version"] = int(self.chance() * (versions + 0.2))
        elif dice < 0.5:
            flat["project_version"] = -1
        elif dice < 0.6:
            flat["project_version"] = None
        elif dice < 0.65:
            flat["project_version"] = self.choose(INVALID_VERSIONS)
        if self.chance() < 0.15:
            flat["project"] = self.choose(("boxes", "boxes", "boxes", None, self.choose(INVALID_PROJECTS)))
        if self.chance() < 0.1:
            flat["batch"] = self.choose(("monday", "", None, self.choose(INVALID_ROUTING)))
        if self.chance() < 0.1:
            flat["unique_id"] = self.choose(("u-1", "", None, self.choose(INVALID_ROUTING)))
        if self.chance() < 0.1:
            flat["clear_unique_id_on_error"] = self.choose((True, False, None, self.choose(INVALID_ROUTING)))
        return flat

    def type(self) -> Any:
        """Draw the task type of a request, usually `None`."""
        dice = self.chance()
        if dice < 0.9:
            return None if dice < 0.7 else "imageannotation"
        return self.choose(("imageannotation", "imageannotation", "imageannotation", "textcollection", "", 5, True))


def compare_histories(project: Project, history: list[Any], updates: list[tuple[str, Any]]) -> Iterator[str]:
    """Apply updates to the project, and to `history` in place. Yield a line for each disagreement."""
    for verb, params in updates:
        expected: Any
        try:
            expected = reference.update(history, verb, params)
        except Refused as refused:
            expected = refused.reasons
        found = outcome(partial(_update, project, verb, params))
        if isinstance(expected, frozenset):
            if found not in expected:
                yield f"{verb} {params!r}: engine {found!r}, model rejects it with {sorted(expected)}"
            continue
        if not isinstance(found, Project):
            yield f"{verb} {params!r}: engine {found!r}, model {expected!r}"
            return
        project, history[:] = found, expected
        if not equal([version.params for version in project.versions], history):
            yield f"{verb} {params!r}: engine {project!r}, model {history!r}"


def _update(project: Project, verb: str, params: Any) -> Project:
    return project.patch_params(params) if verb == "patch" else project.replace_params(params)


def outcome(ask: Callable[[], Any]) -> Any:
    """Return the result of a call, or the code of its error."""
    try:
        return ask()
    except ParamcoreError as error:
        return error.code


def ask_model(model: dict[str, Any], flat: Any, type: Any) -> dict[str, Any] | frozenset[str]:
    """Return the model's result, or a set of error codes. The engine may report any code of this set."""
    try:
        return reference.resolve(model, reference.request(flat, type))
    except Refused as refused:
        return refused.reasons


def ask_engine(project: Project, flat: Any, type: Any) -> dict[str, Any]:
    """Resolve a request in several ways. For each way, return a dict like the model's result, or an error code."""

    def request() -> TaskRequest:
        return TaskRequest.from_flat(flat, type=type)

    def in_parts() -> TaskRequest:
        if not isinstance(flat, dict):
            return TaskRequest(flat)
        routing = {name: flat[name] for name in reference.ROUTING if name in flat}
        own = {name: flat[name] for name in flat if name not in routing}
        return TaskRequest(own, type=type, **routing)

    ways: dict[str, Callable[[], Any]] = {
        "resolve": lambda: _to_dict(project.resolve(request())),
        "resolve in parts": lambda: _to_dict(project.resolve(in_parts())),
        "resolve_many": lambda: _to_dict(next(project.resolve_many([request()]))),
    }
    if type is None:
        ways["resolve flat"] = lambda: _to_dict(project.resolve(flat))
    return {way: outcome(ask) for way, ask in ways.items()}


def _to_dict(answer: Any) -> dict[str, Any]:
    inherited = answer.inherited_from
    return {
        "params": answer.params,
        "inherited_version": None if inherited is None else inherited.number,
        "project_param_version": answer.project_param_version,
    }


def iter_disagreements(project: Project, model: dict[str, Any], flat: Any, type: Any = None) -> Iterator[str]:
    """Yield a line for each result of the engine that differs from the model's."""
    expected = ask_model(model, flat, type)
    for way, found in ask_engine(project, flat, type).items():
        if isinstance(expected, frozenset):
            agrees = isinstance(found, str) and found in expected
        else:
            agrees = isinstance(found, dict) and _is_same_result(found, expected)
        if not agrees:
            yield f"{way}: engine {found!r}, model {expected!r}"
    if isinstance(expected, dict):
        own = {name: value for name, value in flat.items() if name not in reference.ROUTING}
        bound = outcome(lambda: project.inheritance(flat.get("project_version"))(own))
        if not equal(bound, expected["params"]) or list(bound) != list(expected["params"]):
            yield f"inheritance: engine {bound!r}, model {expected!r}"


def _is_same_result(found: dict[str, Any], expected: Any) -> bool:
    numbers = ("inherited_version", "project_param_version")
    return (
        isinstance(expected, dict)
        and equal(found["params"], expected["params"])
        and list(found["params"]) == list(expected["params"])
        and all(type(found[name]) is type(expected[name]) and found[name] == expected[name] for name in numbers)
    )


def run(cases: int, seed: int) -> tuple[int, int]:
    """Print the disagreements, and return their number and the number of rejected requests."""
    draw = Cases(seed)
    done = wrong = refused = 0

    def report(about: Any, lines: Iterator[str]) -> int:
        count = 0
        for line in lines:
            count += 1
            sys.stderr.write(f"disagreement in case {done} of seed {seed}: {line}\n  {about!r}\n")
        return count

    while done < cases:
        settings = draw.settings()
        assumptions = Assumptions(**settings)  # type: ignore[arg-type]
        updates = [draw.update() for _ in range(int(draw.chance() * 5))]
        history: list[Any] = []
        empty = Project("boxes", type="imageannotation", assumptions=assumptions)
        wrong += report(updates, compare_histories(empty, history, updates))
        project = empty
        for params in history:
            project = project.replace_params(params)
        model = {"name": "boxes", "type": "imageannotation", "history": history, "settings": settings}
        tasks = [(draw.flat(len(history)), draw.type()) for _ in range(min(TASKS_PER_PROJECT, cases - done))]
        good = []
        for flat, kind in tasks:
            expected = ask_model(model, flat, kind)
            refused += isinstance(expected, frozenset)
            if isinstance(expected, dict):
                good.append((TaskRequest.from_flat(flat, type=kind), expected))
            wrong += report((model, flat, kind), iter_disagreements(project, model, flat, kind))
            done += 1
        together = project.resolve_many(task for task, _ in good)
        for answer, (task, expected) in zip(together, good, strict=True):
            if not _is_same_result(_to_dict(answer), expected):
                wrong += report((model, task), iter([f"resolve_many of many: engine {answer!r}, model {expected!r}"]))
    return wrong, refused


def main() -> int:
    """Run the comparison from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    started = time.monotonic()
    wrong, refused = run(options.cases, options.seed)
    share = refused / options.cases if options.cases else 0.0
    sys.stdout.write(
        f"seed {options.seed}: {options.cases:,} cases, {wrong:,} disagreements, "
        f"{share:.1%} rejected, {time.monotonic() - started:.0f} s\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
