"""Tests of the JSON Schemas of the task types.

Every JSON Schema 2020-12 validator finds the errors.  The rules for warnings are inside the
keyword `x-warn`, which ordinary validators ignore.  The validator `Warned` of this module
applies these rules, too.  A violation is a warning if its schema path contains `x-warn`.
"""

import json
import random
import re
from copy import deepcopy
from itertools import chain
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

import paramcore

HERE = Path(__file__).parent
FOLDER = Path(paramcore.__file__).parent / "validation" / "schemas"
NAMES_FILE = FOLDER.parent / "names.json"


def _read(folder):
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}


SCHEMAS = _read(FOLDER)
SHARED = {"common", "definitions", "request", "update"}
TYPES = sorted(SCHEMAS.keys() - SHARED)
FULL = [t for t in TYPES if SCHEMAS[t]["x-coverage"] == "full"]
PAYLOADS = _read(HERE / "payloads")
CASES = _read(HERE / "cases")
REGISTRY = Registry().with_resources(
    (f"{name}.json", DRAFT202012.create_resource(schema)) for name, schema in SCHEMAS.items()
)

#: Keywords that contain one schema. If the schema applies to a value that does not match it, there is a finding.
WITH_SCHEMA = {"additionalProperties", "items", "then", "else", "x-warn"}
#: Keywords that contain an object or array of such schemas.
WITH_SCHEMAS = {"properties", "$defs", "allOf"}
#: Keywords whose schemas are only conditions: a valid value need not match them.
CONDITIONS = {"if", "not", "contains", "anyOf"}
#: Keywords that do not restrict values.
ANNOTATIONS = {
    "$schema", "title", "description", "default", "examples", "deprecated",
    "x-basis", "x-coverage", "x-mistaken",
}  # fmt: skip
ASSERTIONS = {
    "$ref", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum",
    "minLength", "pattern", "minItems", "maxItems", "minProperties",
    "maxProperties", "required", "dependentRequired",
}  # fmt: skip
#: Root keywords that apply to one param at a time. The other root keywords need the effective params.
PER_PARAM = ("$schema", "type", "properties", "$defs")

Warned = extend(
    Draft202012Validator,
    {"x-warn": lambda validator, schema, value, _: validator.descend(value, schema)},
)


def enforce_warnings(schema):
    """Return the schema with `allOf` instead of `x-warn`, so that any validator reports the warnings as errors."""
    out = dict(schema)
    for key in schema.keys() & (WITH_SCHEMA | {"if", "not", "contains"}):
        out[key] = enforce_warnings(schema[key])
    for key in schema.keys() & {"properties", "$defs"}:
        out[key] = {name: enforce_warnings(child) for name, child in schema[key].items()}
    for key in schema.keys() & {"allOf", "anyOf"}:
        out[key] = [enforce_warnings(child) for child in schema[key]]
    if "x-warn" in out:
        out["allOf"] = [*out.get("allOf", ()), out.pop("x-warn")]
    return out


PLAIN = {name: enforce_warnings(schema) for name, schema in SCHEMAS.items()}
PLAIN_REGISTRY = Registry().with_resources(
    (f"{name}.json", DRAFT202012.create_resource(schema)) for name, schema in PLAIN.items()
)


def select_project_part(schema):
    """Return a root schema with only the keywords that apply to one param at a time."""
    return {key: schema[key] for key in PER_PARAM if key in schema}


def make_pointer(parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def find_violations(schema, params):
    """Return the violations as (severity, pointer, keyword), sorted, without duplicates.

    A warning of `type` or `enum` is omitted if the value also has an error.
    """
    violations = {
        (
            "warning" if "x-warn" in violation.absolute_schema_path else "error",
            make_pointer(violation.absolute_path),
            violation.validator,
        )
        for violation in Warned(schema, registry=REGISTRY).iter_errors(params)
    }
    wrong = {where for severity, where, _ in violations if severity == "error"}
    return sorted(
        (severity, where, keyword)
        for severity, where, keyword in violations
        if severity == "error" or keyword not in ("type", "enum") or where not in wrong
    )


def find_errors(schema, params):
    return [each for each in find_violations(schema, params) if each[0] == "error"]


def walk_nodes(schema, *, in_condition=False, path=()):
    """Yield (schema, in_condition, path) for a schema and each schema inside it.

    `in_condition` is true inside `if`, `not`, `contains` and `anyOf`.
    """
    if not isinstance(schema, dict):
        return
    yield schema, in_condition, path
    for key, value in schema.items():
        below = in_condition or key in CONDITIONS
        if key in WITH_SCHEMA | {"if", "not", "contains"}:
            yield from walk_nodes(value, in_condition=below, path=(*path, key))
        elif key in WITH_SCHEMAS | {"anyOf"}:
            each = value.items() if isinstance(value, dict) else enumerate(value)
            for name, child in each:
                yield from walk_nodes(child, in_condition=below, path=(*path, key, name))


def resolve_schemas(schema, name):
    """Yield a schema and the schemas that may apply to the same value, each with the name of its file."""
    yield schema, name
    for key in ("then", "else"):
        if key in schema:
            yield from resolve_schemas(schema[key], name)
    for child in schema.get("allOf", ()):
        yield from resolve_schemas(child, name)
    reference = schema.get("$ref") or schema.get("x-warn", {}).get("$ref")
    if reference:
        file, _, path = reference.partition("#")
        name = file.removesuffix(".json") or name
        target = SCHEMAS[name]
        for part in path.split("/")[1:]:
            target = target[part]
        yield from resolve_schemas(target, name)


def list_names(schema, name, parts):
    """Return the names that the schema of a type describes in the object at the path `parts`."""
    here = list(resolve_schemas(schema, name))
    if not parts:
        return {key for each, _ in here for key in each.get("properties", ())}
    head, *rest = parts
    inside = [
        (child, file)
        for each, file in here
        for child in (
            each.get("properties", {}).get(head),
            each.get("items") if isinstance(head, int) else None,
            each.get("additionalProperties"),
        )
        if child is not None
    ]
    return {key for child, file in inside for key in list_names(child, file, rest)}


#: Matches the task type and pointer of a value with a free or undocumented form, such as `chat/metadata/a`.
FREE = r"""(?x) /metadata/ | /attribute_conditions/\d+/ | /labelMapping/ | /response/
    | transcription/hypothesis/annotations/\d+/ | ^imageannotation/attachment_type
    | ^namedentityrecognition/labels/.*/(description|display_name)$
    | ^textcollection/fields/.*(/conditions/|/(min|max|use_slider|num_items_to_rank)$)
    | ^transcription/repeatable_fields"""


def merge_payload(payload):
    # No payload has an instruction both in the project and in the task, so there is nothing to join.
    return {**payload.get("project", {}), **payload["task"]}


def every_payload(names=TYPES):
    return [
        pytest.param(name, payload, id=f"{name}: {payload['name']}")
        for name, document in PAYLOADS.items()
        if name in names
        for payload in document["payloads"]
    ]


def list_paths(value, path=()):
    """Yield the path of each value in a document, except the root."""
    if isinstance(value, dict | list):
        each = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in each:
            yield (*path, key)
            yield from list_paths(child, (*path, key))


def get_value(document, parts):
    for part in parts:
        document = document[part]
    return document


def parse_pointer(document, text):
    """Return the path of a pointer. The last part of the path need not exist in the document."""
    parts = []
    for part in text.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        parts.append(int(name) if isinstance(document, list) else name)
        document = document[parts[-1]] if _has(document, parts[-1]) else None
    return parts


def _has(document, key):
    return key in document if isinstance(document, dict) else len(document) > key


def change_once(params, change):
    """Return the params after one change, and the path of the change."""
    params = deepcopy(params)
    *parents, last = path = parse_pointer(params, change["pointer"])
    parent = get_value(params, parents)
    if "set" in change:
        parent[last] = change["set"]
    elif "rename" in change:
        parent[change["rename"]] = parent.pop(last)
        path = [*parents, change["rename"]]
    else:
        assert change["remove"] is True
        del parent[last]
    return params, path


def get_payload_params(name, case):
    """Return the params of the payload that a case changes."""
    payload_name = case.get("payload", CASES[name]["payload"])
    return next(merge_payload(payload) for payload in PAYLOADS[name]["payloads"] if payload["name"] == payload_name)


class TestForm:
    @pytest.mark.parametrize("name", SCHEMAS)
    def test_it_is_valid(self, name):
        """A schema is valid JSON Schema 2020-12, and so are the schemas in `x-warn`."""
        assert SCHEMAS[name]["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(SCHEMAS[name])
        Draft202012Validator.check_schema(PLAIN[name])

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_its_references_stay_inside(self, name):
        """A reference leads to a definition in the same file, in `common.json` or in `definitions.json`."""
        for schema, _, _ in walk_nodes(SCHEMAS[name]):
            if "$ref" in schema:
                assert re.match(r"((common|definitions)\.json)?#/\$defs/\w+\Z", schema["$ref"])
                resolver = REGISTRY.resolver(base_uri=f"{name}.json")
                assert isinstance(resolver.lookup(schema["$ref"]).contents, dict)

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_its_keywords_are_portable(self, name):
        """A schema uses only keywords and patterns that all validators treat alike, and rejects no unknown name."""
        for schema, _, path in walk_nodes(SCHEMAS[name]):
            assert schema.keys() <= ANNOTATIONS | ASSERTIONS | WITH_SCHEMA | WITH_SCHEMAS | CONDITIONS, path
            assert schema.get("additionalProperties") is not False, path
            assert not re.search(r"\$|\\d", schema.get("pattern", "")), path

    @pytest.mark.parametrize("name", TYPES)
    def test_its_root_can_be_split(self, name):
        """Each keyword at the root applies either to one param at a time, or to all params together."""
        root = SCHEMAS[name]
        assert root["type"] == "object"
        assert root.keys() <= ANNOTATIONS | {
            "type", "properties", "required", "allOf", "x-warn", "$defs",
        }  # fmt: skip
        assert root.get("x-warn", {}).keys() <= {
            "description", "required", "dependentRequired", "allOf", "if", "then", "else",
        }  # fmt: skip
        assert all("description" in rule for rule in root.get("allOf", ()))

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_no_condition_contains_a_warning(self, name):
        """A condition such as `if` contains neither `x-warn` nor a reference, which could lead to `x-warn`.

        So a warning never changes which errors a schema causes.
        """
        for schema, in_condition, path in walk_nodes(SCHEMAS[name]):
            if in_condition:
                assert not {"x-warn", "$ref"} & schema.keys(), path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_every_param_is_described(self, name):
        """Each param has a title, a description and a basis, in its own schema or behind a `$ref`."""
        described = set()
        for schema, in_condition, path in walk_nodes(SCHEMAS[name]):
            if in_condition or "x-warn" in path or len(path) < 2 or path[-2] != "properties":
                continue
            if {"then", "else"} & {*path} and path[-1] in described:
                continue  # A second rule for a param that another schema describes
            described.add(path[-1])
            said = {}
            for each, _ in resolve_schemas(schema, name):
                said = {**each, **said}
            assert {"title", "description", "x-basis"} <= said.keys(), path
            assert said["x-basis"] in {"documented", "seen in code", "guess"}, path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_only_documented_params_have_errors(self, name):
        """A param whose basis is not `documented` causes only warnings."""
        for schema, _, path in walk_nodes(SCHEMAS[name]):
            if schema.get("x-basis", "documented") != "documented" and "x-warn" not in path:
                assert schema.keys() <= ANNOTATIONS | {"x-warn"}, path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_examples_and_defaults_are_valid(self, name):
        """An example has no findings, and a default has no errors."""
        for schema, _, path in walk_nodes(SCHEMAS[name]):
            here = {**schema, "$defs": SCHEMAS[name].get("$defs", {})}
            for example in schema.get("examples", ()):
                assert find_violations(here, example) == [], path
            if "default" in schema:
                assert find_errors(here, schema["default"]) == [], path

    def test_a_misplaced_name_is_no_param(self):
        """`names.json` lists each misplaced name once. No misplaced name is a routing name or a param of a type."""
        groups = json.loads(NAMES_FILE.read_text(encoding="utf-8"))["groups"]
        names = [name for group in groups for name in group["names"]]
        assert len(names) == len(set(names))
        for name in (*TYPES, "request"):
            assert not SCHEMAS[name]["properties"].keys() & set(names)

    def test_every_type_accepts_the_common_params(self):
        """Every type has the common params, as references to `common.json`."""
        common = SCHEMAS["common"]["properties"].keys()
        for name in TYPES:
            properties = SCHEMAS[name]["properties"]
            assert common <= properties.keys()
            for key in common:
                assert properties[key]["$ref"] == f"common.json#/$defs/{key}"


class TestPayloads:
    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_a_whole_request_has_no_findings(self, name, payload):
        """A payload, combined with the params of its project, has no findings."""
        assert find_violations(SCHEMAS[name], merge_payload(payload)) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_the_params_of_a_project_are_valid_alone(self, name, payload):
        """The params of a project alone, and those of a task alone, break no rule for single params."""
        for half in (payload.get("project", {}), payload["task"], {}):
            assert find_violations(select_project_part(SCHEMAS[name]), half) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_null_is_never_an_error(self, name, payload):
        """A null in place of a member's value is at most a warning."""
        params = merge_payload(payload)
        for path in list_paths(params):
            if isinstance(path[-1], str):
                after, _ = change_once(params, {"pointer": make_pointer(path), "set": None})
                assert find_errors(SCHEMAS[name], after) == [], path

    @pytest.mark.parametrize(("name", "payload"), every_payload(FULL))
    def test_a_value_of_another_type_is_an_error(self, name, payload):
        """It is an error to replace a scalar with an object, or a container with a number.

        Values that `FREE` matches and the values of routing names are not replaced.
        """
        params = merge_payload(payload)
        for path in list_paths(params):
            where = make_pointer(path)
            if path[0] in SCHEMAS["request"]["properties"] or re.search(FREE, f"{name}{where}"):
                continue
            other = 12.5 if isinstance(get_value(params, path), dict | list) else {"wrong": []}
            after, _ = change_once(params, {"pointer": where, "set": other})
            assert where in {place for _, place, _ in find_errors(SCHEMAS[name], after)}

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_unknown_names_pass(self, name, payload):
        """At any depth, an object may have a name that the schema does not describe."""
        params = merge_payload(payload)
        for path in [(), *list_paths(params)]:
            if isinstance(get_value(params, path), dict) and "metadata" not in path:
                after = deepcopy(params)
                get_value(after, path)["nobody-knows"] = None
                known = list_names(SCHEMAS[name], name, path)
                if known:
                    assert find_violations(SCHEMAS[name], after) == [], path

    def test_the_routing_names_are_valid(self):
        """The routing names of every payload have values that are valid under `request.json`."""
        for document in PAYLOADS.values():
            for payload in document["payloads"]:
                assert find_violations(SCHEMAS["request"], payload["task"]) == []

    def test_every_well_documented_type_is_covered(self):
        """A type with full coverage has at least ten error cases, a misspelt name, and a payload with a project."""
        for name in FULL:
            assert any("project" in each for each in PAYLOADS[name]["payloads"])
            wrong = [c for c in CASES[name]["cases"] if "severity" not in c["expect"]]
            assert len(wrong) >= 10
            assert CASES[name]["misspelt"]


def every(part):
    return [
        pytest.param(name, case, id=f"{name}: {case.get('description', case['expect']['pointer'])}")
        for name, document in CASES.items()
        for case in document[part]
    ]


class TestCases:
    @pytest.mark.parametrize(("name", "case"), every("cases"))
    def test_one_change_is_found_once(self, name, case):
        """One change causes one finding, at the pointer of the wrong value."""
        params, _ = change_once(get_payload_params(name, case), case["change"])
        expect = {"severity": "error", **case["expect"]}
        assert find_violations(SCHEMAS[name], params) == [(expect["severity"], expect["pointer"], expect["keyword"])]

    @pytest.mark.parametrize(("name", "case"), every("misspelt"))
    def test_a_misspelt_name_is_recognized(self, name, case):
        """A schema accepts a misspelt name, and describes the correct name."""
        params, path = change_once(get_payload_params(name, case), case["change"])
        where = case["expect"]["pointer"]
        assert make_pointer(path) == where
        assert where not in {place for _, place, _ in find_violations(SCHEMAS[name], params)}
        known = list_names(SCHEMAS[name], name, path[:-1])
        assert case["expect"]["name"] in known
        assert path[-1] not in known


#: Replacement values: at least one of each JSON type, and edge cases.
STRANGE = (
    None, True, False, 0, 1, -1, 1.0, 2.5, 10, 101, 2**53, -(2**63), 1e300,
    "", "image", "5", "5\n", "-1", "30px", "category", "\u0665", "x" * 300,
    [], [None], ["a"], [["a"]], [{}], list("abcdefg"),
    {}, {"a": None}, {"type": "text"}, {"type": "field_set", "field_id": "x"},
    {"choice": "a"}, {"label": "a", "value": 1}, {"name": "a"}, {"url": "a"},
)  # fmt: skip


def mutate_params(random, params):
    """Return the params after one to three random changes."""
    params = deepcopy(params)
    for _ in range(random.randint(1, 3)):
        *parents, last = random.choice(list(list_paths(params)) or [("fields",)])
        parent = get_value(params, parents)
        match random.randrange(4):
            case 0 if isinstance(parent, dict):
                parent.pop(last, None)
            case 1 if isinstance(parent, dict):
                parent[random.choice(NAMES)] = deepcopy(random.choice(STRANGE))
            case _:
                parent[last] = deepcopy(random.choice(STRANGE))
    return params


NAMES = sorted(
    {name for schema in SCHEMAS.values() for node, _, _ in walk_nodes(schema) for name in node.get("properties", ())}
)


def mutations(seed, count):
    chance = random.Random(seed)
    for _ in range(count):
        name = chance.choice(TYPES)
        documents = PAYLOADS.get(name, {"payloads": [{"task": {"fields": []}}]})
        params = merge_payload(chance.choice(documents["payloads"]))
        yield name, mutate_params(chance, params)


def list_errors(validator, params, *, without=()):
    return sorted(
        (make_pointer(e.absolute_path), e.validator, json.dumps(e.validator_value))
        for e in validator.iter_errors(params)
        if not any(part in e.absolute_schema_path for part in without)
    )


class TestLaws:
    def test_warnings_change_no_error(self):
        """Supporting `x-warn` does not change the errors of a validator."""
        for name, params in mutations(1, 1_000):
            any_validator = Draft202012Validator(SCHEMAS[name], registry=REGISTRY)
            warned = Warned(SCHEMAS[name], registry=REGISTRY)
            assert list_errors(any_validator, params) == list_errors(warned, params, without=["x-warn"])

    def test_warnings_as_errors(self):
        """If `allOf` replaces `x-warn`, any validator finds the errors and warnings that `Warned` finds."""
        for name, params in mutations(2, 1_000):
            hoisted = Draft202012Validator(PLAIN[name], registry=PLAIN_REGISTRY)
            warned = Warned(SCHEMAS[name], registry=REGISTRY)
            assert list_errors(hoisted, params) == list_errors(warned, params)

    def test_errors_can_be_found_param_by_param(self):
        """Checking each param alone, and then the other keywords, finds the same errors as the whole schema."""
        for name, params in mutations(3, 1_000):
            schema = SCHEMAS[name]
            rest = {key: value for key, value in schema.items() if key != "properties"}
            parts = [
                list_errors(Warned(rest, registry=REGISTRY), params),
                *(
                    list_errors(
                        Warned(
                            {**select_project_part(schema), "properties": {key: schema["properties"][key]}},
                            registry=REGISTRY,
                        ),
                        {key: value},
                    )
                    for key, value in params.items()
                    if key in schema["properties"]
                ),
            ]
            whole = list_errors(Warned(schema, registry=REGISTRY), params)
            assert sorted(chain.from_iterable(parts)) == whole

    def test_the_maximum_depth(self):
        """A document of almost 100 levels is validated down to its innermost value."""
        label = choice = field = entity = None
        for _ in range(48):
            label = {"choice": "a", "subchoices": [label or 7]}
            choice = {"label": "a", "subchoices": [choice or 7]}
            entity = {"name": "a", "children": [entity or 7]}
            other = {"type": "text", "field_id": "b", "title": "B"}
            field = {
                "type": "field_set", "field_id": "a", "title": "A",
                "fields": [other, field or 7],
            }  # fmt: skip
        category = {"type": "category", "field_id": "a", "title": "A", "choices": [choice]}
        for name, params in (
            ("segmentannotation", {"attachment": "a", "labels": [label]}),
            ("textcollection", {"attachments": [], "fields": [field]}),
            ("textcollection", {"attachments": [], "fields": [category]}),
            ("namedentityrecognition", {"text": "a", "labels": [entity]}),
        ):
            assert max(map(len, list_paths(params))) >= 97
            assert [keyword for _, _, keyword in find_violations(SCHEMAS[name], params)] == ["type"]

    def test_jsonschema_rs_agrees(self):
        """With and without warnings, jsonschema-rs and jsonschema agree on which params are valid."""
        rs = pytest.importorskip("jsonschema_rs")
        registry = rs.Registry([(f"{n}.json", s) for n, s in SCHEMAS.items()])
        hoisted = rs.Registry([(f"{n}.json", s) for n, s in PLAIN.items()])
        fast = {
            name: (
                rs.Draft202012Validator(SCHEMAS[name], registry=registry),
                rs.Draft202012Validator(PLAIN[name], registry=hoisted),
            )
            for name in TYPES
        }
        slow = {
            name: (
                Draft202012Validator(SCHEMAS[name], registry=REGISTRY),
                Draft202012Validator(PLAIN[name], registry=PLAIN_REGISTRY),
            )
            for name in TYPES
        }
        whole = (
            (name, merge_payload(payload)) for name, document in PAYLOADS.items() for payload in document["payloads"]
        )
        seen = set()
        for name, params in chain(whole, mutations(4, 5_000)):
            for quick, thorough in zip(fast[name], slow[name], strict=True):
                verdict = thorough.is_valid(params)
                assert quick.is_valid(params) is verdict, (name, params)
                seen.add((name in FULL, verdict))
        assert seen == {(True, True), (True, False), (False, True), (False, False)}
