"""The task-type schemas, as data.

Every JSON Schema 2020-12 validator finds the errors.  Warnings are below
`x-warn`, a keyword that other validators ignore: `Warned` reads it as one more
`allOf`, so the path of a violation in the schema tells errors from warnings.
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

#: Keywords whose value is one schema that must hold wherever its parent must.
HOLDS = {"additionalProperties", "items", "then", "else", "x-warn"}
#: The same, for keywords whose value holds schemas by name or in a row.
HOLD = {"properties", "$defs", "allOf"}
#: Keywords that only ask, so that what stands below them is no demand.
ASKS = {"if", "not", "contains", "anyOf"}
#: Keywords that say something and demand nothing.
SAYS = {
    "$schema", "title", "description", "default", "examples", "deprecated",
    "x-basis", "x-coverage", "x-mistaken",
}  # fmt: skip
DEMANDS = {
    "$ref", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum",
    "minLength", "pattern", "minItems", "maxItems", "minProperties",
    "maxProperties", "required", "dependentRequired",
}  # fmt: skip
#: Keywords for one param at a time: the others need the params of all layers.
OWN = ("$schema", "type", "properties", "$defs")

Warned = extend(
    Draft202012Validator,
    {"x-warn": lambda validator, schema, value, _: validator.descend(value, schema)},
)


def plain(schema):
    """The schema with its warnings as errors, for any validator."""
    out = dict(schema)
    for key in schema.keys() & (HOLDS | {"if", "not", "contains"}):
        out[key] = plain(schema[key])
    for key in schema.keys() & {"properties", "$defs"}:
        out[key] = {name: plain(child) for name, child in schema[key].items()}
    for key in schema.keys() & {"allOf", "anyOf"}:
        out[key] = [plain(child) for child in schema[key]]
    if "x-warn" in out:
        out["allOf"] = [*out.get("allOf", ()), out.pop("x-warn")]
    return out


PLAIN = {name: plain(schema) for name, schema in SCHEMAS.items()}
PLAIN_REGISTRY = Registry().with_resources(
    (f"{name}.json", DRAFT202012.create_resource(schema)) for name, schema in PLAIN.items()
)


def own(schema):
    """The part of a root schema that applies to a project's params alone."""
    return {key: schema[key] for key in OWN if key in schema}


def pointer(parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def findings(schema, params):
    """Every violation as (severity, pointer, keyword), sorted, each once.

    A warning about the type or the choice of a value is left out where the
    value is an error already.
    """
    found = {
        (
            "warning" if "x-warn" in violation.absolute_schema_path else "error",
            pointer(violation.absolute_path),
            violation.validator,
        )
        for violation in Warned(schema, registry=REGISTRY).iter_errors(params)
    }
    wrong = {where for severity, where, _ in found if severity == "error"}
    return sorted(
        (severity, where, keyword)
        for severity, where, keyword in found
        if severity == "error" or keyword not in ("type", "enum") or where not in wrong
    )


def errors(schema, params):
    return [each for each in findings(schema, params) if each[0] == "error"]


def nodes(schema, *, asked=False, path=()):
    """Every schema inside a schema, with whether it only asks, and its path."""
    if not isinstance(schema, dict):
        return
    yield schema, asked, path
    for key, value in schema.items():
        below = asked or key in ASKS
        if key in HOLDS | {"if", "not", "contains"}:
            yield from nodes(value, asked=below, path=(*path, key))
        elif key in HOLD | {"anyOf"}:
            each = value.items() if isinstance(value, dict) else enumerate(value)
            for name, child in each:
                yield from nodes(child, asked=below, path=(*path, key, name))


def resolved(schema, name):
    """The schemas that apply where this one does, with their files."""
    yield schema, name
    for key in ("then", "else"):
        if key in schema:
            yield from resolved(schema[key], name)
    for child in schema.get("allOf", ()):
        yield from resolved(child, name)
    reference = schema.get("$ref") or schema.get("x-warn", {}).get("$ref")
    if reference:
        file, _, path = reference.partition("#")
        name = file.removesuffix(".json") or name
        target = SCHEMAS[name]
        for part in path.split("/")[1:]:
            target = target[part]
        yield from resolved(target, name)


def members(schema, name, parts):
    """The names a type knows at a pointer: read off `properties` alone."""
    here = list(resolved(schema, name))
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
    return {key for child, file in inside for key in members(child, file, rest)}


#: Places whose form is free, or not documented.
FREE = r"""(?x) /metadata/ | /attribute_conditions/\d+/ | /labelMapping/ | /response/
    | transcription/hypothesis/annotations/\d+/ | ^imageannotation/attachment_type
    | ^namedentityrecognition/labels/.*/(description|display_name)$
    | ^textcollection/fields/.*(/conditions/|/(min|max|use_slider|num_items_to_rank)$)
    | ^transcription/repeatable_fields"""


def effective(payload):
    # No payload has an instruction on both sides: the overlay is all there is.
    return {**payload.get("project", {}), **payload["task"]}


def every_payload(names=TYPES):
    return [
        pytest.param(name, payload, id=f"{name}: {payload['name']}")
        for name, document in PAYLOADS.items()
        if name in names
        for payload in document["payloads"]
    ]


def places(value, path=()):
    """The path of everything in a document, the root left out."""
    if isinstance(value, dict | list):
        each = value.items() if isinstance(value, dict) else enumerate(value)
        for key, child in each:
            yield (*path, key)
            yield from places(child, (*path, key))


def at(document, parts):
    for part in parts:
        document = document[part]
    return document


def parsed(document, text):
    """The path of a pointer into a document, its last part perhaps absent."""
    parts = []
    for part in text.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        parts.append(int(name) if isinstance(document, list) else name)
        document = document[parts[-1]] if _has(document, parts[-1]) else None
    return parts


def _has(document, key):
    return key in document if isinstance(document, dict) else len(document) > key


def changed(params, change):
    """The params after one change, and the path that it went to."""
    params = deepcopy(params)
    *parents, last = path = parsed(params, change["pointer"])
    parent = at(params, parents)
    if "set" in change:
        parent[last] = change["set"]
    elif "rename" in change:
        parent[change["rename"]] = parent.pop(last)
        path = [*parents, change["rename"]]
    else:
        assert change["remove"] is True
        del parent[last]
    return params, path


def base(name, case):
    wanted = case.get("payload", CASES[name]["payload"])
    return next(effective(payload) for payload in PAYLOADS[name]["payloads"] if payload["name"] == wanted)


class TestForm:
    @pytest.mark.parametrize("name", SCHEMAS)
    def test_it_is_valid(self, name):
        """A schema is JSON Schema 2020-12, its warnings included."""
        assert SCHEMAS[name]["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
        Draft202012Validator.check_schema(SCHEMAS[name])
        Draft202012Validator.check_schema(PLAIN[name])

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_its_references_stay_inside(self, name):
        """A reference names a definition of the same file or of a file beside it."""
        for schema, _, _ in nodes(SCHEMAS[name]):
            if "$ref" in schema:
                assert re.match(r"((common|definitions)\.json)?#/\$defs/\w+\Z", schema["$ref"])
                resolver = REGISTRY.resolver(base_uri=f"{name}.json")
                assert isinstance(resolver.lookup(schema["$ref"]).contents, dict)

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_its_keywords_are_the_plain_ones(self, name):
        """No keyword is misspelt, and none is one on which validators differ."""
        for schema, _, path in nodes(SCHEMAS[name]):
            assert schema.keys() <= SAYS | DEMANDS | HOLDS | HOLD | ASKS, path
            assert schema.get("additionalProperties") is not False, path
            assert not re.search(r"\$|\\d", schema.get("pattern", "")), path

    @pytest.mark.parametrize("name", TYPES)
    def test_its_root_can_be_split(self, name):
        """Each keyword at the root applies to one param, or to several together."""
        root = SCHEMAS[name]
        assert root["type"] == "object"
        assert root.keys() <= SAYS | {
            "type", "properties", "required", "allOf", "x-warn", "$defs",
        }  # fmt: skip
        assert root.get("x-warn", {}).keys() <= {
            "description", "required", "dependentRequired", "allOf", "if", "then", "else",
        }  # fmt: skip
        assert all("description" in rule for rule in root.get("allOf", ()))

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_a_warning_is_never_part_of_a_question(self, name):
        """What only asks holds no warning, so reading the warnings changes no error."""
        for schema, asked, path in nodes(SCHEMAS[name]):
            if asked:
                assert not {"x-warn", "$ref"} & schema.keys(), path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_every_param_says_what_it_is_and_how_sure_that_is(self, name):
        """Each param has a title, a description and a basis, its own or by reference."""
        described = set()
        for schema, asked, path in nodes(SCHEMAS[name]):
            if asked or "x-warn" in path or len(path) < 2 or path[-2] != "properties":
                continue
            if {"then", "else"} & {*path} and path[-1] in described:
                continue  # one more demand on a param that is described already
            described.add(path[-1])
            said = {}
            for each, _ in resolved(schema, name):
                said = {**each, **said}
            assert {"title", "description", "x-basis"} <= said.keys(), path
            assert said["x-basis"] in {"documented", "seen in code", "guess"}, path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_only_what_is_documented_is_an_error(self, name):
        """A param that is not documented demands nothing outside its warnings."""
        for schema, _, path in nodes(SCHEMAS[name]):
            if schema.get("x-basis", "documented") != "documented" and "x-warn" not in path:
                assert schema.keys() <= SAYS | {"x-warn"}, path

    @pytest.mark.parametrize("name", SCHEMAS)
    def test_its_examples_and_defaults_pass(self, name):
        """An example is beyond reproach, and a default is at least no error."""
        for schema, _, path in nodes(SCHEMAS[name]):
            here = {**schema, "$defs": SCHEMAS[name].get("$defs", {})}
            for example in schema.get("examples", ()):
                assert findings(here, example) == [], path
            if "default" in schema:
                assert errors(here, schema["default"]) == [], path

    def test_a_misplaced_name_is_no_param(self):
        """What stands among the misplaced names is a param of no type."""
        groups = json.loads(NAMES_FILE.read_text(encoding="utf-8"))["groups"]
        names = [name for group in groups for name in group["names"]]
        assert len(names) == len(set(names))
        for name in (*TYPES, "request"):
            assert not SCHEMAS[name]["properties"].keys() & set(names)

    def test_every_type_takes_the_common_params(self):
        """The common params are those of every type, by reference."""
        common = SCHEMAS["common"]["properties"].keys()
        for name in TYPES:
            properties = SCHEMAS[name]["properties"]
            assert common <= properties.keys()
            for key in common:
                assert properties[key]["$ref"] == f"common.json#/$defs/{key}"


class TestPayloads:
    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_a_whole_request_is_fine(self, name, payload):
        """A payload, with what its project supplies, has nothing wrong with it."""
        assert findings(SCHEMAS[name], effective(payload)) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_half_a_request_is_fine_alone(self, name, payload):
        """The params of a project are valid without those of the task."""
        for half in (payload.get("project", {}), payload["task"], {}):
            assert findings(own(SCHEMAS[name]), half) == []

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_null_is_never_an_error(self, name, payload):
        """Null in the place of a named value may be warned about and no more."""
        params = effective(payload)
        for path in places(params):
            if isinstance(path[-1], str):
                after, _ = changed(params, {"pointer": pointer(path), "set": None})
                assert errors(SCHEMAS[name], after) == [], path

    @pytest.mark.parametrize(("name", "payload"), every_payload(FULL))
    def test_a_value_of_another_kind_is_an_error(self, name, payload):
        """An object in the place of a plain value, or the reverse, is found right there."""
        params = effective(payload)
        for path in places(params):
            where = pointer(path)
            if path[0] in SCHEMAS["request"]["properties"] or re.search(FREE, f"{name}{where}"):
                continue
            other = 12.5 if isinstance(at(params, path), dict | list) else {"wrong": []}
            after, _ = changed(params, {"pointer": where, "set": other})
            assert where in {place for _, place, _ in errors(SCHEMAS[name], after)}

    @pytest.mark.parametrize(("name", "payload"), every_payload())
    def test_names_that_nobody_knows_pass(self, name, payload):
        """A name beside the known ones is never a finding, at any depth."""
        params = effective(payload)
        for path in [(), *places(params)]:
            if isinstance(at(params, path), dict) and "metadata" not in path:
                after = deepcopy(params)
                at(after, path)["nobody-knows"] = None
                known = members(SCHEMAS[name], name, path)
                if known:
                    assert findings(SCHEMAS[name], after) == [], path

    def test_the_request_fields_are_fine(self):
        """The routing names of every payload are what `request.json` wants."""
        for document in PAYLOADS.values():
            for payload in document["payloads"]:
                assert findings(SCHEMAS["request"], payload["task"]) == []

    def test_every_well_documented_type_is_covered(self):
        """A type with a full schema has payloads, one of them in two halves, and cases."""
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
        """One change makes one finding, at the pointer of what is wrong."""
        params, _ = changed(base(name, case), case["change"])
        expect = {"severity": "error", **case["expect"]}
        assert findings(SCHEMAS[name], params) == [(expect["severity"], expect["pointer"], expect["keyword"])]

    @pytest.mark.parametrize(("name", "case"), every("misspelt"))
    def test_a_misspelt_name_is_recognized(self, name, case):
        """The schemas accept it, and know the name that was probably meant."""
        params, path = changed(base(name, case), case["change"])
        where = case["expect"]["pointer"]
        assert pointer(path) == where
        assert where not in {place for _, place, _ in findings(SCHEMAS[name], params)}
        known = members(SCHEMAS[name], name, path[:-1])
        assert case["expect"]["name"] in known
        assert path[-1] not in known


#: Values to put in the place of others, of every kind and at the edges.
STRANGE = (
    None, True, False, 0, 1, -1, 1.0, 2.5, 10, 101, 2**53, -(2**63), 1e300,
    "", "image", "5", "5\n", "-1", "30px", "category", "\u0665", "x" * 300,
    [], [None], ["a"], [["a"]], [{}], list("abcdefg"),
    {}, {"a": None}, {"type": "text"}, {"type": "field_set", "field_id": "x"},
    {"choice": "a"}, {"label": "a", "value": 1}, {"name": "a"}, {"url": "a"},
)  # fmt: skip


def mutated(random, params):
    """The params after one to three random changes."""
    params = deepcopy(params)
    for _ in range(random.randint(1, 3)):
        *parents, last = random.choice(list(places(params)) or [("fields",)])
        parent = at(params, parents)
        match random.randrange(4):
            case 0 if isinstance(parent, dict):
                parent.pop(last, None)
            case 1 if isinstance(parent, dict):
                parent[random.choice(NAMES)] = deepcopy(random.choice(STRANGE))
            case _:
                parent[last] = deepcopy(random.choice(STRANGE))
    return params


NAMES = sorted(
    {name for schema in SCHEMAS.values() for node, _, _ in nodes(schema) for name in node.get("properties", ())}
)


def mutations(seed, count):
    chance = random.Random(seed)
    for _ in range(count):
        name = chance.choice(TYPES)
        documents = PAYLOADS.get(name, {"payloads": [{"task": {"fields": []}}]})
        params = effective(chance.choice(documents["payloads"]))
        yield name, mutated(chance, params)


def list_errors(validator, params, *, without=()):
    return sorted(
        (pointer(e.absolute_path), e.validator, json.dumps(e.validator_value))
        for e in validator.iter_errors(params)
        if not any(part in e.absolute_schema_path for part in without)
    )


class TestLaws:
    def test_warnings_change_no_error(self):
        """Reading `x-warn` leaves the errors as any validator finds them."""
        for name, params in mutations(1, 1_000):
            any_validator = Draft202012Validator(SCHEMAS[name], registry=REGISTRY)
            warned = Warned(SCHEMAS[name], registry=REGISTRY)
            assert list_errors(any_validator, params) == list_errors(warned, params, without=["x-warn"])

    def test_warnings_as_errors(self):
        """With its warnings as `allOf`, a schema has the same errors by any validator."""
        for name, params in mutations(2, 1_000):
            hoisted = Draft202012Validator(PLAIN[name], registry=PLAIN_REGISTRY)
            warned = Warned(SCHEMAS[name], registry=REGISTRY)
            assert list_errors(hoisted, params) == list_errors(warned, params)

    def test_key_by_key(self):
        """The errors of each param alone, and of the keywords for several params, are all errors."""
        for name, params in mutations(3, 1_000):
            schema = SCHEMAS[name]
            rest = {key: value for key, value in schema.items() if key != "properties"}
            parts = [
                list_errors(Warned(rest, registry=REGISTRY), params),
                *(
                    list_errors(
                        Warned(
                            {**own(schema), "properties": {key: schema["properties"][key]}},
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

    def test_the_most_levels_there_can_be(self):
        """A document of 100 levels is validated to its end, whatever nests in it."""
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
            assert max(map(len, places(params))) >= 97
            assert [keyword for _, _, keyword in findings(SCHEMAS[name], params)] == ["type"]

    def test_jsonschema_rs_agrees(self):
        """Both validators agree on what is valid, with warnings and without."""
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
        whole = ((name, effective(payload)) for name, document in PAYLOADS.items() for payload in document["payloads"])
        seen = set()
        for name, params in chain(whole, mutations(4, 5_000)):
            for quick, thorough in zip(fast[name], slow[name], strict=True):
                verdict = thorough.is_valid(params)
                assert quick.is_valid(params) is verdict, (name, params)
                seen.add((name in FULL, verdict))
        assert seen == {(True, True), (True, False), (False, True), (False, False)}
