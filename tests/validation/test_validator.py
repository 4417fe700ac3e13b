"""`Validator`: findings with their place, layer, version and suggestion."""

import gc
import json
import pickle
import sys
import weakref
from copy import deepcopy

import pytest

from paramcore import Assumptions, Patch, Project
from paramcore.errors import InvalidSetting, WrongProject
from paramcore.model import EffectiveParams
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator
from tests.validation.helpers import BOTH, GEOMETRIES, NEEDS_FAST, ROUTING, make_boxes, summarize, validate
from tests.validation.test_schemas import CASES, FULL, PAYLOADS, TYPES, change_once, every_payload, mutations


def make_project(name, payload):
    project = Project("boxes", type=name)
    return project.replace_params(payload["project"]) if "project" in payload else project


def make_request(task):
    """Return the task request of a payload without `project` and `project_version`."""
    return {key: value for key, value in task.items() if key not in ("project", "project_version")}


def select_errors(findings):
    return [finding for finding in findings if finding.severity == "error"]


class TestPayloads:
    @BOTH
    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_a_real_request_has_no_error(self, name, payload, fast):
        """A documented payload has no error. If it has a project, the project sets the params that the task lacks."""
        assert select_errors(validate(make_project(name, payload), make_request(payload["task"]), fast=fast)) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload(FULL))
    def test_a_real_request_has_no_unknown_name(self, name, payload):
        """No name in a documented payload is reported."""
        findings = validate(make_project(name, payload), make_request(payload["task"]))
        assert [str(finding) for finding in findings if finding.code in ("param_unknown", "param_misplaced")] == []

    @NEEDS_FAST
    def test_both_validators_agree(self):
        """The findings on randomly changed requests are the same with and without jsonschema-rs."""
        projects = {name: Project("boxes", type=name) for name in TYPES}
        pairs = {
            name: (Validator(project, fast=True), Validator(project, fast=False)) for name, project in projects.items()
        }
        requests_with_findings = 0
        for name, params in mutations(5, 3_000):
            task = {key: value for key, value in params.items() if key not in ROUTING}
            if not isinstance(task.get("instruction"), (str, type(None))):
                del task["instruction"]
            effective = projects[name].resolve(task)
            fast, plain = (validator.task(effective) for validator in pairs[name])
            assert fast == plain, (name, params)
            requests_with_findings += bool(fast)
        assert requests_with_findings > 500


#: For each keyword, the code of the finding on a value that violates it.
KEYWORD_CODES = {
    **dict.fromkeys(("required", "dependentRequired", "anyOf"), "param_missing"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum"), "param_range"),
    **dict.fromkeys(("minLength", "minItems", "maxItems", "minProperties", "maxProperties"), "param_size"),
    "type": "param_type",
    "enum": "param_choice",
    "not": "param_conflict",
}


def list_cases(part):
    return [
        pytest.param(name, case, id=f"{name}: {case.get('description', case['expect']['pointer'])}")
        for name, document in CASES.items()
        for case in document[part]
    ]


def change_request(name, case):
    payload_name = case.get("payload", CASES[name]["payload"])
    payload = next(payload for payload in PAYLOADS[name]["payloads"] if payload["name"] == payload_name)
    params = {**payload.get("project", {}), **payload["task"]}
    return change_once(params, case["change"])[0]


class TestCases:
    @BOTH
    @pytest.mark.parametrize(("name", "case"), list_cases("cases"))
    def test_a_mistake_is_found_at_its_place(self, name, case, fast):
        """A mistake in a documented payload is reported with the right pointer, severity and code."""
        params = make_request(change_request(name, case))
        # `Project.resolve` rejects an instruction that is neither text nor null, so no validation follows.
        if not isinstance(params.get("instruction"), (str, type(None))):
            return
        project = Project("boxes", type=name)
        expect = {"severity": "error", **case["expect"]}
        findings = validate(project, params, fast=fast)
        place = (expect["severity"], expect["pointer"])
        codes = {finding.code for finding in findings if (finding.severity, finding.pointer) == place}
        assert KEYWORD_CODES[expect["keyword"]] in codes, list(map(str, findings))

    @pytest.mark.parametrize(("name", "case"), list_cases("misspelt"))
    def test_a_misspelt_name_is_found_with_the_right_name(self, name, case):
        """A misspelt name is a warning that suggests the right name."""
        findings = validate(Project("boxes", type=name), make_request(change_request(name, case)))
        about_names = [finding for finding in findings if finding.code in ("param_unknown", "param_misplaced")]
        (finding,) = [finding for finding in about_names if finding.pointer == case["expect"]["pointer"]]
        assert (finding.severity, finding.suggestion) == ("warning", case["expect"]["name"])

    @pytest.mark.parametrize("half", [0, 1])
    @pytest.mark.parametrize(("name", "case"), [*list_cases("cases"), *list_cases("misspelt")])
    def test_a_project_and_its_task_are_validated_as_a_whole(self, name, case, half):
        """A mistake has the same finding, whether the task sets all params or the project sets half of them."""
        params = make_request(change_request(name, case))
        if not isinstance(params.get("instruction"), (str, type(None))):
            return
        empty = Project("boxes", type=name)
        inherited = {key: params[key] for key in list(params)[half::2] if key not in ROUTING}
        task = {key: value for key, value in params.items() if key not in inherited}
        apart, together = validate(empty.patch_params(inherited), task), validate(empty, params)
        assert apart
        assert [(finding.code, finding.pointer, finding.message) for finding in apart] == [
            (finding.code, finding.pointer, finding.message) for finding in together
        ]


class TestLayers:
    def test_a_mistake_of_an_earlier_version(self):
        """The finding on an inherited value names the version that first set the value."""
        bad = {"box": {"objects_to_annotate": ["car"], "min_widht": 5, "min_height": "9"}}
        project = make_boxes(geometries=GEOMETRIES).patch_params({"geometries": bad})
        for padding in (1, 2, 3):
            project = project.patch_params({"padding": padding})
        findings = validate(project, {"attachment": "https://example.com/a.jpg"})
        assert summarize(findings) == [
            ("param_type", "error", "/geometries/box/min_height", "9"),
            ("param_unknown", "warning", "/geometries/box/min_widht", "min_width"),
        ]
        assert [(finding.version, finding.first_set_in) for finding in findings] == [(4, 1), (4, 1)]

    def test_a_value_of_the_task(self):
        """A finding on a task's value has no version, even if the project sets the param, too."""
        (finding,) = validate(make_boxes(geometries=GEOMETRIES, padding=1), {"attachment": "a", "padding": -1})
        assert (finding.layer, finding.version, finding.first_set_in) == ("task request", None, None)
        assert summarize([finding]) == [("param_range", "error", "/padding", None)]

    def test_an_overridden_value_is_a_warning(self):
        """A wrong value that the task overrides is a warning. The finding names the version with the wrong value."""
        project = make_boxes(geometries=GEOMETRIES, padding=-1)
        (finding,) = validate(project, {"attachment": "a", "padding": 1})
        assert summarize([finding]) == [("param_range", "warning", "/padding", None)]
        assert (finding.overridden, finding.version) == (True, 0)

    @pytest.mark.parametrize(
        ("own", "expected"),
        [
            ({"category_ids": {"1": "car"}}, [("warning", True)]),
            ({"category_ids": {"1": "van"}}, [("error", False)]),
            ({"categories": ["bus", "car"]}, []),
            ({}, [("error", False)]),
        ],
    )
    def test_an_overridden_value_that_contradicts_another_is_a_warning(self, own, expected):
        """If a task corrects a project's value that contradicts another value, the finding is only a warning."""
        params = {"categories": ["car"], "category_ids": {"1": "bus"}}
        findings = validate(
            Project("p", type="categorization", params=params), {"attachment": "https://e.com/a", **own}
        )
        choices = [finding for finding in findings if finding.code == "param_choice"]
        assert [(finding.severity, finding.overridden) for finding in choices] == expected

    def test_a_null_overrides_too(self):
        """A null in the task has its own finding, and overrides the project's value."""
        project = make_boxes(geometries=GEOMETRIES, padding=-1)
        findings = validate(project, {"attachment": "a", "padding": None})
        assert [(finding.code, finding.severity, finding.overridden) for finding in findings] == [
            ("param_range", "warning", True),
            ("param_type", "warning", False),
        ]

    def test_required_params_are_validated_on_the_effective_params(self):
        """The project may set some required params, and the task may set the others (T13)."""
        project = make_boxes(geometries=GEOMETRIES)
        assert Validator(project).project() == ()
        assert validate(project, {"attachment": "a"}) == ()
        (finding,) = validate(project, {})
        assert (finding.code, finding.pointer) == ("param_missing", "")
        assert "`attachment`" in finding.message

    def test_a_task_that_opts_out_needs_all_params(self):
        """A task with `project_version: -1` must set all required params. The project's values are not validated."""
        project = make_boxes(geometries=GEOMETRIES, padding=-1)
        (finding,) = validate(project, {"attachment": "a", "project_version": -1})
        assert (finding.code, finding.pointer) == ("param_missing", "")
        assert "`geometries`" in finding.message

    def test_only_the_pinned_version_is_validated(self):
        """A pinned task is validated with the version that it inherits, not with the latest."""
        project = make_boxes(geometries=GEOMETRIES, padding=-1).patch_params({"padding": 1})
        validator = Validator(project)
        assert validator.task(project.resolve({"attachment": "a"})) == ()
        pinned = project.resolve({"attachment": "a", "project_version": 0})
        assert [finding.version for finding in validator.task(pinned)] == [0]
        assert [finding.version for finding in validator.project(0)] == [0]
        assert validator.project() == ()

    def test_a_project_without_versions_has_no_findings(self):
        assert Validator(Project("boxes", type="imageannotation")).project() == ()

    def test_a_check_of_several_params(self):
        """A check of several params reads the effective params. The finding names the version that set the value."""
        project = make_boxes(geometries=GEOMETRIES, context_attachments=[{"attachment": "a"}])
        (finding,) = validate(project, {"attachment": "a"})
        place = "/context_attachments/0/attachment"
        assert (finding.code, finding.pointer, finding.version) == ("param_conflict", place, 0)


class TestFindings:
    def test_they_are_sorted_and_unique(self):
        """Findings are sorted by pointer, and none occurs twice."""
        project = make_boxes(padding=-1, priority=3, tags=5, geometries={"box": 3, "bxo": 4})
        validator = Validator(project)
        first = validator.task(project.resolve({}))
        assert first == validator.task(project.resolve({})) == Validator(project, fast=False).task(project.resolve({}))
        assert [finding.pointer for finding in first] == sorted(finding.pointer for finding in first)
        assert len({*first}) == len(first)

    def test_validation_changes_nothing(self):
        """Validation changes neither the params nor the schema."""
        schema = Schemas().of("imageannotation")
        before = deepcopy(schema.document)
        project = make_boxes(geometries={"box": {"min_width": "5"}}, padding="x")
        effective = project.resolve({"attachment": None})
        params = json.dumps(effective.params)
        Validator(project).task(effective)
        assert schema.document == before
        assert json.dumps(effective.params) == params

    @BOTH
    def test_the_history_is_read_once(self, fast, monkeypatch):
        """The version that first set a wrong value is searched for once, not for each task."""
        project = Project("boxes", type="categorization")
        held = {"attachment_type": "text", "categories": ["yes", "no"], "category_ids": {"1": "Yes"}}
        for number in range(3):
            project = project.replace_params({**held, "metadata": {"number": number}})
        validator = Validator(project, fast=fast)
        task = project.resolve({"instruction": "a", "attachment": "b"})
        first = validator.task(task)
        assert [(finding.version, finding.first_set_in) for finding in first] == [(2, 0)]
        monkeypatch.setattr(Project, "resolve", lambda *_: pytest.fail("the history was read again"))
        assert validator.task(task) == first

    @BOTH
    def test_repeated_objects(self, fast):
        """Repeated elements are reported in plain and in frozen JSON."""
        project = Project("boxes", type="mine")
        schema = {"properties": {"ids": {"type": "array", "uniqueItems": True}}}
        validator = Validator(project, Schemas().with_schema("mine", schema), fast=fast)
        for ids, is_repeated in [
            ([{"a": [1]}, {"a": [1.0]}], True),
            ([{"a": 1, "b": 2}, {"b": 2, "a": 1}], True),
            ([[{}], [{}]], True),
            ([{"a": 1}, {"a": True}], False),
            ([{"a": 1}, {"a": 1, "b": None}], False),
        ]:
            effective = project.resolve({"ids": ids})
            for own in ({"ids": ids}, effective.task.params):
                assert [finding.pointer for finding in validator.task_params(own, effective.inheritance)] == [
                    "/ids"
                ] * is_repeated


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("lineannotation", {"attachment", "objects_to_annotate"}),
        ("polygonannotation", {"attachment", "objects_to_annotate"}),
        ("pointannotation", {"attachment", "objects_to_annotate"}),
        ("phonecall", {"phone_number", "entity_name"}),
        ("categorization", {"attachment", "attachment_type"}),
        ("audiotranscription", {"attachment"}),
    ],
)
def test_what_types_require(name, missing):
    """Each type requires exactly the params in `missing`, because the service rejected tasks without them."""
    findings = validate(Project("boxes", type=name), {"instruction": "a"})
    required = [
        finding for finding in findings if finding.code == "param_missing" and finding.problem.endswith(" is missing")
    ]
    assert {(finding.problem, finding.severity) for finding in required} == {
        (f"`{param}` is missing", "error") for param in missing
    }


def test_params_of_one_version_that_contradict_each_other():
    """Params of one version that contradict each other are reported without a task (T13)."""
    params = {"labels": [{"name": "PERSON"}], "relationships": [{"source_label": "ORG", "target_label": "PERSON"}]}
    project = Project("boxes", type="namedentityrecognition", params=params)
    (finding,) = Validator(project).project()
    assert (finding.pointer, finding.severity, finding.version) == ("/relationships/0/source_label", "error", 0)
    assert Validator(project.replace_params({"relationships": params["relationships"]})).project() == ()


@BOTH
def test_a_pickled_validator_has_the_same_findings(fast):
    """A copy of a validator by `pickle` has the findings, schemas and `fast` of the original."""
    project = Project("docks", type="own", params={"padding": "20"})
    schemas = Schemas().with_schema("own", {"properties": {"padding": {"type": "integer"}}, "required": ["depth"]})
    validator = Validator(project, schemas, fast=fast)
    task = project.resolve({})
    findings = validator.task(task)
    copy = pickle.loads(pickle.dumps(validator))
    assert (copy.task(task), copy.list_findings(), repr(copy)) == (findings, validator.list_findings(), repr(validator))
    assert [finding.code for finding in findings] == ["param_missing", "param_type"]
    assert copy._is_fast is fast


def test_fast_must_be_true_or_false():
    """A value of `fast` other than true, false or None is rejected, even if it is not hashable."""
    for wrong in (0, "no", []):
        with pytest.raises(InvalidSetting, match="`fast` must be a `bool`"):
            Validator(Project("docks", type="own"), fast=wrong)


@pytest.mark.parametrize(
    "schema", [{"properties": {"a": {"type": "string"}}}, {"properties": {"a": {"pattern": "x"}}}, {"required": ["a"]}]
)
def test_fast_without_the_extra_names_the_extra(schema, monkeypatch):
    """Without jsonschema-rs, `fast=True` raises an error that names the extra. Other values of `fast` work."""
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    project, schemas = Project("boxes", type="mine"), Schemas().with_schema("mine", schema)
    with pytest.raises(ImportError, match=r"^the package `jsonschema-rs`.*; run `pip install 'paramcore\[fast\]'`$"):
        Validator(project, schemas, fast=True)
    for fast in (None, False):
        assert Validator(project, schemas, fast=fast).project() == ()


@pytest.mark.parametrize(
    ("request_", "remedy"),
    [
        ({}, "set it in the task or the project"),
        ({"project_version": -1}, "set it in the task"),
        ({"project_version": 0}, "set it in the task"),
        ({"project_version": 1}, "set it in the task"),
        ({"project_version": None}, "set it in the task or the project"),
    ],
)
def test_a_missing_param_is_set_where_the_task_gets_it(request_, remedy):
    """The remedy for a missing param names the project only if the task has no `project_version`."""
    project = Project("boxes", type="imageannotation", params={"padding": 1})
    project = project.update(Patch({"padding": 2}))
    findings = Validator(project).task(project.resolve({"attachment": "https://e.com/1.jpg", **request_}))
    assert [finding.message for finding in findings] == [f"`geometries` is missing; {remedy}"]


@pytest.mark.parametrize(
    ("request_", "remedy"), [({}, "set it in the task or the project"), ({"project_version": -1}, "set it in the task")]
)
def test_a_missing_param_of_a_project_without_versions(request_, remedy):
    """In a project without versions, the remedy for a missing param names the project unless the task opts out."""
    project = Project("boxes", type="imageannotation")
    findings = Validator(project).task(project.resolve({"attachment": "https://e.com/1.jpg", **request_}))
    assert [finding.remedy for finding in findings] == [remedy]


def test_params_in_an_object_are_not_removed():
    """If a task has its params inside `params`, the remedy is to write them at the top level, not to remove them."""
    project = Project("boxes", type="imageannotation", params={"geometries": GEOMETRIES})
    request = {"attachment": "https://e.com/1.jpg", "params": {"padding": 1}}
    (finding,) = Validator(project).task(project.resolve(request))
    assert (finding.code, finding.remedy) == ("param_misplaced", "write its params at the top level")


@BOTH
@pytest.mark.parametrize("request_", [{}, {"instruction": ""}, {"instruction": None}])
@pytest.mark.parametrize(("empty", "codes"), [("leave out", []), ("join", ["param_size"])])
def test_a_separator_before_the_instruction_is_validated(request_, empty, codes, fast):
    """Under `empty_instruction="join"`, the schema applies to the project's instruction with a separator before it."""
    schemas = Schemas().with_schema("mine", {"properties": {"instruction": {"maxLength": 4}}})
    assumptions = Assumptions(empty_instruction=empty)
    project = Project("boxes", type="mine", params={"instruction": "Box."}, assumptions=assumptions)
    validator = Validator(project, schemas, fast=fast)
    assert [finding.code for finding in validator.task(project.resolve(request_))] == codes
    assert validator.project() == ()


@pytest.mark.parametrize(
    "other",
    [
        make_boxes(padding=5),
        make_boxes(padding=True),
        make_boxes(padding=1).patch_params({"padding": 2}),
        make_boxes(padding=2).patch_params({"padding": 1}),
    ],
)
def test_a_task_of_another_project_is_rejected(other):
    """If the validator's project lacks the inherited version, the validator rejects the task and stays usable.

    The validator accepts a task of another project that opts out or inherits an equal version.
    """
    project = make_boxes(padding=1)
    validator = Validator(project)
    findings = validator.task(project.resolve({}))
    for _ in range(2):
        with pytest.raises(WrongProject) as caught:
            validator.task(other.resolve({}))
        assert caught.value.code == "wrong_project"
        assert validator.task(project.resolve({})) == findings
    assert validator.task(make_boxes(padding=1.0).resolve({})) == findings
    assert validator.task(other.resolve({"project_version": -1})) == validator.task(
        project.resolve({"project_version": -1})
    )


def test_the_schemas_of_many_unknown_types_are_not_kept():
    """A process that validates tasks of ever new types keeps the schemas of only some of them."""
    first = weakref.ref(Schemas().of("unknown 0"))
    for number in range(1, 500):
        Schemas().of(f"unknown {number}")
    gc.collect()
    assert first() is None


@pytest.mark.parametrize("version", range(4))
def test_a_finding_has_the_version_that_an_explanation_names(version, monkeypatch):
    """`first_set_in` is the version that an explanation names, and no param is explained to find it."""
    project = Project("docks", type="imageannotation", params={"lables": 1, "padding": "x"})
    project = project.patch_params({"padding": "y"}).replace_params({"lables": 1}).patch_params({"padding": "y"})
    effective = project.resolve({"project_version": version})
    expected = {name: effective.explain(name).first_set_in for name in effective.params}
    monkeypatch.delattr(EffectiveParams, "explain")
    findings = Validator(project).project(version)
    assert {finding.pointer[1:]: finding.first_set_in for finding in findings} == expected
