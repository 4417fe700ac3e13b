"""Documents that could make a parser slow, or make it use much memory."""

import tracemalloc

import pytest

from paramcore.errors import DocumentError
from paramcore.files.reader import PROJECT_SIZE, read_document
from paramcore.files.yaml import decode_yaml

HOSTILE = {
    "quotes": '"' * 2_000_001 + "[" * 200,
    "quotes and brackets": '["' * 1_000_001,
    "escaped quotes": '\\"' * 1_000_000 + "[" * 200,
    "an unterminated string": '"' + '\\"' * 1_000_000 + "[" * 200,
    "a backslash at the end": '"' + "\\\\" * 1_000_000 + "[" * 200 + "\\",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_rejected(name, tmp_path):
    """Invalid JSON with millions of quotes or backslashes is rejected."""
    file = tmp_path / "hostile.json"
    file.write_text(HOSTILE[name])
    with pytest.raises(DocumentError) as refused:
        read_document(str(file))
    assert refused.value.code == "json_syntax"


def test_a_duplicate_at_the_end_of_a_long_document_is_located(tmp_path):
    """A duplicate name is located even at the end of a long document."""
    file = tmp_path / "long.json"
    lines = [f'  "name {number}": "\\"{number}\\""' for number in range(100_000)]
    file.write_text("{\n" + ",\n".join([*lines, '  "name 7": 0']) + "\n}")
    with pytest.raises(DocumentError) as refused:
        read_document(str(file), limit=PROJECT_SIZE)
    assert (refused.value.code, refused.value.line) == ("json_duplicate_key", 100_002)
    assert refused.value.problem == 'the object contains the name "name 7" twice'


LONG = "k" * 300_000
FOLLOWERS = ", ".join(f'"a{number}": 1' for number in range(2_000))


@pytest.mark.parametrize(
    ("text", "from_end"),
    [
        (f'{{"{LONG}": {{{FOLLOWERS}, "a1": 1}}}}', -8),
        (f'{{"b": {{"a": 1}}, "{LONG}": [{{{FOLLOWERS}}}, {{"a1": {{{FOLLOWERS}, "a7": 1}}}}]}}', -10),
        ("".join(f'{{"{level}{LONG[:9000]}": ' for level in range(90)) + f'{{{FOLLOWERS}, "a1": 1}}{"}" * 90}', -97),
    ],
)
def test_a_repeated_name_below_long_names_takes_little_memory(text, from_end, tmp_path):
    """The search for a repeated name takes little memory, even inside members with long names."""
    file = tmp_path / "long.json"
    file.write_text(text)
    tracemalloc.start()
    with pytest.raises(DocumentError) as refused:
        read_document(str(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (refused.value.code, refused.value.column) == ("json_duplicate_key", len(text) + from_end)
    assert peak < 50 * 2**20


def test_deep_yaml_takes_little_memory(tmp_path):
    """Reading many deeply nested values, and locating one of these values, takes little memory."""
    file = tmp_path / "deep.yaml"
    file.write_text("[" * 96 + ",".join("1" * 8_000) + "]" * 96)
    # Import the parser before memory is measured.
    decode_yaml("a: 1", 1)
    tracemalloc.start()
    document = read_document(str(file))
    assert document.locate("/0" * 95 + "/7999").column == 96 + 2 * 7999 + 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * 2**20
