"""YAML files are read as JSON values."""

import builtins
import json
import pickle
import re

import pytest
from hypothesis import given, strategies as st

from paramcore.errors import DocumentError
from paramcore.files import yaml
from paramcore.files.positions import Position, SyntaxProblem, iter_tokens
from paramcore.files.reader import YAML_SIZE, read_document
from paramcore.files.yaml import decode_yaml, iter_yaml_tokens
from paramcore.testing import json_values
from paramcore.values.frozen import same


@pytest.fixture
def written(tmp_path):
    def write(text, name="some.yaml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(file)

    return write


def refused(read):
    with pytest.raises(DocumentError) as caught:
        read()
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("- 1\n- -2.5e3\n- 0\n- -0.0", [1, -2500.0, 0, -0.0]),
        ("[true, false, null]", [True, False, None]),
        ("a:\nb: # nothing here\n", {"a": None, "b": None}),
        ("-\n-\n", [None, None]),
        ("[no, yes, on, off, ~, Null, TRUE, y]", ["no", "yes", "on", "off", "~", "Null", "TRUE", "y"]),
        (
            "[012, 0x1F, 0o7, 1_000, 1:30, +1, .5, 1., --]",
            ["012", "0x1F", "0o7", "1_000", "1:30", "+1", ".5", "1.", "--"],
        ),
        (
            "[2024-03-04, 2024-03-04T09:12:41Z, .nan, .inf, NaN]",
            ["2024-03-04", "2024-03-04T09:12:41Z", ".nan", ".inf", "NaN"],
        ),
        ("['1', \"null\", 'it''s', \"\\n\\u00e9\"]", ["1", "null", "it's", "\n\u00e9"]),
        ('"\\ud83d\\ude9c"', "\U0001f69c"),
        ("a: |\n  two\n  lines\nb: >-\n  one\n  line\n", {"a": "two\nlines\n", "b": "one line"}),
        ("1: x\nno: y\nnull: z\n'': w", {"1": "x", "no": "y", "null": "z", "": "w"}),
        ("a: ?x", {"a": "?x"}),
        ("{a:: 1, b:c: 2, 'd':[3], e: , f:\n }", {"a:": 1, "b:c": 2, "d": [3], "e": None, "f": None}),
        ("a:\n |\n  b\nc:\n- |\n d\n-\n >\n  e", {"a": "b\n", "c": ["d\n", "e"]}),
        ("--- # a\n|\n b", "b"),
        ("[{a\t: b, 'c'\t:d}, {e :f, g\t:}]", [{"a": "b", "c": "d"}, {"e :f": None, "g": None}]),
        ("a: x#c", {"a": "x#c"}),
        ("a: |  # b?\n  x?#\nb: 'c' # d", {"a": "x?#\n", "b": "c"}),
        ("a: |\n  x\n   ", {"a": "x\n \n"}),
        ("- |+\n   ", ["\n"]),
        ("a: |\n  x", {"a": "x"}),
        ("a: [b,\n c]\nd:\n- {e: f,\n   g: h}", {"a": ["b", "c"], "d": [{"e": "f", "g": "h"}]}),
        ('{"a": [\n1\n]\n}', {"a": [1]}),
        ('"a\n\tb"', "a b"),
        ("a: 'b\n\n  c'", {"a": "b\nc"}),
        ("{a: [1, {b: c}], d: }", {"a": [1, {"b": "c"}], "d": None}),
        ("[a: 1, b]", [{"a": 1}, "b"]),
        ("--- # head\na: 1\n...\n", {"a": 1}),
        ("# c\n- a # d\n", ["a"]),
        ('a: "x\\u2028  y\\ufeff"', {"a": "x\u2028  y\ufeff"}),
        ('"\\U0010FFFF\\U0001f69c"', "\U0010ffff\U0001f69c"),
        ("\ufeffa: \U0001f69c", {"a": "\U0001f69c"}),
        ('"<<": 1', {"<<": 1}),
    ],
)
def test_a_plain_scalar_is_a_json_literal_or_text(written, text, value):
    """A plain scalar that is also JSON, such as `1` or `true`, has its JSON value. An omitted value is null.

    Every other scalar is text.
    """
    decoded = read_document(written(text)).value
    assert same(decoded, value)
    assert json.dumps(decoded) == json.dumps(value)


NO_JSON = [
    ("", "yaml_syntax", 1, 1),
    ("# nothing\n", "yaml_syntax", 1, 1),
    ("a: [1", "yaml_syntax", 1, 6),
    ("instruction: Box it: now", "yaml_syntax", 1, 20),
    ("a:\n  - b\n c: 1", "yaml_syntax", 3, 2),
    ("a: 1\n\tb: 2", "yaml_syntax", 2, 1),
    ("a: \x01", "yaml_syntax", 1, 4),
    ("a: 1\nb: x\x85y", "yaml_syntax", 2, 5),
    ('a: "x\u2028  y"', "yaml_syntax", 1, 6),
    ("a: 1 # b\u2029c", "yaml_syntax", 1, 9),
    ("a: 1\n\ufeffb: 2", "yaml_syntax", 2, 1),
    ("\ufeffa: b\ufeff", "yaml_syntax", 1, 5),
    ('- a\n- "\\\\U00110000 \\U00110000"', "yaml_syntax", 2, 16),
    ('"\\UFFFFFFFF": 1', "yaml_syntax", 1, 2),
    ("a:\t1", "yaml_syntax", 1, 3),
    ("a: |\t\n  b", "yaml_syntax", 1, 5),
    ("a: 1\n\t\nb: 2", "yaml_syntax", 2, 1),
    ("a:\n<<<<<<< ours\n  b: 1\n=======\n  b: 2\n>>>>>>> theirs\n", "yaml_syntax", 2, 1),
    ("a: 1\n=======\na: 2\n", "yaml_syntax", 2, 1),
    ("a: 1\nb:\n  c: 2\n>>>>>>> theirs\n", "yaml_syntax", 4, 1),
    ("a: 1\n||||||| base\nb: 2\n", "yaml_syntax", 2, 1),
    ('{"a": 1,\r\n=======\r\n"b": 2}\r\n', "yaml_syntax", 2, 1),
    (": 1", "yaml_syntax", 1, 1),
    ("a: 1\nb: 2\na: 3", "json_duplicate_key", 3, 1),
    ('- {x: 1, "x": 2}', "json_duplicate_key", 1, 10),
    ("a: &x 1", "yaml_feature", 1, 4),
    ("a: 1\nb: *x", "yaml_feature", 2, 4),
    ("a: !!str 1", "yaml_feature", 1, 4),
    ("!mine {}", "yaml_feature", 1, 1),
    ("! a", "yaml_feature", 1, 1),
    ("<<: {b: 2}", "yaml_feature", 1, 1),
    ("? [1]\n: 2", "yaml_feature", 1, 1),
    ("? a\n: b", "yaml_feature", 1, 1),
    ("{?a: b}", "yaml_feature", 1, 2),
    ("[?x]", "yaml_feature", 1, 2),
    ("[?]", "yaml_feature", 1, 2),
    ("%YAML 1.1\n---\na: no", "yaml_feature", 1, 1),
    ("# ?\n\n%YAML 1.3\n---\na: no", "yaml_feature", 3, 1),
    ("%TAG ! tag:x,2000:\n---\na: 1", "yaml_feature", 1, 1),
    ('a: "b"#c', "yaml_syntax", 1, 7),
    ("'a'#b: 1", "yaml_syntax", 1, 4),
    ("[a, b]#c", "yaml_syntax", 1, 7),
    ("[a,#b\nc]", "yaml_syntax", 1, 4),
    ("[-]", "yaml_syntax", 1, 2),
    ("{a: -}", "yaml_syntax", 1, 5),
    ("{a:, b: 1}", "yaml_syntax", 1, 3),
    ("{a:}", "yaml_syntax", 1, 3),
    ("[b, a:]", "yaml_syntax", 1, 6),
    ("x: [a :, b]", "yaml_syntax", 1, 7),
    ("{a: b:}", "yaml_syntax", 1, 6),
    ("{a::}", "yaml_syntax", 1, 4),
    ("{a\t:b}", "yaml_syntax", 1, 3),
    ("{a \t :b, c: 1}", "yaml_syntax", 1, 4),
    ('x: {a\t:"b"}', "yaml_syntax", 1, 6),
    ("a:\n|\n  b", "yaml_syntax", 2, 1),
    ("a: # c\n>-\n  b", "yaml_syntax", 2, 1),
    ("-\n|\n  b", "yaml_syntax", 2, 1),
    ("- a:\n  |2\n    b", "yaml_syntax", 2, 1),
    ("a: [b,\nc]", "yaml_syntax", 2, 1),
    ("- [b,\n\tc]", "yaml_syntax", 2, 1),
    ("- a: {b: c,\n  d: e}", "yaml_syntax", 2, 1),
    ('a: "b\nc"', "yaml_syntax", 2, 1),
    ('a: "b\nc\n d"', "yaml_syntax", 2, 1),
    ("- [b,\nc,\n  d,\n  e]", "yaml_syntax", 2, 1),
    ("a: 'b\n\tc'", "yaml_syntax", 2, 1),
    ("a: 1\n---\nb: 2", "yaml_feature", 2, 1),
    ("a: 1e400", "json_number", 1, 4),
    ("a:\n- " + "9" * 4301, "json_number", 2, 3),
    ("[" * 101 + "]" * 101, "json_depth", 1, 101),
    (b"a: \xff", "json_encoding", 1, 4),
]


@pytest.mark.parametrize(("text", "code", "line", "column"), NO_JSON)
def test_yaml_without_equivalent_in_json_is_rejected(written, text, code, line, column):
    """Invalid or unsupported YAML is rejected with a code, a line and a column. The message is one line."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.line, error.column) == (code, line, column)
    assert "\n" not in str(error)


@pytest.mark.parametrize(("text", "corrected"), [('!!int "5"', "5"), ("!!bool 'true'", "true"), ("!!str 5", '"5"')])
def test_the_remedy_for_a_tag_keeps_the_value(written, text, corrected):
    """If the user follows the remedy for a tag, the value stays the same. Without the tag, only text is in quotes."""
    assert refused(lambda: read_document(written(f"a: {text}"))).remedy == "remove it, and put only text in quotes"
    assert read_document(written(f"a: {corrected}")).value == {"a": json.loads(corrected)}


@pytest.mark.parametrize(
    ("text", "column", "problem", "corrected", "value"),
    [
        ("[a\tb]", 3, "a tab", "[a b]", ["a b"]),
        ("{a \t b: 1}", 4, "a tab", "{a b: 1}", {"a b": 1}),
        ("[a,\tb\t'c']", 6, "a tab", "[a,\tb 'c']", ["a", "b 'c'"]),
        ('{"a"  # b\n: 1}', 1, "a name and its colon", '{"a": 1}', {"a": 1}),
        ("{a\n b: 1}", 3, "a name and its colon", "{a b: 1}", {"a b": 1}),
        (f"{{{'k' * 1025}: 1}}", 1027, "a name and its colon", "{k: 1}", {"k": 1}),
        ("{a:[1]}", 3, "a colon directly before", "{a: [1]}", {"a": [1]}),
        ("{a:{b: 1}}", 3, "a colon directly before", "{a: {b: 1}}", {"a": {"b": 1}}),
        ("['a':b]", 5, "the colon needs a space", "['a': b]", [{"a": "b"}]),
        ('x: [b, "a":]', 11, "the colon needs a space", 'x: [b, "a": ]', {"x": ["b", {"a": None}]}),
        ("[a\t|]", 3, "a tab", "[a |]", ["a |"]),
        ("{a: b\t>-\n c}", 6, "a tab", "{a: b >-\n c}", {"a": "b >- c"}),
        ("[b \t - a]", 4, "a tab", "[b - a]", ["b - a"]),
        ("[: b]", 2, "the name before the colon", '["": b]', [{"": "b"}]),
        ("x: [a, : b]", 8, "the name before the colon", 'x: [a, "": b]', {"x": ["a", {"": "b"}]}),
        ("k: {a: :b}", 8, "text that begins with a colon", "k: {a: ':b'}", {"k": {"a": ":b"}}),
        ("{:a: 1}", 2, "text that begins with a colon", "{':a': 1}", {":a": 1}),
        ("{a: 1, :b: 2}", 8, "text that begins with a colon", "{a: 1, ':b': 2}", {"a": 1, ":b": 2}),
        ("{a: ?b}", 5, "explicit keys", "{a: '?b'}", {"a": "?b"}),
        ('"\x7f"', 2, "the character U+007F is not supported", '"\\u007F"', "\x7f"),
        ("a: '\x80'", 5, "the character U+0080 is not supported", 'a: "\\u0080"', {"a": "\x80"}),
        ('"\uffff"', 2, "the character U+FFFF is not supported", '"\\uFFFF"', "\uffff"),
    ],
)
def test_unsupported_yaml_is_not_called_invalid(written, text, column, problem, corrected, value):
    """If YAML 1.2 allows a text but the parser does not, the error says what is not supported.

    The corrected text can be read.
    """
    error = refused(lambda: read_document(written(text)))
    assert (error.code in ("yaml_syntax", "yaml_feature"), error.column) == (True, column)
    assert error.problem.startswith(problem)
    assert read_document(written(corrected)).value == value


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('a: b\n  "x":', 2, 6),
        ('a: b\n  "x":\n', 2, 6),
        ("a: b\n  'x':", 2, 6),
        ("tags: [a, b\t", 1, 13),
        ("tags: [a, b\t\n", 2, 1),
        ("tags: [a, b\t# c\n", 2, 1),
        ("tags: [a, b  # first\t\n  c]\n", 2, 3),
        ("x: [1, 2 # two\t\n  }\n", 2, 3),
        ("[a\t\n}", 2, 1),
        ("[a\t}", 1, 4),
        ("{a: b\t]", 1, 7),
        ("# a\t\n}", 2, 1),
        ("[a: b: c]", 1, 6),
    ],
)
def test_invalid_yaml_is_not_called_unsupported(written, text, line, column):
    """The error about invalid YAML does not blame a colon at the end of a line, or a tab that does no harm."""
    error = refused(lambda: read_document(written(text)))
    assert (error.problem.startswith("invalid YAML: "), error.line, error.column) == (True, line, column)


def test_a_tab_is_located_in_the_line_of_the_error(written):
    """The error about a tab has the place of this tab, even if the line before ends with a tab."""
    error = refused(lambda: read_document(written('"x" # a\t\n\t')))
    assert (error.problem, error.line, error.column) == ("a tab is not supported here", 2, 1)


@pytest.mark.parametrize(
    ("text", "column", "corrected", "value"),
    [
        ('"a":b', 4, '"a": b', {"a": "b"}),
        ("'a':[b]", 4, "'a': [b]", {"a": ["b"]}),
        ('"a":"b"\n"c": d', 4, '"a": "b"\n"c": d', {"a": "b", "c": "d"}),
    ],
)
def test_a_missing_space_after_a_colon_is_reported(written, text, column, corrected, value):
    """If only the space after a quoted name and its colon is missing, the error says so."""
    error = refused(lambda: read_document(written(text)))
    assert (error.problem, error.column) == ("the colon needs a space after it", column)
    assert read_document(written(corrected)).value == value


@pytest.mark.parametrize("text", ["a: |\n    \n      b", "- >-\n \n\n   \n    b", "a:\n  b: |\n   \n     c\n"])
def test_the_remedy_for_blank_lines_before_a_block_scalar_works(written, text):
    """Blank lines with spaces before the text of a block scalar are rejected. Without the spaces, the text is read."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, "the blank lines" in error.problem) == ("yaml_syntax", True)
    assert read_document(written(re.sub("(?m)^ +$", "", text))).value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n    \n  # Cars\nb: 1\n", {"a": "\n# Cars\n", "b": 1}),
        ("a: >-\n  \n\n # Cars\n #\n", {"a": "\n\n# Cars #"}),
        ("- |\n   \r\n # Cars\n- b\n", ["\n# Cars\n", "b"]),
        ("a:\n  - |+ # c\n       \n    # Cars\n\n", {"a": ["\n# Cars\n\n"]}),
        ("|\n \n#", "\n#"),
    ],
)
def test_the_text_of_a_block_scalar_is_not_read_as_a_comment(written, text, value):
    """A heading such as `# Cars` in a block scalar is not ignored, although the parser takes it for a comment.

    The error is about the blank lines before the heading. Without spaces in these lines, the heading is read as text.
    """
    error = refused(lambda: read_document(written(text)))
    assert (error.code, "the blank lines" in error.problem) == ("yaml_syntax", True)
    assert read_document(written(re.sub("(?m)^ +$", "", text.replace("\r", "")))).value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n    \n# c\n", {"a": ""}),
        ("- a: |\n     \n  # c\n", [{"a": ""}]),
        ("a: |2+\n  \n # c\n", {"a": "\n"}),
        ("a: |\n  b\n # c\n", {"a": "b\n"}),
    ],
)
def test_a_comment_after_a_block_scalar_is_ignored(written, text, value):
    """A comment is ignored if it is not indented like text."""
    assert read_document(written(text)).value == value


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("{a: 1\n b: 2}", 3),
        ("{a: 1: 2}", 6),
        ("['a'\t'b']", 6),
        ("['a'\tb]", 6),
        ("{a: 1\n\tb: 2}", 2),
        ("{a: : 1}", 5),
        ("[a,\t|]", 5),
        ("[a:\t- b]", 5),
        ("['a'\t|]", 6),
        ('"a": "b": c', 9),
        # These lines are indented or longer, so git did not write them.
        ("a: |\n  Title\n  =======\nb: [1", 6),
        ("========: [1", 13),
    ],
)
def test_invalid_yaml_is_called_invalid(written, text, column):
    """The error for a text that YAML 1.2 does not allow, such as a missing comma, says that the YAML is invalid."""
    error = refused(lambda: read_document(written(text)))
    assert (error.problem.startswith("invalid YAML: "), error.column) == (True, column)


def test_both_suffixes_are_yaml(written):
    """`.yaml` and `.yml` files are read as YAML. A `.json` file is not."""
    for name, value in (("x.yml", {"a": "no"}), ("x.yaml", {"a": "no"})):
        assert read_document(written("a: no", name)).value == value
    assert refused(lambda: read_document(written("a: no", "x.json"))).code == "json_syntax"


def test_a_hundred_levels_are_read(written):
    """YAML may have as many levels as JSON, and no more."""
    assert read_document(written("[" * 100 + "]" * 100)).value
    deep = "".join(f"{'  ' * level}a:\n" for level in range(101))
    assert refused(lambda: read_document(written(deep))).code == "json_depth"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * YAML_SIZE, "json_depth"),
        ("- " * (YAML_SIZE // 2), "json_depth"),
        ("{a: " * (YAML_SIZE // 4), "json_depth"),
        ('"' + "\\" * (YAML_SIZE - 2), "yaml_syntax"),
        ("? " * (YAML_SIZE // 2), "yaml_feature"),
    ],
    ids=["arrays", "blocks", "objects", "backslashes", "questions"],
)
def test_a_hostile_text_is_rejected(written, text, code):
    """A text that could make a parser hang raises `DocumentError`."""
    assert refused(lambda: read_document(written(text))).code == code


def test_a_large_file_is_rejected(written):
    """A YAML file over the size limit is rejected, and the remedy is JSON."""
    error = refused(lambda: read_document(written("#" * (YAML_SIZE + 1))))
    assert (error.code, "JSON" in error.remedy) == ("too_large", True)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[" + "a," * 999 + "b]", 1, 2_000),
        ("- a\n" * 1_000, 1_000, 3),
        ("".join(f"{number}:\n" for number in range(500)), 500, 1),
        ("- " * 80 + "a\n" + "-\n" * 840 + "- " * 80 + "b", 842, 161),
    ],
    ids=["flow", "block", "names", "nested"],
)
def test_too_many_values_are_rejected(written, text, line, column, monkeypatch):
    """If a file has too many names and values, the error has the position of the first one beyond the limit."""
    monkeypatch.setattr(yaml, "MAX_TOKENS", 1_000)
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.line, error.column) == ("too_large", line, column)
    assert (error.problem.endswith("1,000 names and values"), "JSON" in error.remedy) == (True, True)


def test_the_maximum_number_of_values_is_read(written, monkeypatch):
    """A file with as many names and values as the limit allows is read."""
    monkeypatch.setattr(yaml, "MAX_TOKENS", 1_000)
    assert len(read_document(written("[" + "a," * 998 + "b]")).value) == 999
    assert len(read_document(written("".join(f"{number}: 1\n" for number in range(499)))).value) == 499


@pytest.mark.slow
@pytest.mark.parametrize("item", ["[],", f"{'[' * 90}1{']' * 90},"])
def test_a_dense_file_is_rejected(written, item):
    """A file of the maximum size with too many values is rejected."""
    error = refused(lambda: read_document(written(f"[{item * ((YAML_SIZE - 2) // len(item))}]")))
    assert error.code == "too_large"


def test_locating_a_value_does_not_parse_again(written, monkeypatch):
    document = read_document(written(TEXT))
    monkeypatch.setattr(yaml, "iter_yaml_tokens", None)
    assert document.locate("/a/1/x~1y") == Position(4, 5)
    assert pickle.loads(pickle.dumps(document)).locate("/d") == Position(8, 1)


def test_a_missing_parser_is_reported(written, monkeypatch):
    """If `ruamel.yaml` is missing, the error shows the command that installs it."""
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("ruamel"):
            raise ModuleNotFoundError(name, name=name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    error = refused(lambda: read_document(written("a: 1")))
    assert error.code == "unreadable"
    assert "pip install ruamel.yaml" in error.remedy


TEXT = 'a:\n  - 1\n  - é: true\n    "x/y":\n    z: |\n      text\n"": {b: [], c: }\nd:\n\n'


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        ("", (1, 1), (1, 1)),
        ("/a", (2, 3), (1, 1)),
        ("/a/0", (2, 5), (2, 5)),
        ("/a/1", (3, 5), (3, 5)),
        ("/a/1/é", (3, 8), (3, 5)),
        ("/a/1/x~1y", (4, 5), (4, 5)),
        ("/a/1/z", (5, 8), (5, 5)),
        ("/", (7, 5), (7, 1)),
        ("//b", (7, 9), (7, 6)),
        ("//c", (7, 13), (7, 13)),
        ("/d", (8, 1), (8, 1)),
        ("/a/7", (2, 3), (2, 3)),
    ],
)
def test_a_value_is_located(written, path, value, name):
    """Each value and each name has a line and a column. An omitted value has the line and column of its name."""
    document = read_document(written(TEXT))
    assert document.locate(path) == Position(*value)
    assert document.locate(path, name=True) == Position(*name)


@pytest.mark.parametrize(("path", "line"), [("/a", 1), ("/a/b", 1), ("/b", 3), ("/b/a", 3), ("/b/a/c", 3), ("/c/0", 4)])
def test_an_omitted_value_has_no_members(written, path, line):
    """The omitted value of `a:` has the position of `a`. A pointer into this value has the same position."""
    assert read_document(written("a:\nb:\n  a:\nc: [1]\n")).locate(path).line == line


@given(value=json_values())
def test_json_is_yaml(value):
    """JSON text has the same value if it is read as YAML, whether it is on one line or on many."""
    for indent in (None, 1):
        text = json.dumps(value, indent=indent)
        assert json.dumps(decode_yaml(text, 100)) == json.dumps(value)


@given(value=json_values())
def test_positions_equal_those_of_json(value):
    """In JSON text, the parsers of JSON and YAML find each name and value at the same offset."""
    text = json.dumps(value)
    assert [(token.offset, token.is_name, list(token.trail)) for token in iter_yaml_tokens(text)] == [
        (token.offset, token.is_name, list(token.trail)) for token in iter_tokens(text)
    ]


@given(st.text(alphabet="{}[]-?:,#&*!|>'\"%@` \n\tabU01.~<\\\x85\u2028\x00", max_size=30))
def test_any_text_is_a_value_or_a_syntax_error(text):
    """Any text is decoded, or raises `SyntaxProblem` with an offset in the text."""
    try:
        value = decode_yaml(text, 100)
    except SyntaxProblem as error:
        assert 0 <= error.offset <= len(text)
        assert error.problem
    else:
        assert same(json.loads(json.dumps(value)), value)
        list(iter_yaml_tokens(text))
