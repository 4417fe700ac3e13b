"""Documents: read strictly, located by line and column, written whole or not at all."""

import bz2
import errno
import gzip
import io
import lzma
import os
import stat
import sys

import pytest

from paramcore.errors import DocumentError, NotJSON
from paramcore.files import document
from paramcore.files.document import Document
from paramcore.files.positions import Lines, Position
from paramcore.files.reader import read_document, read_lines
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
    """Any JSON value in UTF-8 is read, one BOM allowed."""
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
def test_what_is_wrong_is_told_by_line_and_column(written, data, code, line, column):
    """Each fault has its code and its place, both counted from 1, in characters."""
    error = refused(lambda: read_document(written(data)))
    assert (error.code, error.line, error.column) == (code, line, column)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read(written, encoding):
    """UTF-16 with a BOM is read, as a document, as YAML and as lines, with the usual positions."""
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


def test_lines_of_bad_utf_16_are_refused(written):
    """Half a character in UTF-16 is an error with the number of the line."""
    lines = read_lines(written(b"\xff\xfe[\x00]\x00\n\x00\x00\xd8", "some.jsonl"))
    error = refused(lambda: [line.document() for line in lines])
    assert (error.code, error.found, error.source[-5:]) == ("json_encoding", "bytes that are no UTF-16", "jsonl")


@pytest.mark.parametrize("name", ["some.json", "some.jsonl", "some.yaml"])
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (gzip.compress(b"{}", mtime=0), "gzip data"),
        (b"PK\x03\x04\x14\x00", "a zip file"),
        (bz2.compress(b"{}"), "bzip2 data"),
        (lzma.compress(b"{}"), "xz data"),
        (b"\x28\xb5\x2f\xfd\x00", "zstd data"),
    ],
)
def test_compressed_data_is_named(written, data, found, name):
    """Compressed files are refused as such, with the command that unpacks them."""
    read = (lambda source: list(read_lines(source))) if name.endswith("l") and "json" in name else read_document
    error = refused(lambda: read(written(data, name)))
    assert (error.code, error.found, error.line) == ("json_encoding", found, 1)
    assert "the unpacked file: `" in error.wanted


MISTAKES = [
    ('{"a": 1,}', "a trailing comma before `}`", 1, 8),
    ('{\n "a": [1,\n]}', "a trailing comma before `]`", 2, 9),
    ('{"a": 1, // c\n"b": 2}', "a comment", 1, 10),
    ('{"a": 1 /* c */}', "a comment", 1, 9),
    ("# c\n{}", "a comment", 1, 1),
    ('{"a": 1\n # c\n}', "a comment", 2, 2),
    ("{'a': 1}", "single quotes", 1, 2),
    ("{\"a\":\n 'x'}", "single quotes", 2, 2),
    ("{'a': True}", "`'a'`, as Python's `repr` writes it", 1, 2),
    ('{"a": None}', "`None`, as Python's `repr` writes it", 1, 7),
    ("[b'abc']", "`b'`, as Python's `repr` writes it", 1, 2),
    ("[OrderedDict()]", "`OrderedDict(`, as Python's `repr` writes it", 1, 2),
    ("attachment,padding\nhttps://e.com/1.jpg,3\n", "CSV, or another table", 1, 1),
    ('"attachment";"padding"\n', "CSV, or another table", 1, 13),
    ("\n \nattachment,padding\n1,2\n", "CSV, or another table", 3, 1),
    ("attachment\tpadding\n", "CSV, or another table", 1, 1),
    ('{"a": 1}\n{"b": 2}\n', "several documents in one file", 2, 1),
    ('{\n"a": 1}\n{"b": 2}\n', "several documents in one file", 3, 1),
    ('{"a": 1},\n{"b": 2}\n', "several documents in one file", 1, 9),
    ("{a: 1}", "the name a without quotes", 1, 2),
    ('{"a": 1, b: 1}', "the name b without quotes", 1, 10),
    ("{\u201ca\u201d: 1}", "typographic quotes", 1, 2),
    (" <html>", "HTML or XML", 1, 2),
]


@pytest.mark.parametrize(("text", "found", "line", "column"), MISTAKES)
def test_common_mistakes_are_named(written, text, found, line, column):
    """Each common mistake has a message of its own, at its place."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.found, error.line, error.column) == ("json_syntax", found, line, column)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{"a": 1}\n{"b": 2}', "one document: rename it to `.jsonl`, or pass `--lines`"),
        ('{\n"a": 1}\n{"b": 2}', "one document: put `[` and `]` around them, and commas between them"),
        ('{"a": 1},\n{"b": 2}', "one document: put `[` and `]` around them, and commas between them"),
    ],
)
def test_the_way_out_of_several_documents(written, text, wanted):
    """Documents on a line each are JSONL; others can only be an array."""
    assert refused(lambda: read_document(written(text))).wanted == wanted


def test_a_second_document_on_a_line(written):
    """In JSONL, the way out is another line."""
    (line,) = read_lines(written('{"a": 1} {"b": 2}\n', "some.jsonl"))
    error = refused(line.document)
    assert (error.found, error.wanted) == ("a second document on this line", "one document on each line")


@pytest.mark.parametrize(
    "text",
    ["1 2", '{"a": 1}}', "nope", "[1,,2]", '{"a": }', '{"a": 1 "b": 2}', "{", "[1] 2", "a: 1", '"a\tb, c"', '"\\x, "'],
)
def test_other_faults_are_no_such_mistake(written, text):
    """What is no common mistake has the message of the decoder."""
    error = refused(lambda: read_document(written(text)))
    assert (error.code, error.wanted) == ("json_syntax", "JSON")


def test_a_hundred_levels_are_read(written):
    """The limit of depth is that of the values, and a wider one for files of projects."""
    assert read_document(written("[" * 100 + "]" * 100)).value
    assert refused(lambda: read_document(written("[[]]"), depth=1)).code == "json_depth"
    brackets_side_by_side = "[" + ",".join(["[]"] * 200) + "]"
    assert len(read_document(written(brackets_side_by_side), depth=2).value) == 200


def test_a_byte_too_many_is_refused(written):
    """A file of exactly the limit is read, a longer one refused without reading on."""
    file = written("[1]")
    assert read_document(file, limit=3).value == [1]
    error = refused(lambda: read_document(file, limit=2))
    assert (error.code, error.found) == ("too_large", "more than 2 bytes")


def test_a_full_stack_is_told(written, monkeypatch):
    """A document that the caller's stack has no room for is refused, not crashed on."""

    def fail(_text):
        raise RecursionError

    monkeypatch.setattr(document, "STRICT_DECODER", type("", (), {"decode": staticmethod(fail)}))
    assert refused(lambda: read_document(written("[]"))).code == "json_depth"


def test_a_file_that_is_not_there_is_told(tmp_path):
    """A missing file, a directory and a name that no file can have have messages of the library."""
    for source in (str(tmp_path / "none.json"), str(tmp_path), "a\0b"):
        error = refused(lambda source=source: read_document(source))
        assert (error.code, error.line) == ("unreadable", None)
    assert refused(lambda: list(read_lines(str(tmp_path / "none.jsonl")))).code == "unreadable"


def test_a_file_name_is_shown_on_one_line(tmp_path):
    """A name with a line feed does not break the message, nor does one that is no text."""
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


def test_a_closed_standard_input_is_told(monkeypatch):
    """Where there is no standard input the error says so."""
    monkeypatch.setattr(sys, "stdin", None)
    error = refused(lambda: read_document("-"))
    assert (error.code, error.source) == ("unreadable", "<stdin>")


def test_lines_end_with_a_line_feed_only(written):
    """Other characters that some take for the end of a line stand inside it; blank lines are passed over."""
    file = written('\ufeff{"a": "\u2028\x85"}\r\n\n \t\r\n{"b": 1}\n[3]', "some.jsonl")
    lines = list(read_lines(file))
    assert [line.number for line in lines] == [1, 4, 5]
    assert [line.document().value for line in lines] == [{"a": "\u2028\x85"}, {"b": 1}, [3]]


def test_a_bad_line_does_not_end_the_reading(written):
    """Each line is decoded by itself, and its error has its number."""
    lines = read_lines(written("[1]\n[2\n[3]\n", "some.jsonl"))
    assert next(lines).document().value == [1]
    error = refused(next(lines).document)
    assert (error.code, error.line) == ("json_syntax", 2)
    assert next(lines).document().value == [3]


@pytest.mark.parametrize("long", ["[2, 3]", "     ", "[4, 5, 6, 7, 8, 9]", "          1", "[22]"])
@pytest.mark.parametrize("end", ["\n", "\n[3]", "\n[3]\n"])
def test_a_line_too_long_is_passed_over(written, long, end):
    """A line over the limit is refused with its number, before it is all in memory, and the next is the next."""
    counts = []
    text = f"[1]\n{long}{end}"
    first, bad, *others = read_lines(written(text, "some.jsonl"), limit=4, on_read=counts.append)
    error = refused(bad.document)
    assert (first.number, error.code, error.line, len(bad.data)) == (1, "too_large", 2, 5)
    assert [(line.number, line.document().value) for line in others] == ([(3, [3])] if "3]" in end else [])
    assert sum(counts) == len(text)


def test_a_name_may_be_as_long_as_names_can_be(tmp_path):
    """What is written beside a file has a name that is no longer than the file's own may be."""
    target = tmp_path / ("n" * 255)
    write_atomically(str(target), ["new"])
    assert (target.read_text(), list(tmp_path.iterdir())) == ("new", [target])


def test_a_second_bom_is_refused(written):
    """A BOM stands at the start of a file only."""
    lines = read_lines(written("\ufeff[1]\n\ufeff[2]\n", "some.jsonl"))
    next(lines)
    error = refused(next(lines).document)
    assert (error.code, error.line, error.column) == ("json_syntax", 2, 1)


def test_a_line_of_a_bom_is_blank_where_it_may_stand(written):
    """A first line of a BOM and blanks is passed over; where the blanks come first it is a bad line."""
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
    """A JSON Pointer leads to the line and column of the value or its name; where it ends, of what is around it."""
    document = Document(None, "some.json", TEXT)
    assert document.locate(path) == Position(*value)
    assert document.locate(path, name=True) == Position(*name)
    assert document.format_location(path) == f"some.json:{value[0]}:{value[1]}"


@pytest.mark.parametrize(
    ("offset", "line", "column"), [(0, 1, 1), (1, 2, 1), (2, 2, 2), (3, 3, 1), (4, 4, 1), (5, 4, 2), (6, 5, 1)]
)
def test_empty_lines_count(offset, line, column):
    """A line feed ends a line, also an empty one, whatever was looked up before: further on or further back."""
    text = "\na\n\nb\n"
    assert Lines(text).position(offset) == Position(line, column)
    for earlier in range(len(text) + 1):
        lines = Lines(text)
        lines.position(earlier)
        assert lines.position(offset) == Position(line, column)


def test_an_error_about_a_document_gets_its_place():
    """An error inside a document has its line, also in a line of JSONL."""
    error = NotJSON("value_type", "/a/1", "null", "text")
    located = Document(None, "some.json", TEXT).locate_error(error)
    assert (located.line, located.column, located.code, located.path) == (2, 12, "value_type", "/a/1")
    line = Document(None, "some.jsonl", '{"a": [1, null]}', 7)
    assert line.locate_error(error).line == 7
    assert line.line_slice(7, 0, 99) == '{"a": [1, null]}'
    assert Document(None, "some.json", "{\r\n}").line_slice(1, 0, 99) == "{"


def test_a_file_is_written_whole(tmp_path):
    """A new file comes into being when all of it is written, and nothing is left beside it."""
    file = tmp_path / "out.txt"

    def pieces():
        yield "é\n"
        assert not file.exists()
        yield "b"

    write_atomically(str(file), pieces())
    assert file.read_bytes() == b"\xc3\xa9\nb"
    assert os.listdir(tmp_path) == ["out.txt"]


@pytest.mark.parametrize("error", [NotJSON("value_type", "", "null", "text"), KeyboardInterrupt(), OSError("full")])
def test_a_file_stays_where_writing_fails(tmp_path, error):
    """Whatever stops the writing, what was there is still there, and nothing else."""
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
    """What takes the place of a file has its mode."""
    file = tmp_path / "out.txt"
    file.write_text("before")
    file.chmod(0o640)
    write_atomically(str(file), ["after"])
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("after", 0o640)


def test_a_link_is_replaced(tmp_path):
    """A symbolic link is replaced; what it leads to stays."""
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("before")
    link.symlink_to(target)
    write_atomically(str(link), ["after"])
    assert (target.read_text(), link.read_text(), link.is_symlink()) == ("before", "after", False)


@pytest.mark.skipif(not os.path.exists("/proc/self/fd"), reason="a system without /proc")
def test_a_link_to_what_is_open_is_not_replaced(tmp_path):
    """What `/dev/stdout` is, a link to what the process has open, is refused and stays, also where that is a file."""
    (tmp_path / "file").write_text("before")
    (tmp_path / "first").symlink_to(tmp_path / "stdout")
    (tmp_path / "open").symlink_to("/proc/self/fd")
    with (tmp_path / "file").open() as stream:
        (tmp_path / "stdout").symlink_to(f"/proc/self/fd/{stream.fileno()}")
        for name in ("stdout", "first", f"open/{stream.fileno()}"):
            link = tmp_path / name
            error = refused(lambda link=link: write_atomically(str(link), ["x"]))
            assert (error.code, error.found) == ("unwritable", "it is there and is a link to what is open already")
            assert link.is_symlink()
    assert (tmp_path / "file").read_text() == "before"


def test_a_link_that_leads_round_is_replaced(tmp_path):
    """A link that leads to itself leads to nothing that is open."""
    (tmp_path / "round").symlink_to("round")
    write_atomically(str(tmp_path / "round"), ["x"])
    assert (tmp_path / "round").read_text() == "x"


def test_what_is_no_file_is_not_replaced(tmp_path):
    """A directory, a pipe or a name that no file can have is refused."""
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path), str(tmp_path / "pipe"), str(tmp_path / "none" / "out.txt"), "a\0b"):
        assert refused(lambda path=path: write_atomically(path, ["x"])).code == "unwritable"


def test_the_reason_is_the_systems_own(tmp_path, monkeypatch):
    """What the system says of a failure is part of the error."""

    def fail(*_args, **_kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    error = refused(lambda: write_atomically(str(tmp_path / "out.txt"), ["x"]))
    assert error.found == "no space left on device"
    assert os.listdir(tmp_path) == []
