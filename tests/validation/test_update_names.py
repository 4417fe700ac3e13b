"""Names in an update that are not params, and params with similar names."""
# ruff: noqa: SIM905  (long lists of words)

import pytest

from paramcore.validation import Schemas
from paramcore.validation.names import load_misplaced_names
from paramcore.validation.schema_rules import list_all_params
from paramcore.validation.update_names import UpdateNames, find_call_field, list_contents

NAMES = UpdateNames.of("docks", Schemas().of("imageannotation").params)
FLAGS = [True, False, None, 0, 1, "true", "False", " yes ", "no", "1"]
VALUES = [*FLAGS, "x", 7, 0.5, {"a": 1}, [], ["a"]]

#: Names that can only be a misspelt `patch`, whatever their value.
MISSPELT = """
pathc Patch PATCH pAtch patched Patched ptach pacth pacht patc pach atch patchh paatch patvh petch patch1 hpatc
patching pathced is_patch isPatch IsPatch ispatch do_patch usePatch as-patch patch_mode patchMode patch-flag
patchonly http_patch patch_flag
""".split()
MISSPELT += [
    "patch ",
    " patch",
    "Is Patch",
    "patch:",
    "'patch'",
    "--patch",
    "patch?",
    "patch\u200b",
    "ｐatch",
    "_patch",
]

#: Ordinary words. Such a word means `patch` only if its value is a flag, such as true or 1.
WORDS = ["path", "paths", "match", "catch", "watch", "pitch", "patches", "Path", "hatch"]
MODES = """
replace merge overwrite partial append upsert Replace replace_all isReplace partial_update keepExisting update_merge
repalce overwirte no_replace noReplace dont_replace in_place inplace inPlace modify no_overwrite
""".split()


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_patch_is_reported_whatever_its_value(name):
    assert {NAMES.classify(name, value) for value in VALUES} == {"update_mode"}


@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_a_mode_only_with_a_flag(name):
    """A name such as `path` is a misspelt `patch` only if its value is a flag, such as true or 1."""
    assert {NAMES.classify(name, value) for value in FLAGS} == {"update_mode"}
    assert {NAMES.classify(name, value) for value in ("s3://a", 7, 0.5, 2, {"a": 1}, [], "patchy")} == {None}


@pytest.mark.parametrize("name", MODES)
def test_another_word_for_the_mode_needs_a_flag(name):
    """A name like `replace` means the mode if its value is a flag other than null. Otherwise, it may be a param."""
    assert {NAMES.classify(name, value) for value in FLAGS if value is not None} == {"update_mode"}
    assert {NAMES.classify(name, value) for value in ("all of it", 7, None, [], {"a": 1})} == {None}


@pytest.mark.parametrize("name", ["mode", "Mode", "update_mode", "updateType", "type", "method", "http_method", "op"])
def test_a_mode_as_text_is_reported(name):
    """A name such as `mode` is reported if its value names a mode, such as `patch` or `merge`."""
    values = ("patch", "PATCH", "replace", "merge", "pathc", " Partial")
    assert {NAMES.classify(name, value) for value in values} == {"update_mode"}
    otherwise = "update_argument" if name == "type" else None
    assert {NAMES.classify(name, value) for value in ("night shift", "", 7)} == {otherwise}


def test_other_words_in_a_name_are_no_mode():
    """`replace_color` and `color_mode` are not modes of an update."""
    assert [NAMES.classify(name, True) for name in ("replace_color", "keep_aspect", "merge_boxes")] == [None] * 3
    assert [NAMES.classify(name, "replace") for name in ("color_mode", "kind_of_text")] == [None] * 2


def test_a_rare_misspelling_needs_a_flag():
    """`pathcz` is reported only if its value is a flag, and `patch_size` only if its value is a boolean."""
    assert (NAMES.classify("pathz", True), NAMES.classify("pathz", "x")) == ("update_mode", None)
    assert (NAMES.classify("pathcz", True), NAMES.classify("pathcz", "x")) == ("update_mode", None)
    assert (NAMES.classify("patch_size", True), NAMES.classify("patch_size", 1)) == ("update_mode", None)
    assert (NAMES.classify("each", True), NAMES.classify("batch_size", True)) == (None, None)


@pytest.mark.parametrize(
    "name",
    """
    params Params PARAMS param parms prams project_params projectParams parameters update updates body data payload
    json kwargs request new_params docks patch_params
    """.split(),
)
@pytest.mark.parametrize(
    "value",
    [{"instruction": "x"}, {}, {"no such param": 1}, ' {"padding": 3}', [{"padding": 3}], ' [{"padding": 3}]'],
)
def test_an_object_around_the_params_is_a_wrapper(name, value):
    """Any object with a name such as `params`, or with the project's name, is a wrapper.

    JSON text of such an object is a wrapper, too. So is an array of one object with params.
    """
    assert NAMES.classify(name, value) == "update_wrapper"


@pytest.mark.parametrize(
    ("name", "value", "mistake"),
    [
        ("settings", {"padding": 3}, "update_wrapper"),
        ("settings", {"speed": 3}, None),
        ("new", {"patch": "x"}, "update_wrapper"),
        ("odd", {"padding": 3}, None),
        ("odd", [{"padding": 3, "instruction": "x"}], None),
        ("overrides", {"padding": 3}, "update_wrapper"),
        ("attrs", {"padding": 3}, "update_wrapper"),
        ("replaceParams", {"padding": 3}, "update_wrapper"),
        ("update", True, "update_mode"),
        ("Update", "yes", "update_mode"),
        ("update", "patch", "update_mode"),
        ("update", "s3://a", None),
        ("replace", {"instruction": "x"}, "update_wrapper"),
        ("data", [], None),
        ("data", [{"speed": 3}], None),
        ("settings", [{"padding": 3}], None),
        ("data", [["a"]], None),
        ("data", [{"padding": 3}, {"padding": 4}], None),
        ("odd", {"padding": 3, "instruction": "x"}, "update_wrapper"),
        ("odd", {"patch": True}, "update_wrapper"),
        ("odd", {"patch": "of grass"}, None),
        ("odd", '{"padding": 3, "instruction": "x"}', "update_wrapper"),
        ("odd", '{"padding": 3, ', None),
        ("data", "s3://a", None),
        ("data", ["a"], None),
        ("body", None, None),
        ("body_parts", {"a": 1}, None),
        ("request_count", {"a": 1}, None),
        ("params", None, "update_argument"),
        ("params", ["a"], "update_argument"),
    ],
)
def test_other_objects_are_wrappers_if_they_contain_params(name, value, mistake):
    """An object with another name is a wrapper only if it contains params or `patch`.

    The name `update` may also mean the mode.
    """
    assert NAMES.classify(name, value) == mistake


def test_the_names_inside_a_wrapper():
    """The names inside a wrapper are found, whether the wrapper is an object, an array or JSON text."""
    assert list_contents({"a": 1, "b": 2}) == list_contents('{"a": 1, "b": 2}') == ("a", "b")
    assert list_contents([{"a": 1, "b": 2}]) == ("a", "b")
    assert list_contents("{") == list_contents(7) == ()


ARGUMENTS = """
project_name projectName projetc_name task_type taskType type Type name Name projectVersion project_verison
project_versions Project projects uniqueId unqiue_id clear_unique_id clearUniqueIdOnError Batch batchName callback
dataset_id datasetId rapid studio api_key allow_drop createdAt creatd_at Version verison paramHistory param_histroy
param_version paramVersion task_id taskId status is_test archived project_param_version projectParamVersion
""".split()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_field_of_another_call_is_an_argument(name):
    """Arguments of the SDK, routing names and fields of the service are recognized, even if misspelt."""
    assert {NAMES.classify(name, value) for value in ("x", 7, [], {"a": 1})} == {"update_argument"}
    right_name, field = find_call_field(name)
    assert right_name in field.names


def test_the_right_name_of_a_field_is_found():
    """For a misspelt name of a field, the right name is found."""
    near = {"projectVersion": "project_version", "unqiue_id": "unique_id", "verison": "version", "Batch": "batch"}
    assert {name: find_call_field(name)[0] for name in near} == near


def test_every_misplaced_name_of_a_call_is_an_argument():
    """A misplaced name of a response or of an SDK call is recognized as an argument."""
    origins = {"response only", "sdk argument"}
    names = [name for name, misplaced in load_misplaced_names().items() if misplaced.origin in origins]
    assert len(names) > 15
    assert [name for name in names if NAMES.classify(name, "x") != "update_argument"] == []


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("type_name", ["imageannotation", "no such type"])
def test_no_param_of_any_type_is_a_mistake(type_name, value):
    """A param of any task type in the schemas of the package is no mistake, even if its name looks like a mistake."""
    names = UpdateNames.of("docks", Schemas().of(type_name).params)
    assert [name for name in list_all_params() if names.classify(name, value)] == []


@pytest.mark.parametrize(
    "name",
    """
    paddings images image labels_to_use url host bucket threshold score max_width scale session vision versions stats
    statuses statue responses object subject notes comment level language batch_size base_path match_threshold names
    type_hint types kind methods created created_by dataset datapoints tasks tagged param_a callbacks callback_urls
    merge_boxes partial_labels json_schema args_count update_frequency updated_by unique priority_level
    """.split(),
)
@pytest.mark.parametrize("value", ["x", 3, ["a"], {"a": 1}])
def test_an_unknown_name_may_be_a_param(name, value):
    """A name that a newer version of the service may use for a param is not reported as a mistake."""
    assert NAMES.classify(name, value) is None


def test_the_schema_of_the_type_has_priority():
    """A param of the type is no mistake. A name similar to such a param is a mistake only if its value is a flag.

    The name `Patch` is an exception: it is a mistake with any value, even if a param has a similar name.
    """
    names = UpdateNames.of("docks", ["pathc", "params", "type", "callbacks_", "statu"])
    assert {names.classify(name, True) for name in ("pathc", "params", "type")} == {None}
    assert names.classify("Params", {"padding": 1}) is None
    near = UpdateNames.of("docks", ["patcher", "project_tame"])
    assert (near.classify("patche", "x"), near.classify("patche", True)) == (None, "update_mode")
    assert near.classify("project_nname", "x") == "update_argument"
    assert UpdateNames.of("docks", ["projet_name"]).classify("projetc_name", "x") is None
    assert near.classify("Patch", "x") == "update_mode"
    assert UpdateNames.of("docks", ["patche"]).classify("Patch", "x") == "update_mode"


@pytest.mark.parametrize("name", ["", "_", "\u200b", "patch" * 20, "is_" * 30 + "patch", "p" * 100_000])
def test_unusual_names_are_no_mistake(name):
    """Names without letters and long names are not mistakes."""
    assert NAMES.classify(name, True) is None


def test_projects_of_one_type_share_an_index():
    """The index of the params of a type is built once, even for thousands of projects."""
    params = Schemas().of("lidarannotation").params
    assert UpdateNames.of("a", params)._known_index is UpdateNames.of("b", [*params])._known_index
    assert UpdateNames.of("a", params)._known_index is not NAMES._known_index
