"""The engine passes the conformance cases, which other implementations can run, too."""

import json
import re
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from paramcore import Assumptions, Extraction, Project, SlimRequest, TaskRequest
from paramcore.analysis.plan import Plan
from paramcore.errors import ParamcoreError
from paramcore.model.updates import Patch, Replace
from paramcore.values.frozen import same
from paramcore.wire import read_project, read_update, write_project

HERE = Path(__file__).parent
DOCS = HERE.parent.parent / "docs"
PATHS = sorted((HERE / "cases").glob("*.json"))
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in PATHS}
SCHEMA = Draft202012Validator(json.loads((HERE / "case.schema.json").read_text("utf-8")))
PAGE = (DOCS / "conformance.md").read_text("utf-8")
SEMANTICS = (DOCS / "semantics.md").read_text("utf-8")
EXAMPLES = [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)]
TESTS = [
    pytest.param(case, test, id=f"{rule}: {case['description']}: {test['description']}")
    for rule, cases in {**FILES, "docs/conformance.md": EXAMPLES}.items()
    for case in cases
    for test in case["tests"]
]


def update_of(data):
    return {"patch": Patch, "replace": Replace, "body": read_update}[next(iter(data))](next(iter(data.values())))


def project_of(case):
    assumptions = Assumptions(**case.get("assumptions", {}))
    if "project" in case:
        return read_project(case["project"], assumptions=assumptions)
    project = Project("conformance", type="imageannotation", params=case.get("params"), assumptions=assumptions)
    for update in case.get("updates", []):
        project = project.update(update_of(update))
    return project


def of_task(project, test):
    effective = project.resolve(TaskRequest.from_flat(test["task"], type=test.get("type")))
    version = effective.inherited_from
    return {
        "params": effective.params,
        "inherited_version": None if version is None else version.number,
        "project_param_version": effective.project_param_version,
        "sources": {name: effective.sources[name] for name in test.get("sources", {})},
        "reasons": {name: effective.explain(name).reason for name in test.get("reasons", {})},
        "rests_on": list(effective.rests_on),
    }


def of_update(project, test):
    plan = Plan.of(project, update_of(test["update"]))
    version = project.update(plan.update).latest
    return {"params": version.params, "version": version.number, "dropped": list(plan.dropped), "request": plan.request}


def of_extraction(project, tasks, keep=(), move=()):
    names = {"name": project.name, "type": project.type, "assumptions": project.assumptions}
    extraction = Extraction.of(tasks, **names, keep=keep, move=move)
    requests = [request.flat for request in extraction.requests(tasks)]
    return {"params": extraction.params, "requests": requests, "bytes_after": extraction.bytes_after}


def of_slim(project, test):
    selected = {name: test["slim"][name] for name in ("version",) if name in test["slim"]}
    if "wanted" in test["slim"]:
        return SlimRequest.to(project, test["slim"]["wanted"], **selected).to_json()
    return SlimRequest.of(project, test["slim"]["request"], **selected).to_json()


def answer(case, test):
    """Return the engine's results for a test, as an object with the members of the test."""
    if "read" in test:
        return {"written": write_project(read_project(test["read"]))}
    project = project_of(case)
    if "task" in test:
        return of_task(project, test)
    if "update" in test:
        return of_update(project, test)
    if "extract" in test:
        return of_extraction(project, **test["extract"])
    if "slim" in test:
        return of_slim(project, test)
    return {"history": [version.params for version in project.versions], "written": write_project(project)}


@pytest.mark.parametrize(("case", "test"), TESTS)
def test_case(case, test):
    """The engine gives the expected results, or an error with the expected code and path."""
    run = partial(answer, case, test)
    if "error" in test:
        with pytest.raises(ParamcoreError) as refused:
            run()
        assert refused.value.code == test["error"]
        assert (refused.value.path or "") == test.get("path", refused.value.path or "")
        return
    given = {"written": test["read"], **test} if "read" in test else test
    result = run()
    names = [name for name in given if name in result]
    assert names, "the test has an expected result"
    for name in names:
        assert same(result[name], given[name]), f"{name}: {result[name]!r}"
    if "written" in names:
        assert json.dumps(result["written"]) == json.dumps(given["written"])


@pytest.mark.parametrize("rule", FILES)
def test_a_file_has_the_cases_of_its_rule(rule):
    """Each case is valid under the schema and is in the file of its rule."""
    SCHEMA.validate(FILES[rule])
    assert {case["rule"] for case in FILES[rule]} == {rule}


def test_the_example_in_the_docs_is_a_case():
    """`docs/conformance.md` shows a case that its schema accepts; `test_case` runs it."""
    SCHEMA.validate(EXAMPLES)
    assert EXAMPLES


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_object_has_a_name_twice(path):
    """No object in a file of cases has the same name twice, so all JSON parsers read the same."""

    def check_names(members):
        assert len({name for name, _ in members}) == len(members)
        return dict(members)

    json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=check_names)


#: An escaped surrogate that is not part of a pair.
LONE = re.compile(r"(?i)(?<!\\)(?:\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..)")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_lines_with_lone_surrogates_can_be_removed(path):
    """Each test with a lone surrogate expects an error. Without the lines of these tests, a file is valid JSON."""
    lines = path.read_text("utf-8").splitlines()
    others = json.loads("\n".join(line for line in lines if not LONE.search(line)))
    json.dumps(others, ensure_ascii=False).encode()
    kept = [test for case in others for test in case["tests"]]
    removed = [test for case in FILES[path.stem] for test in case["tests"] if test not in kept]
    assert len(removed) == sum(map(bool, map(LONE.search, lines)))
    assert all("error" in test for test in removed)


def iter_words(node):
    """Yield every member name and every enumerated value of the schema."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        yield from node.get("enum", [])
        yield from [node["const"]] if "const" in node else []
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from iter_words(inner)


@pytest.mark.parametrize("word", sorted(set(iter_words(SCHEMA.schema))))
def test_each_word_is_documented(word):
    """The two pages name every member, code, reason, source and setting that a case may have."""
    assert re.search(rf'`"?{re.escape(word)}"?`|"{re.escape(word)}":', PAGE + SEMANTICS)


def test_each_code_is_documented_and_used():
    """The tables of `docs/semantics.md` list the codes and reasons of the schema, and the cases use all of them."""
    groups = [SCHEMA.schema["$defs"][name]["oneOf"] for name in ("error", "reason")]
    codes = {code["const"] for group in groups for code in group}
    tests = [test for cases in FILES.values() for case in cases for test in case["tests"]]
    used = {word for test in tests for word in [test.get("error"), *test.get("reasons", {}).values()] if word}
    assert set(re.findall(r"^\| \d\w? \| `(\w+)` \|", SEMANTICS, re.MULTILINE)) == codes
    assert used == codes
