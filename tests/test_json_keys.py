"""`docs/reference/json.md` lists exactly the keys of each JSON output."""

import ast
import re
from pathlib import Path

import pytest

from paramcore import Patch, Plan, Project
from paramcore.service import StandIn, run_server
from tests.cli.running import run
from tests.test_layers import TREES

PAGE = (Path(__file__).parent.parent / "docs" / "reference" / "json.md").read_text("utf-8")
#: The keys in the table of each section.
DOCUMENTED_KEYS = {
    section: set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    for section, text in re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
}

PROJECT = "warehouse-boxes.json"
DOCKS = Project("docks", type="imageannotation", params={"padding": 3})


def run_json(*arguments, **changes):
    return run(*arguments, "--format", "json", **changes)


def merge(answers):
    """Return one object with the keys of all given objects. A single object may lack some keys."""
    return {key: value for answer in answers for key, value in answer.items()}


def iter_local_answers():
    """Yield the section and the JSON of each output that needs no service."""
    yield "preview", run_json("preview", PROJECT, "night-shift.jsonl", "--explain").lines[0]
    explain = run_json("explain", PROJECT, "night-shift.jsonl", "padding", "no such").lines[0]
    explanations = explain["explanations"]
    yield from (("explain", explain), ("explanation", merge(explanations)))
    yield "candidate", merge(candidate for explanation in explanations for candidate in explanation["candidates"])

    plan = run_json("plan", PROJECT, "reword.json").document
    yield from (("plan", plan), ("diff", plan["diff"]), ("change", plan["diff"]["changed"]["instruction"]))
    yield "nested_change", merge(plan["diff"]["changes"])
    effect, impact = run_json("impact", PROJECT, "reword.json", "night-shift.jsonl", "--list").lines
    yield from (("effect", effect), ("impact", impact))
    yield "rebase", Plan.of(DOCKS, Patch({"padding": 4})).rebase_on(DOCKS).to_json()

    slim = run_json("slim", PROJECT, "night-shift.jsonl", "--to", "0").lines
    yield from (("slim", slim[0]), ("block", next(line for line in slim if line["blocked"])["blocked"][0]))
    extract = run_json("extract", "yard-cameras.jsonl", "--name", "yard", "--type", "imageannotation").document
    yield from (("extract", extract), ("moved", extract["moved"][0]), ("stays", extract["stays"][0]))
    yield from (("optout", extract["opted_out"][0]), ("aside", extract["set_aside"][0]))
    yield "examples", extract["moved"][0]["own"]

    log, lifetimes = (run_json("log", PROJECT, *params).document for params in ((), ("padding", "no such")))
    yield from (("log", merge([log, lifetimes])), ("lifetime", merge(sum(lifetimes["lifetimes"].values(), []))))
    # A step of a history also has the keys of a diff, which the section `diff` lists.
    yield "step", {key: value for key, value in log["versions"][0].items() if key not in plan["diff"]}

    audit = run_json("audit", PROJECT, "finished.jsonl").document
    yield from (("audit", audit), ("contradiction", audit["findings"][0]))
    validate = run_json("validate", "street-signs.json").document
    yield from (("validate", validate), ("finding", validate["findings"][0]))
    yield "assumptions", run_json("assumptions").document[0]


def iter_service_answers(folder):
    """Yield the section and the JSON of each output that needs a service."""
    (folder / "docks.json").write_text('{"type": "comparison", "name": "docks", "param_history": []}')
    (folder / "patch.json").write_text('{"patch": true, "padding": 4}')
    with run_server(StandIn([DOCKS])) as server:
        service = {"cwd": folder, "SCALE_API_KEY": "test_0123456"}
        url = ("--base-url", server.url)
        apply = run_json("apply", "docks", "patch.json", "--yes", *url, **service).document
        yield from (("apply", apply), ("outcome", apply["outcome"]))
        # No update has this digest, so the outcome contains an error.
        reconcile = run_json("reconcile", "docks", "--base", "1", "--digest", "0" * 32, *url, **service).document
        yield "error", reconcile["error"]
        yield "status", run_json("status", "docks.json", *url, **service).document


@pytest.mark.slow
def test_each_key_is_documented(tmp_path):
    answers = [*iter_local_answers(), *iter_service_answers(tmp_path)]
    assert {section: set(answer) for section, answer in answers} == DOCUMENTED_KEYS


def test_each_class_is_documented():
    """The page names every class that has a method `to_json`."""
    classes = [node for tree in TREES.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    with_json = {
        node.name
        for node in classes
        if any(isinstance(method, ast.FunctionDef) and method.name == "to_json" for method in node.body)
    }
    # `PlanFinding` is a protocol. `LocatedFinding` only adds a location to the keys of `Finding`.
    assert with_json - {"PlanFinding", "LocatedFinding"} == set(re.findall(r"`(\w+)\.to_json\(\)`", PAGE))
