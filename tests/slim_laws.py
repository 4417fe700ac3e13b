"""Check the laws of slim requests against brute force, for one case or for many random cases.

    python -m tests.slim_laws --cases 100000 --seed 0

A case is a project, wanted params, a task request and a version.  Each law is a
function that checks one case.  `--cases` is the number of cases for each law.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from paramcore import Assumptions, Project, SlimRequest, TaskRequest
from paramcore.analysis.slim_choice import Chooser, RuleFinder
from paramcore.model.versions import ParamVersion
from paramcore.testing import LOOKALIKES
from tests import reference
from tests.reference import ROUTING, equal, model, plain, size

#: A function that draws a value from a sequence, with Hypothesis or with a seeded random generator.
Choose = Callable[[Sequence[Any]], Any]

NAMES = ("a", "b", "c", "é")
VALUES = (*LOOKALIKES, 2**63, 1e300, "1", {"x": 1, "y": [1]}, {"y": [1], "x": 1.0})
TEXTS = ("Q", "Q", "", "\n", "\nQ", "Q\n", " ", "Q\nQ", "QQ", "e\u0301", "\u00e9", None)
SEPARATORS = ("\n", "\n", "", "\n\n", " ", "\r\n", "Q", "\u2028")
OWN_TEXTS = ("", "Q", "Night.", "\n", " ", "\r", "Q\n", "\nQ")


class Case(NamedTuple):
    """The input of a law."""

    project: Project
    #: The wanted params. In some cases, a task can get them only if it opts out.
    wanted: dict[str, Any]
    #: The routing names, except `project_version`, that `flat_wanted` and `request` set, with their values.
    routing: dict[str, Any]
    #: The params of `request`, and its `project_version`.
    own: dict[str, Any]
    own_version: int | None
    #: The argument `version` of `SlimRequest.to` and `SlimRequest.of`.
    version: Any

    @property
    def request(self) -> TaskRequest:
        return TaskRequest(self.own, project_version=self.own_version, **self.routing)

    @property
    def flat_wanted(self) -> dict[str, Any]:
        """The wanted params with the routing names."""
        return {**self.routing, **self.wanted}

    @property
    def history(self) -> list[dict[str, Any]]:
        """The params of each version, in plain JSON."""
        return model(self.project)["history"]

    @property
    def settings(self) -> dict[str, str]:
        """The assumptions of the project, in plain JSON."""
        return model(self.project)["settings"]

    def inherited_by(self, version: int | None) -> dict[str, Any] | None:
        """Return the params that a request for this version inherits."""
        number = reference.find_inherited_version(self.history, version)
        return None if number is None else self.history[number]

    def candidates(self) -> list[int | None]:
        """Return the versions from which the engine may choose."""
        return [None, *range(len(self.history))] if self.version == "any" else [self.version]


# ---- Drawing ----------------------------------------------------------------


def draw_case(choose: Choose) -> Case:
    """Draw a case. In most cases, the wanted params are close to the params of a version."""
    settings = Assumptions(
        instruction_separator=choose(SEPARATORS),
        empty_instruction=choose(("leave out", "join")),
        instruction_rule=choose(("append", "append", "append", "override")),
        pinned_param_version=choose(("used", "latest")),
    )
    versions: list[ParamVersion] = []
    for number in range(choose((0, 1, 1, 2, 2, 3))):
        # U10: a history may contain routing names, which no task inherits.
        stored = choose(({}, {}, {}, {"batch": "monday", "project_version": 0}))
        versions.append(ParamVersion.from_entry(number, freeze_entry(number, draw_params(choose), stored)))
    project = Project("boxes", type="imageannotation", versions=versions, assumptions=settings)
    numbers = range(len(versions))
    routing = {
        "project": choose((None, "boxes")),
        "batch": choose((None, "", "monday")),
        "unique_id": choose((None, "u-1")),
        "clear_unique_id_on_error": choose((None, False)),
    }
    return Case(
        project,
        draw_wanted(choose, plain(choose(versions).params) if versions else {}, settings.instruction_separator),
        {name: value for name, value in routing.items() if value is not None},
        draw_wanted(choose, plain(choose(versions).params) if versions else {}, settings.instruction_separator),
        choose((None, None, -1, *numbers)),
        choose((None, None, "any", "any", -1, *numbers)),
    )


def freeze_entry(number: int, params: dict[str, Any], stored: dict[str, Any]) -> Any:
    """Return a frozen entry of a history."""
    return TaskRequest({"version": number, **params}).params | stored


def draw_params(choose: Choose) -> dict[str, Any]:
    """Draw the params of a version."""
    made = {choose(NAMES): choose(VALUES) for _ in range(choose((0, 1, 1, 2, 3)))}
    if choose((True, True, False)):
        made["instruction"] = choose(TEXTS)
    return dict(reversed(made.items())) if choose((True, False)) else made


def draw_wanted(choose: Choose, inherited: dict[str, Any], separator: str) -> dict[str, Any]:
    """Draw wanted params: the inherited params, some of them respelled, changed or removed, and a few others."""
    made: dict[str, Any] = {}
    for name, value in inherited.items():
        change = choose(("keep", "keep", "keep", "keep", "respell", "respell", "change", "drop"))
        if change != "drop":
            made[name] = value if change == "keep" else respelled(value) if change == "respell" else choose(VALUES)
    for _ in range(choose((0, 0, 1, 2))):
        made[choose(NAMES)] = choose(VALUES)
    made.pop("instruction", None)
    if choose((True, True, True, False)):
        made["instruction"] = draw_instruction(choose, inherited.get("instruction") or "Q", separator)
    return dict(reversed(made.items())) if choose((True, False)) else made


def draw_instruction(choose: Choose, text: str, separator: str) -> str | None:
    """Draw an instruction that usually ends, or almost ends, with the project's instruction."""
    own, end = choose(OWN_TEXTS), choose(("", "", "", "", "\n", " "))
    plain_texts = (None, "", text, separator + text, own)
    joined = (own + separator + text, own + "\n" + text, own + text, text + separator + text)
    return choose((*plain_texts, *(made + end for made in joined * 2)))


def respelled(value: Any) -> Any:
    """Return an equal value in another spelling, such as 5.0 for 5, or an object with its members reversed.

    Return the value itself if it has no other spelling.
    """
    if type(value) is int and float(value) == value:
        return float(value)
    if type(value) is float and value.is_integer():
        return int(value)
    return dict(reversed(value.items())) if isinstance(value, dict) else value


# ---- The laws ---------------------------------------------------------------


def s1_exact(case: Case) -> None:
    """The engine and the reference model resolve the slim request to the wanted params.

    The attributes `cut`, `dropped` and `respelled` of the `SlimRequest` are correct.
    """
    slim = SlimRequest.to(case.project, case.flat_wanted, version=case.version)
    assert equal(case.project.resolve(slim.request).params, case.wanted)
    own, inherited = plain(slim.request.params), case.inherited_by(slim.request.project_version)
    assert equal(reference.merge(own, inherited, case.settings), case.wanted)
    # A sent value has the wanted spelling.  Only a cut instruction lacks its end, which the service appends.
    sent = {**case.wanted, **({} if slim.cut is None else {"instruction": own["instruction"]})}
    assert written(own) == written({name: sent[name] for name in case.wanted if name in own})
    assert slim.cut is None or own["instruction"] + slim.cut == case.wanted["instruction"]
    assert slim.dropped == tuple(name for name in inherited or {} if name not in own)
    gets = reference.merge({}, inherited, case.settings)
    assert slim.respelled == tuple(name for name in slim.dropped if written(gets[name]) != written(case.wanted[name]))


def s2_minimal(case: Case) -> None:
    """No request for the same version has fewer params. All requests with the fewest params have the same names."""
    slim = SlimRequest.to(case.project, case.flat_wanted, version=case.version)
    inherited = case.inherited_by(slim.request.project_version)
    least = reference.keep_smallest(reference.find_own_params(case.wanted, inherited, case.settings))
    assert all(set(slim.request.params) == set(own) for own in least)
    assert any(equal(slim.request.params, own) for own in least)


def s3_complete(case: Case) -> None:
    """A slim request opts out if and only if -1 is selected or no version in `candidates` gives the wanted params."""
    slim = SlimRequest.to(case.project, case.flat_wanted, version=case.version)
    possible = [
        version
        for version in case.candidates()
        if version != -1 and reference.find_own_params(case.wanted, case.inherited_by(version), case.settings)
    ]
    assert slim.request.inherits_nothing is (not possible)
    if possible:
        assert slim.blocked == ()
        assert slim.inherits == reference.find_inherited_version(case.history, slim.request.project_version)
    elif case.version == -1:
        assert slim.blocked == ((None, "opted_out"),)
    else:
        # For `any`, the reasons are those of the latest version.
        inherited = case.inherited_by(None if case.version == "any" else case.version)
        assert dict(slim.blocked) == reference.find_blocked(case.wanted, inherited, case.settings) != {}


def s4_idempotent(case: Case) -> None:
    """Shortening a slim request again gives the same request, byte for byte."""
    for slim in (
        SlimRequest.to(case.project, case.flat_wanted, version=case.version),
        SlimRequest.of(case.project, case.request),
        SlimRequest.of(case.project, case.request, version=case.version),
        SlimRequest.to(case.project, case.flat_wanted, version=case.version).pin(),
    ):
        again = SlimRequest.of(case.project, slim.request)
        assert written(again.request.flat) == written(slim.request.flat)
        assert slim.request.inherits_nothing or again.inherits == slim.inherits


def s5_never_larger(case: Case) -> None:
    """A slim request has no more bytes than the original request, and no param that the original request lacks."""
    slim = SlimRequest.of(case.project, case.request)
    assert size(plain(slim.request.flat)) <= size(plain(case.request.flat))
    assert set(slim.request.params) <= set(case.own)


def s6_never_falls_back(case: Case) -> None:
    """`SlimRequest.of` keeps the `project_version` of a request. It never adds an opt-out."""
    slim = SlimRequest.of(case.project, case.request)
    assert slim.request.project_version == case.own_version
    assert slim.blocked == (((None, "opted_out"),) if case.own_version == -1 else ())
    assert slim.inherits == reference.find_inherited_version(case.history, case.own_version)
    if case.own_version == -1:
        assert written(slim.request.flat) == written(case.request.flat)


def s7_only_params_change(case: Case) -> None:
    """A slim request differs from the given request only in the params and `project_version`."""
    typed = TaskRequest(case.own, project_version=case.own_version, type="imageannotation", **case.routing)
    wanted = TaskRequest(case.wanted, type="imageannotation", **case.routing)
    for given, slim in (
        (typed, SlimRequest.of(case.project, typed)),
        (typed, SlimRequest.of(case.project, typed, version=case.version)),
        (wanted, SlimRequest.to(case.project, wanted, version=case.version)),
    ):
        for name in (*ROUTING, "type"):
            assert name == "project_version" or getattr(slim.request, name) == getattr(given, name)


def s8_any_is_shortest(case: Case) -> None:
    """Version `any` gives the request with the fewest bytes.

    If several requests have equally few bytes, these criteria decide, in this order: the fewest members, no
    `project_version`, the newest version.
    """
    slim = SlimRequest.to(case.project, case.flat_wanted, version="any")
    expected = reference.shorten(case.history, case.wanted, "any", case.settings)
    assert slim.request.project_version == expected["project_version"]
    assert slim.inherits == expected["inherits"]
    assert equal(slim.request.params, expected["params"])
    for version in [None, *range(len(case.history))]:
        other = SlimRequest.to(case.project, case.flat_wanted, version=version)
        assert other.blocked or size(plain(slim.request.flat)) <= size(plain(other.request.flat))


def s9_name_by_name(case: Case) -> None:
    """Other params do not influence whether a param is blocked.

    If no param is blocked, other params do not influence whether a param is sent, either.

    An object from `SlimRequest.bind` returns the same results whatever it returned before.
    """
    version = None if case.version in ("any", -1) else case.version
    whole = SlimRequest.to(case.project, case.wanted, version=version)
    alone = [
        SlimRequest.to(restrict(case.project, name), only(case.wanted, name), version=version)
        for name in (*NAMES, "instruction")
    ]
    assert dict(whole.blocked) == {block.param: block.code for slim in alone for block in slim.blocked}
    if not whole.blocked:
        assert equal(whole.request.params, {k: v for slim in alone for k, v in slim.request.params.items()})
        assert sorted(whole.dropped) == sorted(name for slim in alone for name in slim.dropped)
    slimmer = SlimRequest.bind(case.project, version)
    for wanted in (case.own, case.wanted, case.own, {}, case.wanted):
        assert slimmer.to(wanted) == SlimRequest.to(case.project, wanted, version=version)
    kept = SlimRequest.bind(case.project)
    for request in (TaskRequest({}), case.request, TaskRequest(case.wanted), case.request):
        assert kept.of(request) == SlimRequest.of(case.project, request)


def s10_round_trip(case: Case) -> None:
    """A request and its effective params have the same slim request.

    With the slim request for `effective.as_request()`, a task gets the same effective params. If the request has no
    `project_version`, both slim requests have the same params.
    """
    slim = SlimRequest.of(case.project, case.request)
    effective = case.project.resolve(case.request)
    assert SlimRequest.to(case.project, {**case.routing, **effective.params}, version=case.own_version) == slim
    back = SlimRequest.of(case.project, effective.as_request(), version=None)
    if case.own_version is None:
        assert equal(back.request.params, slim.request.params)
        assert back.inherits == slim.inherits
    assert equal(case.project.resolve(back.request).params, effective.params)


def rules_are_those_of_the_request(case: Case) -> None:
    """A slim request and its effective params have the same `rests_on`. A `RuleFinder` finds the same rules."""
    slim = SlimRequest.to(case.project, case.flat_wanted, version=case.version)
    assert slim.rests_on == case.project.resolve(slim.request).rests_on
    finder, slimmer = RuleFinder(case.project), SlimRequest.bind(case.project, case.version)
    chooser = Chooser(case.project, case.version)
    for wanted in (case.own, case.wanted, {}, case.wanted, case.own):
        choice = chooser.choose(TaskRequest(wanted).params, None)
        assert finder.find(choice) == slimmer.to(wanted).rests_on


LAWS: dict[str, Callable[[Case], None]] = {
    "S1": s1_exact,
    "S2": s2_minimal,
    "S3": s3_complete,
    "S4": s4_idempotent,
    "S5": s5_never_larger,
    "S6": s6_never_falls_back,
    "S7": s7_only_params_change,
    "S8": s8_any_is_shortest,
    "S9": s9_name_by_name,
    "S10": s10_round_trip,
    "rests_on": rules_are_those_of_the_request,
}


def written(value: Any) -> str:
    """Return JSON text that shows the order of members and distinguishes 1.0 from 1."""
    return json.dumps(plain(value))


def only(params: Any, name: str) -> dict[str, Any]:
    """Return a dict with only the param of this name, or an empty dict if there is none."""
    return {name: params[name]} if name in params else {}


def restrict(project: Project, name: str) -> Project:
    """Return a project whose versions have only the param of this name."""
    versions = [ParamVersion(version.number, only(version.params, name)) for version in project.versions]
    return Project(project.name, type=project.type, versions=versions, assumptions=project.assumptions)


# ---- The run ----------------------------------------------------------------


def main() -> int:
    """Run the laws from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name, law in LAWS.items():
        choose, started, opted_out = random.Random(options.seed).choice, time.monotonic(), 0
        for _ in range(options.cases):
            case = draw_case(choose)
            try:
                law(case)
            except Exception:
                sys.stderr.write(f"{name} does not hold: {model(case.project)} {case}\n")
                raise
            opted_out += bool(SlimRequest.to(case.project, case.wanted, version=case.version).blocked)
        seconds = time.monotonic() - started
        shares = f"{opted_out / options.cases:.0%} opt out" if options.cases else ""
        sys.stdout.write(f"{name}: {options.cases:,} cases, seed {options.seed}, {shares}, {seconds:.0f} s\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
