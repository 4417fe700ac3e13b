"""What the judge tells: whose value, since when, what to write."""

import json
import re
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import pytest

from paramcore import Project, TaskRequest
from paramcore.validation.finding import CODES
from paramcore.validation.names import misplaced
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator
from tests.validation.test_schemas import CASES, FULL, PAYLOADS, TYPES, changed, every_payload, mutations

#: Whether the extra `fast` is there: without it the same is to be found.
HAS_FAST = find_spec("jsonschema_rs") is not None
NEEDS_FAST = pytest.mark.skipif(not HAS_FAST, reason="the extra `fast` is not installed")
BOTH = pytest.mark.parametrize(
    "fast", [pytest.param(True, marks=NEEDS_FAST, id="fast"), pytest.param(False, id="plain")]
)


def project_of(name, payload):
    project = Project("boxes", type=name)
    return project.replace_params(payload["project"]) if "project" in payload else project


def request_of(task):
    """Return a task request of the payload that names no other project."""
    return {key: value for key, value in task.items() if key not in ("project", "project_version")}


def found(project, task, *, fast=None):
    return Validator(project, fast=fast).task(project.resolve(task))


def errors(violations):
    return [one for one in violations if one.severity == "error"]


def boxes(**params):
    return Project("boxes", type="imageannotation", params=params)


GEOMETRIES = {"box": {"objects_to_annotate": ["car"], "min_width": 5}}


class TestPayloads:
    @BOTH
    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_a_real_request_has_no_error(self, name, payload, fast):
        """A documented payload is fine, alone or with the project that supplies the rest."""
        assert errors(found(project_of(name, payload), request_of(payload["task"]), fast=fast)) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload(FULL))
    def test_a_real_request_has_no_unknown_name(self, name, payload):
        """No documented name is taken for a mistake."""
        violations = found(project_of(name, payload), request_of(payload["task"]))
        assert [str(one) for one in violations if one.code in ("param_unknown", "param_misplaced")] == []

    @NEEDS_FAST
    def test_it_agrees_with_itself(self):
        """With jsonschema-rs and without it every finding on thousands of changed requests is the same."""
        judges = {name: Project("boxes", type=name) for name in TYPES}
        pairs = {
            name: (Validator(project, fast=True), Validator(project, fast=False)) for name, project in judges.items()
        }
        told = 0
        for name, params in mutations(5, 3_000):
            task = {key: value for key, value in params.items() if key not in ROUTING}
            if not isinstance(task.get("instruction"), (str, type(None))):
                del task["instruction"]
            effective = judges[name].resolve(task)
            quick, thorough = (judge.task(effective) for judge in pairs[name])
            assert quick == thorough, (name, params)
            told += bool(quick)
        assert told > 500

    def test_it_judges_a_project_as_a_whole(self):
        """What a project holds and what a task brings are judged as if one request had it all."""
        for name in FULL:
            for payload in PAYLOADS[name]["payloads"]:
                project = project_of(name, payload)
                task = request_of(payload["task"])
                whole = Project("boxes", type=name)
                params = project.resolve(task).params
                apart = {(one.code, one.pointer, one.message) for one in found(project, task)}
                assert apart == {(one.code, one.pointer, one.message) for one in found(whole, TaskRequest(params))}


ROUTING = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")
KEYWORD_CODES = {
    "required": "param_missing",
    "type": "param_type",
    "enum": "param_choice",
    "const": "param_choice",
    "anyOf": "param_missing",
}


def every_case(part):
    return [
        pytest.param(name, case, id=f"{name}: {case.get('description', case['expect']['pointer'])}")
        for name, document in CASES.items()
        for case in document[part]
    ]


def changed_request(name, case):
    wanted = case.get("payload", CASES[name]["payload"])
    payload = next(one for one in PAYLOADS[name]["payloads"] if one["name"] == wanted)
    params = {**payload.get("project", {}), **payload["task"]}
    return changed(params, case["change"])[0]


class TestCases:
    @BOTH
    @pytest.mark.parametrize(("name", "case"), every_case("cases"))
    def test_a_mistake_is_told_at_its_place(self, name, case, fast):
        """One mistake in a documented payload is told, at its pointer, with its severity."""
        params = request_of(changed_request(name, case))
        if not isinstance(params.get("instruction"), (str, type(None))):
            return
        project = Project("boxes", type=name)
        expect = {"severity": "error", **case["expect"]}
        violations = found(project, params, fast=fast)
        places = {(one.severity, one.pointer) for one in violations}
        assert (expect["severity"], expect["pointer"]) in places, list(map(str, violations))
        code = KEYWORD_CODES.get(expect["keyword"])
        assert code is None or code in {one.code for one in violations}

    @pytest.mark.parametrize(("name", "case"), every_case("misspelt"))
    def test_a_misspelt_name_is_told_with_the_right_one(self, name, case):
        """A misspelt name is a warning that says what was meant."""
        violations = found(Project("boxes", type=name), request_of(changed_request(name, case)))
        told = {one.pointer: one for one in violations if one.code in ("param_unknown", "param_misplaced")}
        one = told[case["expect"]["pointer"]]
        assert (one.severity, one.suggestion) == ("warning", case["expect"]["name"])


class TestBlame:
    def test_a_typo_of_three_versions_ago(self):
        """A bad value that a task never mentions is blamed on the version that first set it."""
        bad = {"box": {"objects_to_annotate": ["car"], "min_widht": 5, "min_height": "9"}}
        project = boxes(geometries=GEOMETRIES).patch_params({"geometries": bad})
        for padding in (1, 2, 3):
            project = project.patch_params({"padding": padding})
        told = [str(one) for one in found(project, {"attachment": "https://example.com/a.jpg"})]
        assert told == [
            "error param_type at /geometries/box/min_height: found the text '9', wanted a whole number or null"
            " (write `9`) [project version 4, set since version 1]",
            'warning param_unknown at /geometries/box/min_widht: found the name "min_widht", wanted a name that is'
            " known here (write `min_width`) [project version 4, set since version 1]",
        ]

    def test_what_the_task_sets_is_the_tasks(self):
        """A bad value of the task is blamed on the task, also where the project's was good."""
        (one,) = found(boxes(geometries=GEOMETRIES, padding=1), {"attachment": "a", "padding": -1})
        assert (one.layer, one.version, one.first_set_in) == ("task request", None, None)
        assert one.message == "found the number -1, wanted at least 0"

    def test_an_overridden_value_is_a_warning(self):
        """A bad value that the task overrides does no harm today: it is a warning of the version that has it."""
        project = boxes(geometries=GEOMETRIES, padding=-1)
        (one,) = found(project, {"attachment": "a", "padding": 1})
        assert str(one) == (
            "warning param_range at /padding: found the number -1, wanted at least 0; the task overrides it"
            " [project version 0]"
        )

    def test_what_is_required_is_judged_on_the_effective_params(self):
        """A project may hold one half and the task the other (T13); neither is wrong alone."""
        project = boxes(geometries=GEOMETRIES)
        assert Validator(project).own() == ()
        assert found(project, {"attachment": "a"}) == ()
        (one,) = found(project, {})
        assert (one.code, one.pointer, one.wanted) == (
            "param_missing",
            "",
            "`attachment`, from the task or its project",
        )

    def test_a_task_that_opts_out_needs_all(self):
        """With -1 nothing of the project counts, neither its good values nor its bad ones."""
        project = boxes(geometries=GEOMETRIES, padding=-1)
        (one,) = found(project, {"attachment": "a", "project_version": -1})
        assert one.found == "no `geometries`"

    def test_a_pinned_version_is_judged_and_not_the_latest(self):
        """A task is judged by the version that it inherits."""
        project = boxes(geometries=GEOMETRIES, padding=-1).patch_params({"padding": 1})
        judge = Validator(project)
        assert judge.task(project.resolve({"attachment": "a"})) == ()
        assert [one.version for one in judge.task(project.resolve({"attachment": "a", "project_version": 0}))] == [0]
        assert [one.version for one in judge.own(0)] == [0]
        assert judge.own() == ()

    def test_a_project_without_versions_has_nothing_to_judge(self):
        """An empty history is no finding."""
        assert Validator(Project("boxes", type="imageannotation")).own() == ()

    def test_values_against_one_another(self):
        """What JSON Schema cannot say is judged on the effective params, and blamed on who set it."""
        project = boxes(geometries=GEOMETRIES, context_attachments=[{"attachment": "a"}])
        (one,) = found(project, {"attachment": "a"})
        assert (one.code, one.pointer, one.version) == ("param_conflict", "/context_attachments/0/attachment", 0)


CHECKED = [
    ("imageannotation", {"geometries": {"polygon": {"min_vertices": 5, "max_vertices": 3}}},
     ("error", "/geometries/polygon/max_vertices", "found 3 as `max_vertices`, wanted at least 5, as `min_vertices` says")),
    ("imageannotation", {"geometries": {"line": {"max_vertices": 0}}},
     ("error", "/geometries/line/max_vertices", "found 0 as `max_vertices`, wanted at least 1")),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "number", "description": "n", "min": 5, "max": 1}}},
     ("warning", "/annotation_attributes/n/max", "found 1 as `max`, wanted at least 5, as `min` says")),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "text", "description": "n", "conditions": {"label_condition": {"label": ["car", "truk"]}}}}},
     ("warning", "/annotation_attributes/n/conditions/label_condition/label/1",
      "found the text 'truk', wanted a label of the geometries")),
    ("imageannotation", {"geometries": GEOMETRIES, "callback_url": "example.com/done"},
     ("warning", "/callback_url", "found the text 'example.com/done', wanted an address that begins with `https://` or"
      " `http://`, or an e-mail address")),
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "x" * 10_300}},
     ("warning", "/metadata", "found an object of 10,308 bytes, wanted at most 10,240 bytes")),
    # The longest that a character can be: the whole takes four times what Python shows of it.
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "\U0001f600" * 2_559}},
     ("warning", "/metadata", "found an object of 10,244 bytes, wanted at most 10,240 bytes")),
    ("categorization", {"instruction": "a", "attachment_type": "text", "categories": ["yes", "no"],
                        "category_ids": {"1": "Yes"}},
     ("error", "/category_ids/1", 'found the text \'Yes\', wanted one of the categories (write `"yes"`)')),
    ("namedentityrecognition", {"text": "a", "labels": [{"name": "PERSON", "children": [{"name": "CHILD"}]}],
                                "relationships": [{"name": "r", "source_label": "CHILD", "target_label": "PERSN"}]},
     ("error", "/relationships/0/target_label",
      'found the text \'PERSN\', wanted the name of one of the labels (write `"PERSON"`)')),
    ("textcollection", {"attachments": [], "fields": [
        {"type": "text", "field_id": "a", "title": "A", "max_responses_required": 0},
        {"type": "field_set", "field_id": "b", "title": "B", "fields": [{"type": "text", "field_id": "a", "title": "A"}]}]},
     ("error", "/fields/1/fields/0/field_id", "found the field id 'a' for the second time, wanted each id once")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "expected"), CHECKED, ids=lambda it: it if isinstance(it, str) else "")
def test_a_named_check(name, params, expected):
    """A value is judged against another one, where the documentation says so."""
    violations = found(Project("boxes", type=name), {"attachment": "x", **params})
    assert expected in [(one.severity, one.pointer, one.message) for one in violations]


class TestNames:
    @pytest.mark.parametrize("name", ["project_param_version", "project_name", "task_id", "callback", "force"])
    def test_a_misplaced_name_says_where_it_belongs(self, name):
        """A name of a reply or of an SDK's argument is a warning that says what to write."""
        (one,) = found(boxes(geometries=GEOMETRIES), {"attachment": "a", name: 1})
        assert (one.code, one.severity, one.pointer) == ("param_misplaced", "warning", f"/{name}")
        assert one.suggestion == misplaced()[name].use

    def test_unknown_names_pass_through(self):
        """A name that nobody knows is a warning at most, and stays in the params."""
        project = boxes(geometries=GEOMETRIES)
        effective = project.resolve({"attachment": "a", "brand new": {"x": 1}})
        (one,) = Validator(project).task(effective)
        assert (one.code, one.severity, one.suggestion) == ("param_unknown", "warning", None)
        assert effective.params["brand new"] == {"x": 1}

    def test_a_type_that_is_hardly_known_only_gets_near_misses(self):
        """Of a type without public docs a new name is no finding, a misspelt common one is."""
        project = Project("boxes", type="no such type yet")
        assert [one.suggestion for one in found(project, {"attachments": [], "fps": 5, "prioriti": 10})] == ["priority"]

    def test_names_in_free_places_pass(self):
        """Where names are the user's own, as in `metadata`, none is a mistake."""
        project = boxes(geometries=GEOMETRIES)
        task = {"attachment": "a", "metadata": {"insruction": 1}, "annotation_attributes": {"min_widht": {
            "type": "text", "description": "x"}}}  # fmt: skip
        assert found(project, task) == ()


class TestWords:
    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"priority": "high"}, "found the text 'high', wanted 10, 20, 30 or null"),
            ({"padding": "20"}, "found the text '20', wanted a whole number or null (write `20`)"),
            ({"padding": 1.5}, "found the number 1.5, wanted a whole number or null"),
            ({"tags": list("abcdef")}, "found an array of 6 elements, wanted at most 5 elements"),
            ({"attachment": ""}, "found a text of 0 characters, wanted not empty"),
            (
                {"can_add_base_annotations": "true"},
                "found the text 'true', wanted true or false or null (write `true`)",
            ),
            ({"geometries": [1]}, "found an array, wanted an object or null"),
        ],
    )
    def test_a_message(self, params, message):
        """A violation says what was found, what is wanted and, where it is clear, what to write."""
        violations = found(boxes(geometries=GEOMETRIES), {"attachment": "a", **params})
        assert message in [one.message for one in violations]

    def test_without_values(self):
        """A finding can be told without a word of the value."""
        secret = {"priority": "sk_live_123", "padding": "5", "tags": ["sk_live_123"] * 6, "callback_url": "sk_live_123"}
        violations = found(boxes(geometries={"polygon": {"min_vertices": "77"}}), {"attachment": "a", **secret})
        bare = [one.without_values() for one in violations]
        assert len(bare) == 5
        told = json.dumps([one.to_json() for one in bare]) + "".join(map(str, bare))
        assert not [value for value in ("sk_live", "77", '"5"', "`5`") if value in told]

    def test_they_are_sorted_and_told_once(self):
        """The same findings come in the same order each time, each once, by place."""
        project = boxes(padding=-1, priority=3, tags=5, geometries={"box": 3, "bxo": 4})
        judge = Validator(project)
        first = judge.task(project.resolve({}))
        assert first == judge.task(project.resolve({})) == Validator(project, fast=False).task(project.resolve({}))
        assert [one.pointer for one in first] == sorted(one.pointer for one in first)
        assert len({*first}) == len(first)

    def test_every_code_is_listed(self):
        """A program can know every code there is."""
        seen = set()
        for name, params in mutations(6, 1_500):
            task = {key: value for key, value in params.items() if key not in (*ROUTING, "instruction")}
            seen |= {one.code for one in found(Project("boxes", type=name), task)}
        assert seen <= CODES.keys()
        assert len(seen) >= 8

    def test_nothing_is_changed(self):
        """Judging changes neither the params nor the schema."""
        schema = Schemas().of("imageannotation")
        before = deepcopy(schema.document)
        project = boxes(geometries={"box": {"min_width": "5"}}, padding="x")
        effective = project.resolve({"attachment": None})
        params = json.dumps(effective.params)
        Validator(project).task(effective)
        assert schema.document == before
        assert json.dumps(effective.params) == params

    def test_it_remembers_a_bounded_number_of_names(self):
        """Tasks may bring any names: what is kept of them has an end, and each is told all the same."""
        project = boxes(geometries=GEOMETRIES)
        judge = Validator(project)
        bound = project.resolve({}).inheritance
        for number in range(4_200):
            assert [one.pointer for one in judge.params({"attachment": "a", f"n{number}": 1}, bound)] == [f"/n{number}"]
        assert len(judge._rules._ones) <= 4_096
        assert judge.params({"attachment": "a", "n" * 300: 1}, bound)
        assert "n" * 300 not in judge._rules._ones

    @BOTH
    def test_it_walks_through_the_history_once(self, fast, monkeypatch):
        """Since when the project is wrong is found for one task, and known for the others, also of params together."""
        project = Project("boxes", type="categorization")
        held = {"attachment_type": "text", "categories": ["yes", "no"], "category_ids": {"1": "Yes"}}
        for number in range(3):
            project = project.replace_params({**held, "metadata": {"number": number}})
        judge = Validator(project, fast=fast)
        task = project.resolve({"instruction": "a", "attachment": "b"})
        first = judge.task(task)
        assert [(one.version, one.first_set_in) for one in first] == [(2, 0)]
        monkeypatch.setattr(Project, "resolve", lambda *_: pytest.fail("it asked again"))
        assert judge.task(task) == first


OWN = {
    "type": "object",
    "properties": {
        "shape": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["kind"], "properties": {
            "kind": {"enum": ["circle", "square"]}}}]},
        "ids": {"type": "array", "uniqueItems": True},
        "code": {"type": "string", "pattern": "^[a-z]+$"},
        "box": {"$ref": "definitions.json#/$defs/box"},
        "tree": {"$ref": "#/$defs/tree"},
        "closed": {"properties": {"width": {}}, "additionalProperties": False},
    },
    "required": ["shape"],
    "$defs": {"tree": {"type": "object", "properties": {"below": {"$ref": "#/$defs/tree"}}}},
}  # fmt: skip


class TestOwnSchemas:
    def judged(self, params, schema=OWN):
        project = Project("boxes", type="mine")
        violations = Validator(project, Schemas().adding("mine", schema)).task(project.resolve(params))
        return [(one.severity, one.pointer, one.message) for one in violations]

    def test_it_judges(self):
        """A schema of one's own judges as those of the package do, and may refer to their definitions."""
        assert self.judged({"shape": "a", "instruction": "Box.", "box": {"min_width": -1}}) == [
            ("error", "/box/min_width", "found the number -1, wanted at least 0")
        ]
        assert self.judged({}) == [("error", "", "found no `shape`, wanted `shape`, from the task or its project")]

    def test_a_choice_is_told_as_the_branch_that_was_meant(self):
        """Where every branch fails the nearest is told, not all of them."""
        assert self.judged({"shape": {"kind": "circel"}}) == [
            ("error", "/shape/kind", 'found the text \'circel\', wanted "circle" or "square" (write `"circle"`)')
        ]

    def test_its_other_words(self):
        """Elements that stand twice, texts of another form, names that a closed object does not have."""
        params = {"shape": "a", "ids": [1, 1.0], "code": "a1", "tree": {"below": {"below": 5}}, "closed": {"widht": 1}}
        assert self.judged(params) == [
            ("error", "/closed/widht", 'found the name "widht", wanted a known one (write `width`)'),
            ("error", "/code", "found the text 'a1', wanted text that matches \"^[a-z]+$\""),
            ("error", "/ids", "found an element that stands twice, wanted each once"),
            ("error", "/tree/below/below", "found the number 5, wanted an object"),
        ]

    @BOTH
    def test_objects_that_stand_twice(self, fast):
        """Of plain JSON, as of frozen, objects and arrays are found that are the same JSON value."""
        project = Project("boxes", type="mine")
        schema = {"properties": {"ids": {"type": "array", "uniqueItems": True}}}
        judge = Validator(project, Schemas().adding("mine", schema), fast=fast)
        for ids, twice in [
            ([{"a": [1]}, {"a": [1.0]}], True),
            ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], True),
            ([[{}], [{}]], True),
            ([{"a": 1}, {"a": True}], False),
            ([{"a": 1}, {"a": 1, "b": None}], False),
        ]:
            effective = project.resolve({"ids": ids})
            for own in ({"ids": ids}, effective.task.params):
                assert [one.pointer for one in judge.params(own, effective.inheritance)] == ["/ids"] * twice

    def test_true_is_not_one(self):
        """Elements are compared as JSON."""
        assert self.judged({"shape": "a", "ids": [1, True, "1"]}) == []

    def test_a_closed_root_is_judged_as_a_whole(self):
        """A schema that closes its root is judged on all params together."""
        schema = {"properties": {"a": {"type": "integer"}}, "additionalProperties": False}
        told = self.judged({"a": "x", "b": 1}, schema)
        assert ("error", "/a", "found the text 'x', wanted a whole number") in told
        assert ("error", "/b", 'found the name "b", wanted a known one') in told

    def test_it_stands_in_for_one_of_the_package(self):
        """A schema of the package can be replaced."""
        project = boxes(padding="wide")
        schemas = Schemas().adding("imageannotation", {"properties": {"padding": {"type": "string"}}})
        assert Validator(project, schemas).own() == ()
        assert [one.pointer for one in Validator(project).own()] == ["/padding"]


def test_every_code_has_its_paragraph():
    """The page of findings has a paragraph on each code, and on no other."""
    page = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == list(CODES)
