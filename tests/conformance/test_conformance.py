"""Run the conformance cases with paramcore.  Other implementations can run the same cases."""

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


def make_update(data):
    return {"patch": Patch, "replace": Replace, "body": read_update}[next(iter(data))](next(iter(data.values())))


def make_project(case):
    assumptions = Assumptions(**case.get("assumptions", {}))
    if "project" in case:
        return read_project(case["project"], assumptions=assumptions)
    project = Project("conformance", type="imageannotation", params=case.get("params"), assumptions=assumptions)
    for update in case.get("updates", []):
        project = project.update(make_update(update))
    return project


def run_task(project, test):
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


def run_update(project, test):
    plan = Plan.of(project, make_update(test["update"]))
    version = project.update(plan.update).latest
    return {"params": version.params, "version": version.number, "dropped": list(plan.dropped), "request": plan.request}


def run_extraction(project, tasks, keep=(), move=()):
    names = {"name": project.name, "type": project.type, "assumptions": project.assumptions}
    extraction = Extraction.of(tasks, **names, keep=keep, move=move)
    requests = [request.flat for request in extraction.requests(tasks)]
    return {"params": extraction.params, "requests": requests, "bytes_after": extraction.bytes_after}


def run_slim(project, test):
    selected = {name: test["slim"][name] for name in ("version",) if name in test["slim"]}
    if "wanted" in test["slim"]:
        return SlimRequest.to(project, test["slim"]["wanted"], **selected).to_json()
    return SlimRequest.of(project, test["slim"]["request"], **selected).to_json()


def run_test(case, test):
    """Return paramcore's results for a test, under the same names as in the test."""
    if "read" in test:
        return {"written": write_project(read_project(test["read"]))}
    project = make_project(case)
    if "task" in test:
        return run_task(project, test)
    if "update" in test:
        return run_update(project, test)
    if "extract" in test:
        return run_extraction(project, **test["extract"])
    if "slim" in test:
        return run_slim(project, test)
    return {"history": [version.params for version in project.versions], "written": write_project(project)}


@pytest.mark.parametrize(("case", "test"), TESTS)
def test_case(case, test):
    """The engine gives the results that a conformance test expects, or the expected error code and path."""
    run = partial(run_test, case, test)
    if "error" in test:
        with pytest.raises(ParamcoreError) as raised:
            run()
        assert raised.value.code == test["error"]
        assert (raised.value.path or "") == test.get("path", raised.value.path or "")
        return
    given = {"written": test["read"], **test} if "read" in test else test
    result = run()
    names = [name for name in given if name in result]
    assert names, "the test has no expected result"
    for name in names:
        assert same(result[name], given[name]), f"{name}: {result[name]!r}"
    if "written" in names:
        assert json.dumps(result["written"]) == json.dumps(given["written"])


@pytest.mark.parametrize("rule", FILES)
def test_a_file_contains_the_cases_of_its_rule(rule):
    """Each case is valid under the schema, and is in the file whose name is the id of its rule."""
    SCHEMA.validate(FILES[rule])
    assert {case["rule"] for case in FILES[rule]} == {rule}


def test_the_example_of_the_page_is_a_case():
    """The schema accepts the case that `docs/conformance.md` shows; `test_case` runs the case."""
    SCHEMA.validate(EXAMPLES)
    assert EXAMPLES


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_no_name_is_duplicated(path):
    """No object in a file of cases has the same name twice, so all JSON parsers read the same object."""

    def check_names(members):
        assert len({name for name, _ in members}) == len(members)
        return dict(members)

    json.loads(path.read_bytes().decode("utf-8"), object_pairs_hook=check_names)


#: An escape of a surrogate that is not part of a surrogate pair.
LONE_SURROGATE = re.compile(r"(?i)(?<!\\)(?:\\ud[89ab]..(?!\\ud[c-f])|(?<!\\ud[89ab]..)\\ud[c-f]..)")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_lines_with_lone_surrogates_can_be_removed(path):
    """If the lines with lone surrogates are removed from a file, the rest is JSON that can be encoded in UTF-8.

    Each removed line is one whole test, which expects an error.
    """
    lines = path.read_text("utf-8").splitlines()
    others = json.loads("\n".join(line for line in lines if not LONE_SURROGATE.search(line)))
    json.dumps(others, ensure_ascii=False).encode()
    kept = [test for case in others for test in case["tests"]]
    removed = [test for case in FILES[path.stem] for test in case["tests"] if test not in kept]
    assert len(removed) == sum(map(bool, map(LONE_SURROGATE.search, lines)))
    assert all("error" in test for test in removed)


def iter_words(node):
    """Yield each word that the schema allows in a case: member names, and the values of `enum` and `const`."""
    if isinstance(node, dict):
        yield from node.get("properties", {})
        yield from node.get("enum", [])
        yield from [node["const"]] if "const" in node else []
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from iter_words(inner)


@pytest.mark.parametrize("word", sorted(set(iter_words(SCHEMA.schema))))
def test_each_word_is_documented(word):
    """Each word that a case may use is documented in `docs/conformance.md` or `docs/semantics.md`."""
    assert re.search(rf'`"?{re.escape(word)}"?`|"{re.escape(word)}":', PAGE + SEMANTICS)


def test_each_code_is_documented_and_used():
    """`docs/semantics.md` lists exactly the codes and reasons in the schema, and the cases use all of them."""
    groups = [SCHEMA.schema["$defs"][name]["oneOf"] for name in ("error", "reason")]
    codes = {code["const"] for group in groups for code in group}
    tests = [test for cases in FILES.values() for case in cases for test in case["tests"]]
    used = {word for test in tests for word in [test.get("error"), *test.get("reasons", {}).values()] if word}
    assert set(re.findall(r"^\| \d\w? \| `(\w+)` \|", SEMANTICS, re.MULTILINE)) == codes
    assert used == codes
