"""Documents are read strictly, values are located by line and column, and files are written atomically."""

import bz2
import errno
import gzip
import io
import lzma
import os
import pickle
import stat
import sys
import tracemalloc

import pytest

from paramcore.errors import DocumentError, NotJSON
from paramcore.files import document, writer
from paramcore.files.document import Document
from paramcore.files.positions import Lines, Position
from paramcore.files.reader import PROJECT_SIZE, read_document, read_lines
from paramcore.files.writer import write_atomically


@pytest.fixture
def written(tmp_path):
    def write(data, name="some.json"):
        file = tmp_path / name
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(file)

    return write


def refused(read):
    with pytest.raises(DocumentError) as caught:
        read()
    return caught.value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ("\ufeff[1]\r\n", [1]),
        (" null ", None),
        ('"é"', "é"),
        ("1e3", 1000.0),
        ("-0.0", -0.0),
        ('{"a": {"x": 1}, "b": {"x": 1}}', {"a": {"x": 1}, "b": {"x": 1}}),
        ('["[{", "\\"]"]', ["[{", '"]']),
    ],
)
def test_json_is_read(written, data, value):
    """Any JSON value in UTF-8 can be read, with or without a BOM."""
    assert read_document(written(data)).value == value


FAULTS = [
    ("", "json_syntax", None, None),
    (" \n", "json_syntax", None, None),
    ("{", "json_syntax", 1, 2),
    ('{"a": 1,\n  7}', "json_syntax", 2, 3),
    ("[1, 2]\n[3]", "json_syntax", 2, 1),
    ("[1 2]", "json_syntax", 1, 4),
    ("{'a': 1}", "json_syntax", 1, 2),
    ('"tab\tinside"', "json_syntax", 1, 5),
    ('\ufeff\ufeff{"a": 1}', "json_syntax", 1, 1),
    ('{"é": 1, "é": 2}', "json_duplicate_key", 1, 10),
    ('{"a": {"b": 1,\n "b": 2}}', "json_duplicate_key", 2, 2),
    ('{"a": 1, "\\u0061": 2}', "json_duplicate_key", 1, 10),
    ("[1, NaN]", "json_number", 1, 5),
    ("[-Infinity]", "json_number", 1, 2),
    ('{\n"a": 1e400}', "json_number", 2, 6),
    ("[" + "9" * 4301 + "]", "json_number", 1, 2),
    ("[" * 101 + "]" * 101, "json_depth", 1, 101),
    ('{"a": ' * 101 + "1" + "}" * 101, "json_depth", 1, 601),
    (b'["\xff"]', "json_encoding", 1, 3),
    (b'[\n "\xc3\xa9\xc3"]', "json_encoding", 2, 4),
    (b"\xef\xbb\xbf\xff", "json_encoding", 1, 1),
    (b"\xff\xfe[\x00\n\x00\x00\xd8", "json_encoding", 2, 1),
    (b"[\x00]\x00", "json_encoding", 1, 1),
]


@pytest.mark.parametrize(("data", "code", "line", "column"), FAULTS)
def test_an_error_has_its_line_and_column(written, data, code, line, column):
    """An error has a code, a line and a column. An error about an empty document has only a code."""
    error = refused(lambda: read_document(written(data)))
    assert (error.code, error.line, error.column) == (code, line, column)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read(written, encoding):
    """UTF-16 with a BOM can be read as JSON, as YAML and as JSONL, with correct positions."""
    text = '\ufeff{"a": "\u2028\U0001f600"}\r\n\n{"b": "\u010a"}\n'
    lines = list(read_lines(written(text.encode(encoding), "some.jsonl")))
    assert [(line.number, line.document().value) for line in lines] == [
        (1, {"a": "\u2028\U0001f600"}),
        (3, {"b": "\u010a"}),
    ]
    assert read_document(written('\ufeff["\u010a"]'.encode(encoding))).value == ["\u010a"]
    assert read_document(written("\ufeffa: 1\n".encode(encoding), "some.yaml")).value == {"a": 1}
    error = refused(lambda: read_document(written('\ufeff{"\u010a":\n 7,}'.encode(encoding))))
    assert (error.line, error.column) == (2, 3)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("last", "column"),
    [
        (["[", b"\0"], 2),
        ([b"\n"], 1),
        ([0xD800], 1),
        (['["\u010a', 0xD800, "x"], 4),
        ([0xD800, '"]\n'], 1),
        (["\U0001f600", 0xDC00, "\n"], 2),
        (["ab", 0xDBFF, "\n[1]\n"], 3),
    ],
)
def test_lines_of_invalid_utf_16_are_rejected(written, encoding, last, column):
    """Half a character, such as a lone surrogate, has an error with line and column. Earlier lines are read.

    `last` lists the pieces of the last lines. A piece is text, bytes, or a number that is one UTF-16 code unit.
    """
    order = "little" if encoding == "utf-16-le" else "big"
    to_bytes = {str: lambda text: text.encode(encoding), int: lambda unit: unit.to_bytes(2, order), bytes: bytes}
    units = [to_bytes[type(part)](part) for part in last]
    lines = read_lines(written("\ufeff[1]\n\n[2]\n".encode(encoding) + b"".join(units), "some.jsonl"))
    assert [next(lines).document().value, next(lines).document().value] == [[1], [2]]
    error = refused(lambda: [line.document() for line in lines])
    assert (error.code, error.line, error.column, error.source[-5:]) == ("json_encoding", 4, column, "jsonl")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", ["cut.json", "cut.jsonl", "cut.yaml"])
@pytest.mark.parametrize("text", ['["\xe9', '["\u7bb1', '["a\U0001f600'])
def test_a_file_that_ends_within_a_character_may_be_cut_off(written, text, name, encoding):
    """If a file ends within a character, the error says so, and advises to write or download the file again."""
    bom = "" if encoding == "utf-8" else "\ufeff"
    path = written(f"{bom}{text}".encode(encoding)[:-1], name)
    is_jsonl = name.endswith(".jsonl")
    error = refused(lambda: [line.document() for line in read_lines(path)] if is_jsonl else read_document(path))
    assert (error.code, error.line, error.column) == ("json_encoding", 1, len(text))
    assert error.problem.endswith("the last character is incomplete")
    assert error.remedy.startswith("write or download the whole file again")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_long_lines_of_utf_16_are_numbered(written, encoding):
    """A line of UTF-16 that exceeds the limit counts as one line, even if the limit cuts a character in two.

    An invalid character in such a line is an error with line and column.
    """
    text = "\ufeff" + "\u0a0a\U0001f600" * 9 + "\n[1]\n" + "\U0001f600" * 9 + "\n[2]\n" + "\U0001f600" * 9
    for limit in (5, 6, 7):
        lines = list(read_lines(written(text.encode(encoding), "some.jsonl"), limit=limit))
        assert [line.number for line in lines] == [1, 2, 3, 4, 5]
        assert [line.document().value for line in lines[1::2]] == [[1], [2]]
        for line in lines[::2]:
            assert refused(line.document).code == "too_large"
    for length in range(12):
        text = "\ufeff" + "a" * length + "\U0001f600b\n[1]\n"
        first, second = read_lines(written(text.encode(encoding), "some.jsonl"), limit=10)
        assert (first.number, second.number, second.document().value) == (1, 2, [1])
        assert refused(first.document).code == ("too_large" if length + 6 > 10 else "json_syntax")
    for length in range(5, 10):
        broken = ("\ufeff[1]\n" + "a" * length + "\U0001f600" * 9 + "\ud800b\n").encode(encoding, "surrogatepass")
        error = refused(lambda broken=broken: list(read_lines(written(broken, "some.jsonl"), limit=5)))
        assert (error.line, error.column) == (2, length + 10)


@pytest.mark.parametrize("name", ["some.json", "some.jsonl", "some.yaml"])
@pytest.mark.parametrize(
    ("data", "command"),
    [
        (gzip.compress(b"{}", mtime=0), "gunzip -c"),
        (b"PK\x03\x04\x14\x00", "unzip -p"),
        (bz2.compress(b"{}"), "bunzip2 -c"),
        (lzma.compress(b"{}"), "xz -dc"),
        (b"\x28\xb5\x2f\xfd\x00", "zstd -dc"),
    ],
)
def test_compressed_data_is_named(written, data, command, name):
    """The error for a compressed file shows the command that unpacks it."""
    read = (lambda source: list(read_lines(source))) if name.endswith("jsonl") else read_document
    error = refused(lambda: read(written(data, name)))
    assert (error.code, error.line) == ("json_encoding", 1)
    assert f"`{command} FILE > UNPACKED`" in error.remedy
    # A spreadsheet is a zip file, too, but does not contain JSON.
    assert ("spreadsheet" in error.remedy) == (command == "unzip -p")


@pytest.mark.parametrize("name", ["some.json", "some.jsonl", "some.yaml"])
@pytest.mark.parametrize(
    ("data", "problem", "remedy"),
    [
        ('{"a": 1}\n'.encode("utf-32"), "the file is UTF-32", "UTF-8"),
        (b"\0\0\xfe\xff" + '{"a": 1}\n'.encode("utf-32-be"), "the file is UTF-32", "UTF-8"),
        (pickle.dumps({"a": 1}), "the file is a Python pickle", "`json.dump`"),
        (pickle.dumps([1], protocol=2), "the file is a Python pickle", "`json.dump`"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "the file is an Excel or other Office file", "for each row"),
        (b"PAR1\x15\x04\x15\x80", "the file is a Parquet table", "for each row"),
        (b"SQLite format 3\0\x10\0", "the file is a SQLite database", "for each row"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "the file is a PDF document", "pass a JSON file"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "the file is a PNG image", "pass a JSON file"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "the file is a JPEG image", "pass a JSON file"),
        (b"GIF89a\1\0\1\0", "the file is a GIF image", "pass a JSON file"),
        (b"GIF87a\1\0\1\0", "the file is a GIF image", "pass a JSON file"),
        (b"\x7fELF\2\1\1\0", "the file is a program", "pass a JSON file"),
        (bytes(4096), "the file begins with NUL bytes, so it is damaged", "restore it"),
    ],
)
def test_other_binary_files_are_named(written, data, problem, remedy, name):
    """If a file is UTF-32, a pickle, a table, a document, an image or a program, the error says so."""
    read = (lambda source: list(read_lines(source))) if name.endswith("jsonl") else read_document
    error = refused(lambda: read(written(data, name)))
    assert (error.code, error.problem, error.line) == ("json_encoding", problem, 1)
    assert remedy in error.remedy


@pytest.mark.parametrize("data", [bytes(4096), gzip.compress(b"{}", mtime=0), b"PK\x03\x04", pickle.dumps({"a": 1})])
def test_binary_data_after_a_line_of_text(written, data):
    """If binary data begins after the first line, the error is about that line, not about the file."""
    lines = list(read_lines(written(b'{"a": 1}\n' + data, "some.jsonl")))
    assert lines[0].document().value == {"a": 1}
    error = refused(lines[1].document)
    assert (error.code, error.problem, error.line) == ("json_encoding", "the line begins with binary data", 2)


MISTAKES = [
    ('<<<<<<< HEAD\n{"a": 1}\n=======\n{"a": 2}\n>>>>>>> b\n', "merge conflict", 1, 1),
    ('{\n<<<<<<< HEAD\n"a": 1\n=======\n"a": 2\n>>>>>>> b\n}\n', "merge conflict", 2, 1),
    ('{\r\n"a": 1\r\n=======\r\n"a": 2\r\n>>>>>>> b\r\n}\r\n', "merge conflict", 3, 1),
    ("[1\n||||||| base\n]", "merge conflict", 2, 1),
    ('{"a": 1}\n=======', "merge conflict", 2, 1),
    ('\x1b[1;39m{\n  \x1b[0m\x1b[34;1m"a"\x1b[0m: 1\n}\n', "color codes", 1, 1),
    ('{\n  \x1b[0m\x1b[34;1m"a"\x1b[0m: 1\n}\n', "color codes", 2, 3),
    ('{"a": 1,}', "trailing comma before `}`", 1, 8),
    ('{\n "a": [1,\n]}', "trailing comma before `]`", 2, 9),
    ('{"a": 1, // c\n"b": 2}', "comments", 1, 10),
    ('{"a": 1 /* c */}', "comments", 1, 9),
    ("# c\n{}", "comments", 1, 1),
    ('{"a": 1\n # c\n}', "comments", 2, 2),
    ("{'a': 1}", "single quotes", 1, 2),
    ("{\"a\":\n 'x'}", "single quotes", 2, 2),
    ('{"a": .5}', "the number `.5`", 1, 7),
    ("[1,\n -5.]", "the number `-5.`", 2, 2),
    ("[+1, 2]", "the number `+1`", 1, 2),
    ('{"a": 0xFF}', "the number `0xFF`", 1, 7),
    ("{'a': True}", "`'a'` is Python", 1, 2),
    ('{"a": None}', "`None` is Python", 1, 7),
    ("[b'abc']", "`b'` is Python", 1, 2),
    ("[OrderedDict()]", "`OrderedDict(` is code", 1, 2),
    ('{"_id": ObjectId("5f1")}', "`ObjectId(` is code", 1, 9),
    ('{\n"at": ISODate("2024-01-01")}', "`ISODate(` is code", 2, 7),
    ('callback({"a": 1});', "`callback(` is code", 1, 1),
    ("while(1);{}", "`while(` is code", 1, 1),
    ("attachment,padding\nhttps://e.com/1.jpg,3\n", "CSV", 1, 1),
    ('"attachment";"padding"\n', "CSV", 1, 13),
    ("\n \nattachment,padding\n1,2\n", "CSV", 3, 1),
    ("attachment\tpadding\n", "CSV", 1, 1),
    ('{"a": 1}\n{"b": 2}\n', "several JSON documents", 2, 1),
    ('{\n"a": 1}\n{"b": 2}\n', "several JSON documents", 3, 1),
    ('{"a": 1},\n{"b": 2}\n', "several JSON documents", 1, 9),
    ("{a: 1}", "`a` must be in double quotes", 1, 2),
    ('{"a": 1, b: 1}', "`b` must be in double quotes", 1, 10),
    ("{\u201ca\u201d: 1}", "typographic quotes", 1, 2),
    (" <html>", "HTML", 1, 2),
    ('<Error Code = "403">', "HTML", 1, 1),
    ("<br/>", "HTML", 1, 1),
    ("<?xml version='1.0'?><a/>", "HTML", 1, 1),
    ("<!DOCTYPE html>", "HTML", 1, 1),
    ("<html", "HTML", 1, 1),
    ("Project({'name': 'docks'})", "`Project(`", 1, 1),
    ("\nTask({'id': 1})", "`Task(`", 2, 1),
    ('b\'{"a": 1, "b": 2}\'', "`b'`", 1, 1),
    ("b\"{'a': 1}\"", '`b"`', 1, 1),
    ('```json\n{"a": 1}\n```\n', "Markdown code fence", 1, 1),
    ('{"a": 1}\n```\n', "Markdown code fence", 2, 1),
    ('~~~\n{"a": 1}\n~~~\n', "Markdown code fence", 1, 1),
]


@pytest.mark.parametrize(("text", "mistake", "line", "column"), MISTAKES)
def test_common_mistakes_are_named(written, text, mistake, line, column):
    """Each common mistake has its own message, with line and column."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.line, error.column) == ("json_syntax", line, column)
    assert mistake in error.problem


@pytest.mark.parametrize(
    "text",
    [
        'var task = {"a": 1, "b": 2};',
        'export default {"a": 1, "b": 2}',
        'curl -d \'{"a": 1, "b": 2}\' https://e.com',
        'Here is the task, as JSON:\n\n{"a": 1, "b": 2}',
        "Here, as JSON:\n[1, 2]",
        '\x1e{"a": 1, "b": 2}\n',
        '\xa0{"a": 1, "b": 2}\n',
        "\u2028[1, 2]",
        "upstream connect error before headers, reason: connection failure",
        "Error: no such file, sorry\n    at load, main\n",
        "name: docks, south\ntype: imageannotation, 2\n",
        "instruction: Box cars, vans\r\n",
        "let a = 1;\r\nlet b = 2;\r\n",
    ],
)
def test_commas_alone_are_no_table(written, text):
    """Text with commas, such as code or prose, is not mistaken for CSV. The error shows how the text begins."""
    error = refused(lambda: read_document(written(text)))
    assert (error.line, error.column) == (1, 1)
    assert error.problem.startswith(f"invalid JSON: expected a value at `{text[0]}")


@pytest.mark.parametrize("name", ["some.json", "some.jsonl"])
@pytest.mark.parametrize(
    "text",
    [
        "2026-03-04 09:12:41,769 INFO Created 3 tasks\n",
        "var a=1,b=2;\n",
        "Error: no such file;code=2\n",
        "data:application/json;base64,e30=\n",
        "https://example.com/tasks?ids=1,2\n",
    ],
)
def test_a_separator_after_a_colon_or_equals_sign_is_no_table(written, text, name):
    """A log, an address or code is not mistaken for CSV, although it has a comma or semicolon without a space."""
    read = (lambda path: next(read_lines(path)).document()) if name.endswith("jsonl") else read_document
    assert refused(lambda: read(written(text, name))).problem.startswith("invalid JSON: ")


@pytest.mark.parametrize("text", ['"padding": 3, "a": 1', ' "padding": 3,\n "a": 1\n'])
def test_members_without_braces_are_no_table(written, text):
    """The members of an object, without braces around them, are not mistaken for CSV."""
    assert refused(lambda: read_document(written(text))).problem.startswith("invalid JSON: unexpected text after")


@pytest.mark.parametrize("comment", ["// c", "# c", "/* c */"])
def test_a_comment_in_jsonl_is_only_removed(written, comment):
    """For a comment in JSONL, the only remedy is to remove it."""
    (line,) = read_lines(written(f"{comment}\n", "some.jsonl"))
    error = refused(line.document)
    assert (error.problem, error.remedy) == ("JSON does not allow comments", "remove the comment")


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ('{"a": 1}\n{"b": 2}', "--lines"),
        ('{\n"a": 1}\n{"b": 2}', "`[` and `]`"),
        ('{"a": 1},\n{"b": 2}', "`[` and `]`"),
        ('\n{"a": 1}{"b": 2}\n', "`[` and `]`"),
        ('{"a": 1} {"b": 2}\n{"c": 1}', "`[` and `]`"),
    ],
)
def test_the_remedy_for_several_documents(written, text, remedy):
    """If a file has one document on each line, the remedy is to read the file as JSONL.

    If several documents are arranged in another way, the remedy is to write them as an array.
    Both remedies first say to keep one document, because an update or a schema must not be an array.
    """
    error = refused(lambda: read_document(written(text)))
    assert error.remedy.startswith("keep only one; if they are ")
    assert remedy in error.remedy


def test_a_second_document_on_a_line(written):
    """For two documents on one line of JSONL, the remedy is to put them on two lines."""
    (line,) = read_lines(written('{"a": 1} {"b": 2}\n', "some.jsonl"))
    error = refused(line.document)
    assert (error.column, "each line" in error.remedy) == (10, True)


@pytest.mark.parametrize("text", ['{"a": 1},\n{"b": 2},\n', '{"a": [1]} ,\n{"b": 2},\r\n'])
def test_a_comma_after_a_line(written, text):
    """If a comma follows the document on a line of JSONL, the error names the comma."""
    problems = [refused(line.document).problem for line in read_lines(written(text, "some.jsonl"))]
    assert problems == ["there is a comma after the document"] * 2


@pytest.mark.parametrize(
    ("text", "line", "column", "shown"),
    [
        ('{"name": "docks",', 1, 18, '{"name": "docks",'),
        ('{"name": "docks",\n', 1, 18, '{"name": "docks",'),
        ('{\n  "name": "docks"\n\n', 2, 18, '"name": "docks"'),
        ('{"a":  \r\n', 1, 6, '{"a":'),
        ("[1, 2\n", 1, 6, "[1, 2"),
        ("[", 1, 2, "["),
        ('{"a"', 1, 5, '{"a"'),
    ],
)
def test_a_document_that_is_cut_off_is_reported_at_its_end(written, text, line, column, shown):
    """The error for a document that ends too early shows the document's last line, even if blank lines follow."""
    error = refused(lambda: read_document(written(text, "cut.json")))
    assert (error.code, error.line, error.column) == ("json_syntax", line, column)
    assert error.problem.startswith(f"invalid JSON: the document ends too early, after `{shown}`: expected a")
    assert error.remedy == "write or download the whole document again"


@pytest.mark.parametrize(
    "text",
    [
        '{\n  "a": 1,\n  "b": {\n    "c": [\n "x,y"\n ]\n }\n}',
        '[\n{\n  "a": "b, c"\n},\n{}\n]',
        '{"a": [\r\n]}',
        '{"a":\n1}',
    ],
)
def test_a_document_on_several_lines_is_no_jsonl(written, text):
    """If a document spans several lines of JSONL, the error on its first line says so.

    No line of the document is mistaken for CSV.
    """
    first, *others = read_lines(written(text, "some.jsonl"))
    error = refused(first.document)
    assert (error.code, error.problem) == ("json_syntax", "the document on this line is incomplete")
    jq_filter = "'.[]'" if text.lstrip().startswith("[") else "."
    assert f"`jq -c {jq_filter} FILE > FILE.jsonl`" in error.remedy
    for line in others:
        try:
            line.document()
        except DocumentError as error:
            assert "CSV" not in error.problem


@pytest.mark.parametrize("start", ["", '{"a": 1}\n', "\ufeff"])
@pytest.mark.parametrize("text", ["{", "[", '{"a":', '{"a": 1, ', '[{"a": 1},', '{"a": [', '{"a": {"b": "c,"'])
def test_a_last_line_that_is_cut_off_is_no_document_on_several_lines(written, start, text):
    """If the file ends within a line of JSONL, the error says so, and does not call it a document on several lines."""
    *_, last = read_lines(written(start + text, "cut.jsonl"))
    error = refused(last.document)
    assert error.problem.startswith(f"invalid JSON: the document ends too early, after `{text.strip()}`")
    assert error.remedy == "write or download the whole document again"


@pytest.mark.parametrize(
    "text",
    [
        *("1 2", '{"a": 1}}', "nope", "[1,,2]", '{"a": }', '{"a": 1 "b": 2}', "[1] 2", "a: 1", '"a\tb, c"', '"\\x, "'),
        # The `repr` of a Python object, a shell's here-document, and PHP are neither HTML nor XML.
        *("<Response [200]>", "<Project 'docks': imageannotation, 7 versions>", "<class 'dict'>"),
        *("<a.b object at 0x7f3c>", "<generator object f at 0x7f3c>", "<<EOT\n{}\nEOT", "<?php return 1;", "< 5"),
    ],
)
def test_other_syntax_errors_are_not_taken_for_a_mistake(written, text):
    """A syntax error that is none of the common mistakes has the message of the decoder."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.problem[:14], error.remedy) == ("json_syntax", "invalid JSON: ", "")


def test_a_hundred_levels_are_read(written):
    """A document may have only as many levels as `depth` allows, but any number of brackets side by side."""
    assert read_document(written("[" * 100 + "]" * 100)).value
    assert refused(lambda: read_document(written("[[]]"), depth=1)).code == "json_depth"
    brackets_side_by_side = "[" + ",".join(["[]"] * 200) + "]"
    assert len(read_document(written(brackets_side_by_side), depth=2).value) == 200


def test_a_file_over_the_limit_is_rejected(written):
    """A file of exactly the maximum size is read, and a longer file is rejected."""
    file = written("[1]")
    assert read_document(file, limit=3).value == [1]
    error = refused(lambda: read_document(file, limit=2))
    assert (error.code, "2 bytes" in error.problem) == ("too_large", True)


def test_a_full_stack_is_reported(written, monkeypatch):
    """A document that is too deep for the remaining stack is rejected without a crash."""

    def fail(_text):
        raise RecursionError

    monkeypatch.setattr(document, "STRICT_DECODER", type("", (), {"decode": staticmethod(fail)}))
    assert refused(lambda: read_document(written("[]"))).code == "json_depth"


@pytest.mark.parametrize("size", [0, 1, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20])
def test_memory_depends_on_the_size_of_the_file(written, size):
    """The memory for reading a file depends on the size of the file, not on the limit. The whole file is read."""
    file = written(f'{{"a": "{"x" * size}"}}')
    tracemalloc.start()
    try:
        document = read_document(file, limit=PROJECT_SIZE)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (document.value, peak < 2**21 + 5 * size) == ({"a": "x" * size}, True)


@pytest.mark.parametrize("size", [1, 2**20 - 1, 2**20, 2**20 + 1])
def test_a_file_of_the_greatest_size_is_read(written, size):
    """A file of the maximum size is read, and a file with one byte more is rejected."""
    file = written(f'"{"x" * size}"')
    assert read_document(file, limit=size + 2).value == "x" * size
    assert refused(lambda: read_document(file, limit=size + 1)).code == "too_large"


def test_an_unreadable_file_is_reported(tmp_path):
    """A missing file, a directory and an impossible file name raise `DocumentError`."""
    for source in (str(tmp_path / "none.json"), str(tmp_path), "a\0b"):
        error = refused(lambda source=source: read_document(source))
        assert (error.code, error.line) == ("unreadable", None)
    assert refused(lambda: list(read_lines(str(tmp_path / "none.jsonl")))).code == "unreadable"


def test_a_file_name_is_shown_on_one_line(tmp_path):
    """A file name with a line feed or with invalid UTF-8 does not break the message."""
    for name in ("a\nb.json", os.fsdecode(b"\xff.json")):
        error = refused(lambda name=name: read_document(str(tmp_path / name)))
        assert "\n" not in str(error)
        str(error).encode()


def test_standard_input_is_read(monkeypatch):
    """`-` is standard input, for documents and for lines."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[1]\n")))
    assert read_document("-").value == [1]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"[1]\n[2]\n")))
    assert [line.document().value for line in read_lines("-")] == [[1], [2]]


def test_a_closed_standard_input_is_reported(monkeypatch):
    """The error for a closed standard input names `<stdin>`."""
    monkeypatch.setattr(sys, "stdin", None)
    error = refused(lambda: read_document("-"))
    assert (error.code, error.source) == ("unreadable", "<stdin>")


def test_lines_end_with_a_line_feed_only(written):
    """Only a line feed ends a line. Another line separator, such as U+2028, does not. Blank lines are skipped."""
    file = written('\ufeff{"a": "\u2028\x85"}\r\n\n \t\r\n{"b": 1}\n[3]', "some.jsonl")
    lines = list(read_lines(file))
    assert [line.number for line in lines] == [1, 4, 5]
    assert [line.document().value for line in lines] == [{"a": "\u2028\x85"}, {"b": 1}, [3]]


def test_reading_continues_after_a_bad_line(written):
    """Each line is decoded separately, and an error has the number of its line."""
    lines = read_lines(written("[1]\n[2\n[3]\n", "some.jsonl"))
    assert next(lines).document().value == [1]
    error = refused(next(lines).document)
    assert (error.code, error.line) == ("json_syntax", 2)
    assert next(lines).document().value == [3]


@pytest.mark.parametrize("long", ["[2, 3]", "     ", "[4, 5, 6, 7, 8, 9]", "          1", "[22]"])
@pytest.mark.parametrize("end", ["\n", "\n[3]", "\n[3]\n"])
def test_a_line_over_the_limit_is_skipped(written, long, end):
    """A line that is longer than the limit, line feed included, is rejected. Its data is cut to `limit + 1` bytes."""
    counts = []
    text = f"[1]\n{long}{end}"
    first, bad, *others = read_lines(written(text, "some.jsonl"), limit=4, on_read=counts.append)
    error = refused(bad.document)
    assert (first.number, error.code, error.line, len(bad.data)) == (1, "too_large", 2, 5)
    assert [(line.number, line.document().value) for line in others] == ([(3, [3])] if "3]" in end else [])
    assert sum(counts) == len(text)


def test_a_file_name_may_have_the_greatest_length(tmp_path):
    """The temporary file can be created even if the file name has the maximum length."""
    target = tmp_path / ("n" * 255)
    write_atomically(str(target), ["new"])
    assert (target.read_text(), list(tmp_path.iterdir())) == ("new", [target])


def test_a_second_bom_is_rejected(written):
    """A BOM is allowed only at the start of a file."""
    lines = read_lines(written("\ufeff[1]\n\ufeff[2]\n", "some.jsonl"))
    next(lines)
    error = refused(next(lines).document)
    assert (error.code, error.line, error.column) == ("json_syntax", 2, 1)


def test_a_first_line_with_only_a_bom_is_blank(written):
    """A first line with only a BOM and spaces is skipped. A BOM after a space is an error."""
    assert list(read_lines(written("\ufeff \r\n", "some.jsonl"))) == []
    (late,) = read_lines(written(" \ufeff\n", "some.jsonl"))
    assert refused(late.document).code == "json_syntax"


TEXT = '{\n  "a": [1, {"é": true}],\n  "": {"a/b": null}\n}'


@pytest.mark.parametrize(
    ("path", "value", "name"),
    [
        ("", (1, 1), (1, 1)),
        ("/a", (2, 8), (2, 3)),
        ("/a/0", (2, 9), (2, 9)),
        ("/a/1/é", (2, 18), (2, 13)),
        ("/", (3, 7), (3, 3)),
        ("//a~1b", (3, 15), (3, 8)),
        ("/a/7", (2, 8), (2, 8)),
        ("/none/x", (1, 1), (1, 1)),
    ],
)
def test_a_value_is_located(path, value, name):
    """`locate` returns the position of a value or a name.

    For a missing value, it returns the position of the innermost container that exists.
    """
    document = Document(None, "some.json", TEXT)
    assert document.locate(path) == Position(*value)
    assert document.locate(path, name=True) == Position(*name)
    assert document.format_location(path) == f"some.json:{value[0]}:{value[1]}"


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (1, 2, 1), (2, 2, 2), (3, 3, 1), (4, 4, 1), (5, 4, 2), (6, 5, 1)]
)
def test_empty_lines_count(offset, line, column):
    """Every line feed ends a line, even an empty line. An earlier lookup does not change the result."""
    text = "\na\n\nb\n"
    assert Lines(text).position(offset) == Position(line, column)
    for earlier in range(len(text) + 1):
        lines = Lines(text)
        lines.position(earlier)
        assert lines.position(offset) == Position(line, column)


def test_an_error_about_a_value_is_located():
    """`locate_error` adds the line and column of the value to an error. In JSONL, the line is that of the file."""
    error = NotJSON("value_type", "/a/1", "null", "text")
    located = Document(None, "some.json", TEXT).locate_error(error)
    assert (located.line, located.column, located.code, located.path) == (2, 12, "value_type", "/a/1")
    line = Document(None, "some.jsonl", '{"a": [1, null]}', 7)
    assert line.locate_error(error).line == 7
    assert line.line_slice(7, 0, 99) == '{"a": [1, null]}'
    assert Document(None, "some.json", "{\r\n}").line_slice(1, 0, 99) == "{"


def test_a_file_is_written_whole(tmp_path):
    """A new file exists only once it is complete, and no temporary file is left."""
    file = tmp_path / "out.txt"

    def pieces():
        yield "é\n"
        assert not file.exists()
        yield "b"

    write_atomically(str(file), pieces())
    assert file.read_bytes() == b"\xc3\xa9\nb"
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("error", [NotJSON("value_type", "", "null", "text"), KeyboardInterrupt(), OSError("full")])
def test_a_failed_write_leaves_the_file_unchanged(tmp_path, error):
    """After any failure, the old file is unchanged, and no temporary file is left."""
    file = tmp_path / "out.txt"
    file.write_text("before")

    def pieces():
        yield "half"
        raise error

    with pytest.raises(DocumentError if isinstance(error, OSError) else type(error)):
        write_atomically(str(file), pieces())
    assert file.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.txt"]


def test_a_file_keeps_its_mode(tmp_path):
    """The new file has the mode of the file that it replaces."""
    file = tmp_path / "out.txt"
    file.write_text("before")
    file.chmod(0o640)
    write_atomically(str(file), ["after"])
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("after", 0o640)


def test_a_disk_without_modes(tmp_path, monkeypatch):
    """A file can be created and replaced even if the disk rejects each change of a file mode."""

    def fchmod(_descriptor, _mode):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "fchmod", fchmod)
    file = tmp_path / "file"
    for text in ("before", "after"):
        write_atomically(str(file), [text])
        assert file.read_text() == text


def test_a_system_without_fchmod_keeps_no_mode(tmp_path, monkeypatch):
    """Without `os.fchmod`, as in Python before 3.13 on Windows, an existing file is still replaced."""
    file = tmp_path / "out.txt"
    file.write_text("before")
    monkeypatch.delattr(os, "fchmod")
    write_atomically(str(file), ["after"])
    assert (file.read_text(), os.listdir(tmp_path)) == ("after", ["out.txt"])


def test_a_new_file_is_closed_before_it_is_renamed(tmp_path, monkeypatch):
    """The temporary file is closed before the rename, because Windows cannot rename an open file."""
    streams, closed = [], []

    def open_and_keep(*args, **kwargs):
        streams.append(open(*args, **kwargs))  # noqa: SIM115
        return streams[-1]

    def replace(source, target):
        closed.extend(stream.closed for stream in streams)
        os.rename(source, target)

    monkeypatch.setattr(writer, "open", open_and_keep, raising=False)
    monkeypatch.setattr(os, "replace", replace)
    write_atomically(str(tmp_path / "out.txt"), ["after"])
    assert (closed, (tmp_path / "out.txt").read_text()) == ([True], "after")


def test_a_link_is_replaced(tmp_path):
    """A symbolic link is replaced, and its target is unchanged."""
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("before")
    link.symlink_to(target)
    write_atomically(str(link), ["after"])
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("before", "after", False)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="a system without /proc")
def test_a_link_to_an_open_file_is_not_replaced(tmp_path):
    """A link to an open file, such as `/dev/stdout`, is rejected and not replaced."""
    (tmp_path / "file").write_text("before")
    (tmp_path / "first").symlink_to(tmp_path / "stdout")
    (tmp_path / "open").symlink_to("/proc/self/fd")
    with (tmp_path / "file").open() as stream:
        (tmp_path / "stdout").symlink_to(f"/proc/self/fd/{stream.fileno()}")
        for name in ("stdout", "first", f"open/{stream.fileno()}"):
            link = tmp_path / name
            error = refused(lambda link=link: write_atomically(str(link), ["x"]))
            assert (error.code, "open" in error.problem) == ("unwritable", True)
            assert link.is_symlink()
    assert (tmp_path / "file").read_text() == "before"


def test_a_link_to_itself_is_replaced(tmp_path):
    (tmp_path / "round").symlink_to("round")
    write_atomically(str(tmp_path / "round"), ["x"])
    assert (tmp_path / "round").read_text() == "x"


def test_only_regular_files_are_replaced(tmp_path):
    """A directory, a pipe, a file in a missing directory and an impossible file name are rejected."""
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path), str(tmp_path / "pipe"), str(tmp_path / "none" / "out.txt"), "a\0b"):
        assert refused(lambda path=path: write_atomically(path, ["x"])).code == "unwritable"


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space, or choose a file on another disk"),
        (errno.EACCES, "make the directory writable, for example with `chmod u+wx`, or choose another file"),
        (errno.EROFS, "choose a file on another disk"),
        (errno.EIO, "choose another file"),
    ],
)
def test_a_failed_write_has_the_reason_of_the_system(tmp_path, monkeypatch, number, remedy):
    """The error for a failed write has the reason that the system gives, and a remedy."""

    def fail(*_args, **_kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    error = refused(lambda: write_atomically(str(tmp_path / "out.txt"), ["x"]))
    assert error.problem == f"cannot write the file: {os.strerror(number).lower()}"
    assert error.remedy == remedy
    assert os.listdir(tmp_path) == []


def test_a_missing_directory_is_named_as_such(tmp_path):
    """If the directory does not exist, the remedy is to create it."""
    error = refused(lambda: write_atomically(str(tmp_path / "none" / "out.txt"), ["x"]))
    assert error.remedy == "create the directory first"
    assert refused(lambda: write_atomically(str(tmp_path), ["x"])).remedy == "choose another file"


@pytest.mark.parametrize(
    ("text", "problem", "offset"),
    [
        ("\x1b[0m{" * 150, "the text contains color codes of a terminal", 0),
        ("- [ ] item\n" * 150, "invalid JSON: expected a value", 0),
        ("// note\n" + "[" * 150, "JSON does not allow comments", 0),
        ("<<<<<<< HEAD\n" + "[" * 150, "the file contains a merge conflict", 0),
        ("{'a':" * 150, "JSON does not allow single quotes", 1),
        ("[NaN," * 150, "JSON has no `NaN`", 1),
        ("[1,," + "[" * 150, "invalid JSON: expected a value", 3),
        ("[" * 150, "the document is nested more than 101 levels deep", 101),
        ("[ " * 150, "the document is nested more than 101 levels deep", 202),
        ('{"a": ' * 150, "the document is nested more than 101 levels deep", 606),
        ("[" * 150 + "NaN", "the document is nested more than 101 levels deep", 101),
        ("[1, " * 150, "the document is nested more than 101 levels deep", 404),
        ('["[", ' * 150, "the document is nested more than 101 levels deep", 606),
    ],
)
def test_a_text_with_many_brackets_may_have_an_earlier_mistake(text, problem, offset):
    """If a mistake precedes the level that is too deep, the error reports this mistake."""
    with pytest.raises(DocumentError) as refused:
        document.decode_document(text.encode(), "a.json", 101)
    assert refused.value.problem.startswith(problem)
    assert (refused.value.line, refused.value.column) == (1, offset + 1)


@pytest.mark.parametrize("more", ["// c", "# c", "\x1b[0m", "x", "1.2", "\\", "\u00a0"])
@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("NaN", "JSON has no `NaN`"),
        ("-Infinity", "JSON has no `-Infinity`"),
        ("-1.5e400", "the number -1.5e400 is too large for a float"),
        ("9" * 4_301, f"the number {'9' * 64}... (4,301 characters) has more than 4,300 digits"),
    ],
)
def test_the_problem_of_a_number_does_not_depend_on_the_text_after_it(number, problem, more):
    """If other text follows a number that JSON does not allow, the error shows only the number."""
    more = " " * (number[-1].isdigit() and more[0].isdigit()) + more
    with pytest.raises(DocumentError) as refused:
        document.decode_document(f"[1,\n {number}{more}\n]".encode(), "a.json", 101)
    assert (refused.value.problem, refused.value.line, refused.value.column) == (problem, 2, 2)


@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.jsonl"])
@pytest.mark.parametrize(
    ("digits", "length", "problem"),
    [
        *((640, length, "has more digits than Python is set to read") for length in (641, 4_300)),
        *((digits, 4_301, "has more than 4,300 digits") for digits in (640, 4_300)),
    ],
)
def test_the_limit_that_a_number_exceeds_is_named(written, name, digits, length, problem):
    """The error names the limit that a number exceeds. For Python's own limit, it says how to raise the limit."""
    source = written("[-" + "9" * length + "]", name)
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(digits)
        error = refused(next(read_lines(source)).document if name == "a.jsonl" else lambda: read_document(source))
    finally:
        sys.set_int_max_str_digits(before)
    assert error.code == "json_number"
    assert problem in error.problem
    assert ("PYTHONINTMAXSTRDIGITS=4300" in error.remedy) is (length <= 4_300)
