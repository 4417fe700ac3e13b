"""Reading the lines of JSONL that are not valid requests."""

import pytest

from paramcore import Project
from paramcore.bulk import preview_lines
from paramcore.errors import DocumentError

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it."})


@pytest.mark.parametrize("instruction", [b"7", b"true", b'["a"]', b'{"a": "b"}'])
def test_an_instruction_that_is_not_text_is_an_error(instruction):
    """Only the line whose instruction is neither text nor null has an error, with the line and the path."""
    lines = [b'{"padding": 1}', b'{"instruction": ' + instruction + b"}", b'{"instruction": null}']
    before, error, after = preview_lines(BOXES, lines)
    assert isinstance(error, DocumentError)
    assert (error.code, error.line, error.path) == ("instruction_type", 2, "/instruction")
    assert isinstance(before, bytes)
    assert isinstance(after, bytes)
