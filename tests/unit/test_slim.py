"""Slim requests: what is sent, what is left out, and why a version cannot give the wanted params."""

import pickle

import pytest

from paramcore import Assumptions, Project, SlimRequest, TaskRequest
from paramcore.analysis import Block, Chooser, RuleFinder
from paramcore.errors import InexactRequest, InvalidParams, InvalidSetting, NoSuchVersion, WrongProject
from paramcore.model import Inheritance, ParamVersion

INHERITED = "would_be_inherited"
APPENDED = "instruction_would_be_appended"

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Q", "padding": 5})
BOXES = BOXES.patch_params({"padding": 6, "labels": True})
EMPTY = Project("bare", type="imageannotation")


def project_of(params, **settings):
    return Project("boxes", type="imageannotation", params=params, assumptions=Assumptions(**settings))


def own_instruction(text, wanted, **settings):
    """Return the instruction that the slim request sends, or the codes of the reasons why the request opts out.

    `...` stands for no instruction, in `text` and in the result.
    """
    slim = SlimRequest.to(project_of({} if text is ... else {"instruction": text}, **settings), wanted)
    if slim.blocked:
        assert slim.request.flat == {"project_version": -1, **wanted}
        return [block.code for block in slim.blocked]
    assert slim.request.params.keys() <= {"instruction"}
    return slim.request.params.get("instruction", ...)


JOIN = {"empty_instruction": "join"}
OVERRIDE = {"instruction_rule": "override"}


@pytest.mark.parametrize(
    ("text", "settings", "wanted", "sent"),
    [
        # The version has no instruction.
        (..., {}, ..., ...),
        (..., {}, None, None),
        (..., {}, "", ""),
        (..., JOIN, "x\nQ", "x\nQ"),
        # The version's instruction has no text.
        (None, {}, None, ...),
        (None, {}, "", ""),
        (None, {}, "x", "x"),
        (None, {}, ..., [INHERITED]),
        ("", {}, "", ...),
        ("", {}, None, None),
        ("", JOIN, "\n", "\n"),
        ("", {}, "x\n", "x\n"),
        ("", {}, ..., [INHERITED]),
        # `override`
        ("Q", OVERRIDE, "Q", ...),
        ("Q", OVERRIDE, "x\nQ", "x\nQ"),
        ("Q", OVERRIDE, "", ""),
        ("Q", OVERRIDE, None, None),
        ("Q", OVERRIDE, ..., [INHERITED]),
        ("Q", OVERRIDE | JOIN, "\nQ", "\nQ"),
        # `append`, without a separator if the task's instruction is empty
        ("Q", {}, "Q", ...),
        ("Q", {}, "x\nQ", "x"),
        ("Q", {}, "\nQ", [APPENDED]),
        ("Q", {}, "", [APPENDED]),
        ("Q", {}, None, [APPENDED]),
        ("Q", {}, "x", [APPENDED]),
        ("Q", {}, "xQ", [APPENDED]),
        ("Q", {}, "x\nq", [APPENDED]),
        ("Q", {}, ..., [INHERITED]),
        # `append`, with a separator even if the task's instruction is empty
        ("Q", JOIN, "\nQ", ...),
        ("Q", JOIN, "x\nQ", "x"),
        ("Q", JOIN, "Q", [APPENDED]),
        ("Q", JOIN, "", [APPENDED]),
        ("Q", JOIN, None, [APPENDED]),
        ("Q", JOIN, ..., [INHERITED]),
        # The project's text twice, with white space around it, or in another Unicode form
        ("Q", {}, "Q\nQ", "Q"),
        ("Q", {}, "Q\nQ\nQ", "Q\nQ"),
        ("Q", {}, "\n\nQ", "\n"),
        ("Q", JOIN, "\n\nQ", "\n"),
        ("Q", {}, "\r\nQ", "\r"),
        ("Q", {}, "Night.\r\nQ", "Night.\r"),
        ("Q", {}, " \nQ", " "),
        ("Q", {}, "x \nQ", "x "),
        ("Q", {}, "x\nQ\n", [APPENDED]),
        ("Q", {}, "Q\n", [APPENDED]),
        ("Q", {}, "x\nQ ", [APPENDED]),
        ("Q\n", {}, "x\nQ\n", "x"),
        ("Q\n", {}, "x\nQ", [APPENDED]),
        ("\u00e9", {}, "x\ne\u0301", [APPENDED]),
        ("e\u0301", {}, "x\ne\u0301", "x"),
        # The project's text begins with the separator, or is only white space
        ("\nQ", {}, "\nQ", ...),
        ("\nQ", {}, "\n\nQ", [APPENDED]),
        ("\nQ", {}, "\n\n\nQ", "\n"),
        ("\nQ", {}, "x\n\nQ", "x"),
        ("\nQ", {}, "x\nQ", [APPENDED]),
        ("\nQ", JOIN, "\n\nQ", ...),
        ("\nQ", JOIN, "\nQ", [APPENDED]),
        ("\n", {}, "\n", ...),
        ("\n", {}, "\n\n", [APPENDED]),
        ("\n", {}, "\n\n\n", "\n"),
        (" ", {}, "x\n ", "x"),
        # Other separators, and a dot, which is not a wildcard
        ("Q", {"instruction_separator": ""}, "Q", ...),
        ("Q", {"instruction_separator": ""} | JOIN, "Q", ...),
        ("Q", {"instruction_separator": ""}, "QQ", "Q"),
        ("Q", {"instruction_separator": ""}, "x\nQ", "x\n"),
        ("Q", {"instruction_separator": ""}, "", [APPENDED]),
        ("Q", {"instruction_separator": "\n\n"}, "x\n\nQ", "x"),
        ("Q", {"instruction_separator": "\n\n"}, "x\n\n\nQ", "x\n"),
        ("Q", {"instruction_separator": "\n\n"}, "x\nQ", [APPENDED]),
        ("Q", {"instruction_separator": "\n\n"}, "\n\nQ", [APPENDED]),
        ("Q", {"instruction_separator": "\n\n"} | JOIN, "\n\nQ", ...),
        ("Q", {"instruction_separator": " "}, "x Q", "x"),
        ("Q", {"instruction_separator": " "}, "  Q", " "),
        ("Q", {"instruction_separator": "\\1"}, "x\\1Q", "x"),
        ("Q", {"instruction_separator": "Q"}, "QQQ", "Q"),
        ("a.c", {}, "x\nabc", [APPENDED]),
    ],
)
def test_each_instruction_has_one_result(text, settings, wanted, sent):
    """Under each setting, each wanted instruction is inherited, shortened, sent whole, or impossible."""
    assert own_instruction(text, {} if wanted is ... else {"instruction": wanted}, **settings) == sent


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (1, 1),
        (1, 1.0),
        (1.0, 1),
        (0.0, -0.0),
        (2**53, 2.0**53),
        ([1, {"x": 1.0}], [1.0, {"x": 1}]),
        ({"x": 1, "y": 2}, {"y": 2, "x": 1}),
        (None, None),
        (True, True),
        ("", ""),
        (1e300, 1e300),
    ],
)
def test_an_equal_value_is_not_sent(held, wanted):
    """A value that equals the version's value is not sent. If the JSON texts differ, `respelled` names the param."""
    slim = SlimRequest.to(project_of({"a": held}), {"a": wanted})
    assert slim.request.params == {}
    assert slim.dropped == ("a",)
    assert slim.respelled == (() if repr(held) == repr(wanted) else ("a",))


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (1, True),
        (True, 1),
        (1, "1"),
        ("1", 1),
        (True, 1.0),
        (0, False),
        (0, None),
        (None, 0),
        (None, ""),
        ("", None),
        (5, None),
        ([1], [True]),
        ({"x": 0}, {"x": False}),
        ([1, 2], [2, 1]),
        (2**53 + 1, 2.0**53),
        (2.0**53, 2**53 + 1),
        ("\u00e9", "e\u0301"),
        ([], {}),
        ([], None),
        ({"x": 1}, {"x": 1, "y": None}),
    ],
)
def test_a_lookalike_is_sent(held, wanted):
    """A value that only looks equal is sent in the spelling of the wanted params."""
    slim = SlimRequest.to(project_of({"a": held}), {"a": wanted})
    assert list(map(repr, slim.request.params.values())) == [repr(wanted)]
    assert (slim.dropped, slim.respelled, slim.inherits) == ((), (), 0)


def test_null_is_a_value_and_absent_is_impossible():
    """If null is wanted in place of a value, null is sent. If a version's param is not wanted, the request opts out."""
    project = project_of({"padding": 5})
    null = SlimRequest.to(project, {"padding": None})
    assert null.request.flat == {"padding": None}
    assert null.rests_on == ("T1",)
    absent = SlimRequest.to(project, {})
    assert absent.request.flat == {"project_version": -1}
    assert absent.blocked == (Block("padding", INHERITED),)
    assert SlimRequest.to(project_of({"padding": None}), {}).blocked == (Block("padding", INHERITED),)


def test_all_reasons_are_given():
    """If a request opts out, `blocked` names each unwanted param of the version, and then the instruction."""
    project = project_of({"b": 1, "instruction": "Q", "a": 2})
    slim = SlimRequest.to(project, {"instruction": "x", "c": 3})
    assert slim.blocked == (Block("b", INHERITED), Block("a", INHERITED), Block("instruction", APPENDED))
    assert slim.request.flat == {"project_version": -1, "instruction": "x", "c": 3}
    assert (slim.inherits, slim.dropped, slim.respelled, slim.cut, slim.exact_while) == (None, (), (), None, None)


def test_dropped_params_have_the_order_of_the_version():
    """`dropped` and `respelled` have the order of the version, whatever the order of the wanted params."""
    project = project_of({"a": 1, "b": 2, "c": 3, "instruction": "Q"})
    wanted = {"instruction": "Q", "c": 3.0, "b": 2, "a": 1.0, "z": 0, "y": 0}
    slim = SlimRequest.to(project, wanted)
    assert slim.dropped == ("a", "b", "c", "instruction")
    assert slim.respelled == ("a", "c")
    assert slim == SlimRequest.to(project, dict(reversed(wanted.items())))
    assert list(slim.request.params) == ["z", "y"]


def test_a_slim_request_keeps_the_order_of_the_request():
    """The params that are sent keep the order of the request."""
    request = {"labels": False, "z": 1, "instruction": "x", "a": 2}
    assert list(SlimRequest.of(BOXES, request).request.params) == ["labels", "z", "instruction", "a"]


def test_the_cut_is_named():
    """If only the beginning of the instruction is sent, `cut` is the rest: the separator and the version's text."""
    slim = SlimRequest.to(BOXES, {"instruction": "x\nQ", "padding": 6, "labels": True})
    assert (slim.cut, slim.request.flat, slim.dropped) == ("\nQ", {"instruction": "x"}, ("padding", "labels"))
    assert SlimRequest.to(BOXES, {"instruction": "Q", "padding": 6, "labels": True}).cut is None


def test_a_project_without_versions_inherits_nothing():
    """For a project without versions, the request has all params and no `project_version`, and inherits nothing."""
    slim = SlimRequest.to(EMPTY, {"instruction": "x", "a": None})
    assert slim.request.flat == {"instruction": "x", "a": None}
    assert (slim.inherits, slim.exact_while, slim.blocked, slim.dropped) == (None, None, (), ())
    assert SlimRequest.to(EMPTY, {"a": 1}, version="any").request.flat == {"a": 1}
    assert slim.pin() == slim


def test_routing_names_of_a_history_are_not_inherited():
    """A routing name, or `patch`, in a version is not inherited (U10), so it is no reason to opt out."""
    version = ParamVersion.from_entry(0, {"version": 0, "a": 1, "batch": "monday", "project_version": 7, "patch": True})
    project = Project("boxes", type="imageannotation", versions=[version])
    slim = SlimRequest.to(project, {"a": 1})
    assert slim.request.flat == {}
    assert slim.rests_on == ("U10",)
    assert SlimRequest.to(project, {"a": 1, "patch": True, "version": 0}).request.flat == {"patch": True, "version": 0}


class TestOfRequests:
    """`of` shortens an existing request without changing the params that the task gets."""

    def test_a_request_keeps_its_version(self):
        """A pinned request stays pinned, and a request without a version gets no version."""
        assert SlimRequest.of(BOXES, {"project_version": 0, "padding": 5}).request.flat == {"project_version": 0}
        assert SlimRequest.of(BOXES, {"padding": 5}).request.flat == {"padding": 5}
        assert SlimRequest.of(BOXES, {"padding": 6, "labels": 1}).request.flat == {"labels": 1}

    def test_null_routing_names_are_dropped(self):
        """A null routing name is dropped, because null counts as missing (T7)."""
        request = {"project_version": None, "batch": None, "unique_id": "u", "padding": 6}
        assert SlimRequest.of(BOXES, request).request.flat == {"unique_id": "u"}

    def test_an_opt_out_stays(self):
        """A request that opts out stays as it is. If a version is selected, the slim request inherits this version."""
        request = {"project_version": -1, "instruction": "Q", "padding": 6, "labels": True}
        slim = SlimRequest.of(BOXES, request)
        assert slim.request.flat == request
        assert slim.blocked == (Block(None, "opted_out"),)
        assert SlimRequest.of(BOXES, request, version=None).request.flat == {}
        assert SlimRequest.of(BOXES, request, version="any").request.flat == {}

    def test_minus_one_can_be_selected(self):
        """If -1 is selected, the request has all effective params."""
        slim = SlimRequest.of(BOXES, {"padding": 1}, version=-1)
        assert slim.request.flat == {"project_version": -1, "padding": 1, "instruction": "Q", "labels": True}
        assert slim.blocked == (Block(None, "opted_out"),)
        assert slim == SlimRequest.to(BOXES, BOXES.resolve({"padding": 1}).params, version=-1)

    def test_another_version_may_be_impossible(self):
        """If the selected version has a param that the task must not get, the request opts out."""
        slim = SlimRequest.of(BOXES, {"project_version": 0}, version=None)
        assert slim.blocked == (Block("labels", INHERITED),)
        assert slim.request.flat == {"project_version": -1, "instruction": "Q", "padding": 5}
        back = SlimRequest.of(BOXES, {}, version=0)
        assert back.request.flat == {"project_version": 0, "padding": 6, "labels": True}

    def test_a_repeated_instruction_is_kept(self):
        """If a request repeats the project's instruction, the task still gets the text twice (T4)."""
        slim = SlimRequest.of(BOXES, {"instruction": "x\nQ"})
        assert slim.request.flat == {"instruction": "x\nQ"}
        assert BOXES.resolve(slim.request).params["instruction"] == "x\nQ\nQ"
        assert SlimRequest.of(BOXES, {"instruction": "Q"}).request.flat == {"instruction": "Q"}

    @pytest.mark.parametrize("text", [None, ""])
    def test_an_empty_instruction_is_dropped(self, text):
        """An empty or null instruction is dropped, because the task gets the project's text with or without it."""
        assert SlimRequest.of(BOXES, {"instruction": text}).request.flat == {}

    def test_routing_and_type_stay(self):
        """A slim request has the routing names and the type of the request."""
        request = TaskRequest(
            {"padding": 6}, project="boxes", batch="b", unique_id="u", clear_unique_id_on_error=True, type=BOXES.type
        )
        slim = SlimRequest.of(BOXES, request).request
        assert slim == TaskRequest(
            {}, project="boxes", batch="b", unique_id="u", clear_unique_id_on_error=True, type=BOXES.type
        )
        assert SlimRequest.to(BOXES, {**BOXES.params, "project": "boxes", "batch": "b"}).request.flat == {
            "project": "boxes",
            "batch": "b",
        }


class TestAnyVersion:
    """`any` selects the version that makes the request shortest."""

    @staticmethod
    def choose(versions, wanted):
        made = [ParamVersion(number, params) for number, params in enumerate(versions)]
        slim = SlimRequest.to(Project("boxes", type="imageannotation", versions=made), wanted, version="any")
        return slim.request.project_version, slim.inherits

    def test_an_older_version_must_save_more_than_its_pin(self):
        """An older version is selected if it saves more bytes than `project_version` takes."""
        long, short = {"a": "x" * 30}, {"a": "x" * 10}
        assert self.choose([long, {"a": 1}], long) == (0, 0)
        assert self.choose([short, {"a": 1}], short) == (None, 1)
        # `{"a":"xxxxxxxxxxxxx"}` and `{"project_version":0}` have 21 bytes each.
        assert self.choose([{"a": "x" * 13}, {"a": 1}], {"a": "x" * 13}) == (None, 1)
        assert self.choose([{"a": "x" * 14}, {"a": 1}], {"a": "x" * 14}) == (0, 0)

    def test_bytes_are_counted_instead_of_characters(self):
        """A character with two bytes in UTF-8 counts as two bytes."""
        assert self.choose([{"a": "é" * 7}, {"a": 1}], {"a": "é" * 7}) == (0, 0)
        assert self.choose([{"a": "x" * 7}, {"a": 1}], {"a": "x" * 7}) == (None, 1)

    def test_of_equal_sizes_the_fewest_members(self):
        """Of two requests of the same size, the one with fewer members is chosen."""
        # `{"a":11111,"b":22222}` has 21 bytes and 2 members; `{"project_version":0}` has 21 bytes and 1 member.
        wanted = {"a": 11111, "b": 22222}
        assert self.choose([wanted, {}], wanted) == (0, 0)
        # `{"a":100000000000000}` also has 21 bytes and 1 member, so the request without a pin is chosen.
        assert self.choose([{"a": 10**14}, {}], {"a": 10**14}) == (None, 1)

    def test_fewer_bytes_are_better_than_fewer_members(self):
        """A request with two members is chosen if it has fewer bytes than a request with one."""
        wanted = {"a": 1, "b": 2}
        assert self.choose([wanted, {}], wanted) == (None, 1)

    def test_of_equal_pins_the_newest(self):
        """Of two older versions whose requests have the same size, the newer version is chosen."""
        long = {"a": "x" * 40}
        assert self.choose([long, long, {}], long) == (1, 1)
        assert self.choose([long, {}, {}], long) == (0, 0)
        assert self.choose([long, long, long], long) == (None, 2)

    def test_of_equal_versions_the_shortest_pin(self):
        """Of two versions with equal params, the one whose number has fewer digits is chosen."""
        long = {"a": "x" * 40}
        assert self.choose([*[long] * 12, {}], long) == (9, 9)
        assert self.choose([*[{}] * 9, *[long] * 99, {}], long) == (9, 9)
        assert self.choose([*[{}] * 10, *[long] * 99, {}], long) == (99, 99)

    def test_the_only_possible_version(self):
        """If only one version can give the params, this version is chosen, even if it is not the latest."""
        assert self.choose([{"a": 1}, {"b": 1}, {"c": 1}], {"a": 2}) == (0, 0)
        assert self.choose([{"b": 1}, {}, {"c": 1}], {"a": 2}) == (1, 1)

    def test_an_appended_text_is_not_counted(self):
        """The size of a request has only the part of the instruction that the request sends."""
        long, short = {"instruction": "Q" * 30}, {"instruction": "Q"}
        assert self.choose([long, {}], {"instruction": "Look.\n" + "Q" * 30}) == (0, 0)
        assert self.choose([short, {}], {"instruction": "Look.\nQ"}) == (None, 1)

    def test_a_version_that_appends_cannot_give_null(self):
        """If the wanted instruction is null, a version without an instruction is chosen."""
        assert self.choose([{"instruction": None}, {"instruction": "Q"}], {"instruction": None}) == (0, 0)
        assert self.choose([{"instruction": "Q"}, {}], {"instruction": None}) == (None, 1)

    def test_a_possible_version_is_better_than_a_shorter_opt_out(self):
        """A version that can give the params is chosen, even if its number takes more bytes than -1."""
        assert self.choose([*[{"b": 1}] * 100, {}, {"b": 1}], {"a": 2}) == (100, 100)

    def test_the_reasons_are_those_of_the_latest(self):
        """If no version can give the params, the request opts out, with the reasons of the latest version."""
        project = Project("boxes", type="imageannotation", params={"a": 1}).replace_params({"b": 1, "c": 1})
        slim = SlimRequest.to(project, {}, version="any")
        assert slim.request.flat == {"project_version": -1}
        assert slim.blocked == (Block("b", INHERITED), Block("c", INHERITED))


class TestVersions:
    """`version` selects the version to inherit. An invalid version is an error."""

    WANTED = {"instruction": "Q", "padding": 6, "labels": True}

    def test_a_number_pins(self):
        """A selected number is written into the request, even if it is the number of the latest version."""
        slim = SlimRequest.to(BOXES, self.WANTED, version=1)
        assert slim.request.flat == {"project_version": 1}
        assert (slim.inherits, slim.exact_while) == (1, None)
        assert SlimRequest.to(BOXES, {**self.WANTED, "project_version": 1}) == slim

    def test_none_is_the_latest(self):
        """`None`, or no `version`, selects the latest version.

        The request is exact only while this version is the latest.
        """
        slim = SlimRequest.to(BOXES, self.WANTED, version=None)
        assert slim.request.flat == {}
        assert (slim.inherits, slim.exact_while) == (1, 1)
        assert SlimRequest.to(BOXES, self.WANTED) == slim

    def test_pin_adds_the_version(self):
        """`pin` adds the inherited version to a request, and does not change a request that opts out."""
        slim = SlimRequest.to(BOXES, {**self.WANTED, "batch": "b"})
        assert slim.pin().request.flat == {"project_version": 1, "batch": "b"}
        assert (slim.pin().exact_while, slim.pin().inherits, slim.pin().dropped) == (None, 1, slim.dropped)
        assert slim.pin().pin() == slim.pin()
        assert slim.request.project_version is None
        out = SlimRequest.to(BOXES, {})
        assert out.pin() == out
        later = BOXES.replace_params({})
        assert later.resolve(slim.pin().request).params == BOXES.resolve(slim.request).params

    @pytest.mark.parametrize("version", [True, False, 1.0, "1", "latest", "", b"any", [], {}, (1,)])
    def test_a_version_of_another_type_is_refused(self, version):
        """`version` is a whole number, `None` or `any`. `True` is not 1."""
        for make in (SlimRequest.of, SlimRequest.to):
            with pytest.raises(InvalidSetting) as refused:
                make(BOXES, {}, version=version)
            assert (refused.value.code, refused.value.path) == ("argument_type", None)
        with pytest.raises(InvalidSetting):
            SlimRequest.bind(BOXES, version)

    @pytest.mark.parametrize("version", [2, -2, 2**63])
    def test_a_version_that_does_not_exist_is_refused(self, version):
        """Selecting a version that does not exist is an error without a path."""
        with pytest.raises(NoSuchVersion) as refused:
            SlimRequest.bind(BOXES, version)
        assert (refused.value.code, refused.value.path) == ("version_unknown", None)
        with pytest.raises(NoSuchVersion):
            SlimRequest.to(EMPTY, {}, version=0)

    @pytest.mark.parametrize(
        ("version", "code"),
        [(2, "version_unknown"), *((wrong, "version_type") for wrong in (True, 1.0, "any", "1", [], {"a": [1]}))],
    )
    def test_a_wrong_version_in_the_request_has_a_path(self, version, code):
        """A wrong `project_version` is an error with a path. `True` is wrong, even after a request with version 1."""
        for answer in (SlimRequest.bind(BOXES).of, SlimRequest.bind(BOXES).to):
            answer({"project_version": 1, **self.WANTED})
            with pytest.raises(NoSuchVersion) as refused:
                answer({"project_version": version, **self.WANTED})
            assert (refused.value.code, refused.value.path) == (code, "/project_version")

    @pytest.mark.parametrize("version", [None, 0, -1, "any"])
    def test_selecting_a_version_does_not_hide_a_wrong_one(self, version):
        """A request with a version that does not exist is an error, whatever version is selected."""
        with pytest.raises(NoSuchVersion) as refused:
            SlimRequest.of(BOXES, {"project_version": 2}, version=version)
        assert refused.value.path == "/project_version"

    @pytest.mark.parametrize("version", [None, 0, -1, "any"])
    @pytest.mark.parametrize("own", [0, 1, -1])
    def test_two_versions_are_ambiguous(self, version, own):
        """If the caller selects a version, `to` rejects wanted params that have a `project_version`."""
        for wanted in ({"project_version": own}, TaskRequest({}, project_version=own)):
            with pytest.raises(InvalidSetting) as refused:
                SlimRequest.to(BOXES, wanted, version=version)
            assert (refused.value.code, refused.value.path) == ("argument_type", "/project_version")

    def test_a_null_version_is_not_ambiguous(self):
        """`project_version: null` counts as missing (T7)."""
        assert SlimRequest.to(BOXES, {**self.WANTED, "project_version": None}, version=1).inherits == 1


class TestErrors:
    """Requests that do not fit the project, and results that are wrong because of a bug, are errors."""

    @pytest.mark.parametrize("make", [SlimRequest.of, SlimRequest.to])
    def test_another_project_or_type(self, make):
        """A request for another project or of another type is an error (T15, T12)."""
        with pytest.raises(WrongProject) as refused:
            make(BOXES, {"project": "others"})
        assert (refused.value.code, refused.value.path) == ("wrong_project", "/project")
        with pytest.raises(WrongProject) as refused:
            make(BOXES, TaskRequest({}, type="comparison"))
        assert refused.value.code == "wrong_type"

    @pytest.mark.parametrize("make", [SlimRequest.of, SlimRequest.to])
    def test_the_version_is_checked_before_the_project(self, make):
        """If both the project and the version of a request are wrong, the error is about the version."""
        with pytest.raises(NoSuchVersion):
            make(BOXES, {"project": "others", "project_version": 2})

    @pytest.mark.parametrize("make", [SlimRequest.of, SlimRequest.to])
    def test_a_value_that_is_no_request(self, make):
        with pytest.raises(InvalidParams) as refused:
            make(BOXES, [])
        assert refused.value.code == "params_type"
        with pytest.raises(InvalidParams) as refused:
            make(BOXES, {"instruction": 5})
        assert (refused.value.code, refused.value.path) == ("instruction_type", "/instruction")

    @pytest.mark.parametrize(
        "mistake",
        [
            lambda own: own._replace(params={}),
            lambda own: own._replace(params={**own.params, "more": 1}),
            lambda own: own._replace(params={**own.params, "padding": True}),
            lambda own: own._replace(params={"other": own.params["own"]}),
        ],
    )
    def test_an_inexact_request_is_never_returned(self, monkeypatch, mistake):
        """If a task would not get the wanted params because of a bug in paramcore, `InexactRequest` is raised."""
        right = Inheritance.find_own_params
        monkeypatch.setattr(Inheritance, "find_own_params", lambda self, wanted: mistake(right(self, wanted)))
        with pytest.raises(InexactRequest) as refused:
            SlimRequest.to(BOXES, {**BOXES.params, "own": 1})
        assert (refused.value.code, refused.value.path) == ("request_inexact", "")


class TestDescriptions:
    """The JSON, the text and the `repr` of a slim request."""

    def test_the_rules_are_those_of_the_slim_request(self):
        """`rests_on` lists T5 or T6 for an instruction, T1 for a null, and T8 for an older version or an opt-out."""
        wanted = {"instruction": "x\nQ", "padding": 6, "labels": True}
        assert SlimRequest.to(BOXES, wanted).rests_on == ("T5",)
        assert SlimRequest.to(BOXES, {**wanted, "labels": None}).rests_on == ("T1", "T5")
        override = BOXES.with_assumptions(Assumptions(instruction_rule="override"))
        assert SlimRequest.to(override, wanted).rests_on == ("T6",)
        assert SlimRequest.to(BOXES, {"instruction": "x\nQ", "padding": 5}, version=0).rests_on == ("T5", "T8")
        assert SlimRequest.to(BOXES, {}).rests_on == ("T8",)
        assert SlimRequest.to(project_of({"a": 1}), {"a": 1}).rests_on == ()

    def test_a_rule_finder_depends_on_the_choice_only(self):
        """A `RuleFinder` finds the same rules for a choice, whatever it has found before."""
        finder, chooser = RuleFinder(BOXES), Chooser(BOXES)
        full = {"instruction": "x\nQ", "padding": 6, "labels": True}
        for wanted in (full, {**full, "labels": None}, {"instruction": "Q"}, full, {**full, "instruction": "Q"}):
            for version in (None, 0, -1, None):
                choice = chooser.choose(TaskRequest(wanted).params, version)
                expected = SlimRequest.to(BOXES, wanted, version=version).rests_on
                assert finder.find(choice) == expected
        # If the version's instruction has no text, a request with text rests on T5. Other requests rest on no rule.
        finder, chooser = (
            RuleFinder(project_of({"instruction": None})),
            Chooser(project_of({"instruction": None})),
        )
        found = [finder.find(chooser.choose({"instruction": text}, None)) for text in ("", "x", None, "")]
        assert found == [(), ("T5",), (), ()]

    def test_as_json(self):
        """The JSON has the flat request, the params that are left out, and the assumed rules."""
        slim = SlimRequest.to(BOXES, {"instruction": "x\nQ", "padding": 6.0, "labels": True, "batch": "b"})
        assert slim.to_json() == {
            "request": {"batch": "b", "instruction": "x"},
            "inherits": 1,
            "dropped": ["padding", "labels"],
            "cut": "\nQ",
            "respelled": ["padding"],
            "blocked": [],
            "exact_while": 1,
            "rests_on": ["T5"],
        }
        assert SlimRequest.to(BOXES, {"instruction": "x\nQ"}).to_json() == {
            "request": {"project_version": -1, "instruction": "x\nQ"},
            "inherits": None,
            "dropped": [],
            "cut": None,
            "respelled": [],
            "blocked": [{"param": "padding", "code": INHERITED}, {"param": "labels", "code": INHERITED}],
            "exact_while": None,
            "rests_on": ["T8"],
        }

    def test_the_json_is_a_copy(self):
        """Changing the JSON does not change the slim request."""
        slim = SlimRequest.to(BOXES, {"instruction": "x\nQ", "padding": 6.0, "labels": True, "a": [1]})
        for value in (slim.to_json(), slim.to_json()):
            for part in ("dropped", "respelled", "blocked", "rests_on"):
                value[part].append("scribble")
            value["request"]["a"].append("scribble")
        assert (slim.dropped, slim.respelled, slim.request.params["a"]) == (("padding", "labels"), ("padding",), [1])

    def test_as_text(self):
        """The text has the version, and the params that are inherited, appended or impossible."""
        slim = SlimRequest.to(BOXES, {"instruction": "x\nQ", "padding": 6.0, "labels": True})
        rows = '\n  inherited   padding, labels  (the project has padding 6)\n  appended    instruction  "\\nQ"'
        assert str(slim) == f"inherits version 1{rows}"
        assert str(slim.pin()) == f"inherits version 1 (pinned){rows}"
        assert str(SlimRequest.to(project_of({"a": 1}), {"a": 2})) == "inherits version 0"
        assert str(SlimRequest.to(BOXES, {"instruction": "x", "padding": 6})) == (
            "opts out (project_version -1)\n"
            "  impossible  labels: it would be inherited, but the wanted params do not contain it\n"
            "  impossible  instruction: the project's text would be appended, so the task cannot get exactly the wanted instruction"
        )
        assert str(SlimRequest.of(BOXES, {"project_version": -1})) == "opts out (project_version -1)"
        assert str(Block(None, "opted_out")) == "the request has project_version -1"
        assert str(SlimRequest.to(EMPTY, {"a": 1})) == "inherits nothing, because the project has no versions yet"

    def test_the_repr_is_short(self):
        """The `repr` has the project, the version and the number of dropped params."""
        slim = SlimRequest.to(BOXES, {**BOXES.params})
        assert repr(slim) == "<SlimRequest for 'boxes': inherits version 1, 3 dropped>"
        assert repr(SlimRequest.to(BOXES, {})) == "<SlimRequest for 'boxes': inherits nothing, 0 dropped>"

    def test_slim_requests_are_values(self):
        """Slim requests compare by value, and can be hashed and pickled."""
        one, two = (SlimRequest.to(BOXES, {**BOXES.params, "a": value}) for value in (1, True))
        assert one != two
        assert one == SlimRequest.to(BOXES, {"a": 1.0, **BOXES.params})
        assert len({one, two, SlimRequest.to(BOXES, {"a": 1.0, **BOXES.params})}) == 2
        assert pickle.loads(pickle.dumps(one)) == one

    def test_fell_back(self):
        """`fell_back` is true if a request opts out because of its params, and false if -1 was selected."""
        chooser = Chooser(BOXES)
        assert chooser.choose(TaskRequest({}).params, None).fell_back
        assert not chooser.choose(TaskRequest({}).params, -1).fell_back
        assert not chooser.choose(BOXES.params, None).fell_back
