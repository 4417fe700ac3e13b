"""Documents that are made to hang a parser are rejected quickly."""

import json

import pytest

from paramcore.errors import DocumentError
from paramcore.files.reader import PROJECT_SIZE, read_document

HOSTILE = {
    "quotes": '"' * 2_000_001 + "[" * 200,
    "quotes and brackets": '["' * 1_000_001,
    "escaped quotes": '\\"' * 1_000_000 + "[" * 200,
    "an unterminated string": '"' + '\\"' * 1_000_000 + "[" * 200,
    "a backslash at the end": '"' + "\\\\" * 1_000_000 + "[" * 200 + "\\",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_rejected(name, tmp_path):
    """Invalid JSON is rejected in linear time, whatever its quotes and brackets."""
    file = tmp_path / "hostile.json"
    file.write_text(HOSTILE[name])
    with pytest.raises(DocumentError) as refused:
        read_document(str(file))
    assert refused.value.code in ("json_syntax", "json_depth")


def test_a_duplicate_at_the_end_of_a_long_document_is_located(tmp_path):
    """A duplicate name is reported with its line, also at the end of a long document."""
    file = tmp_path / "long.json"
    lines = [f'  "name {number}": "\\"{number}\\""' for number in range(100_000)]
    file.write_text("{\n" + ",\n".join([*lines, '  "name 7": 0']) + "\n}")
    with pytest.raises(DocumentError) as refused:
        read_document(str(file), limit=PROJECT_SIZE)
    assert (refused.value.code, refused.value.line) == ("json_duplicate_key", 100_002)
    assert json.dumps(refused.value.problem)
