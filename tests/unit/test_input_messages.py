"""`tests/snapshots/inputs.json` has the messages of rejected inputs. Other tests assert codes and locations.

`pytest tests/unit/test_input_messages.py --update` rewrites the snapshot with the current messages.
"""

import json
from pathlib import Path

import pytest

from paramcore.errors import ParamcoreError
from paramcore.files.document import TASK_DEPTH, decode_document, decode_json
from paramcore.files.yaml import decode_yaml
from paramcore.model.tasks import read_task_request
from paramcore.service.requests import create_project, create_task
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from paramcore.validation import Schemas
from paramcore.wire import read_project, read_update
from tests.unit.test_documents import FAULTS, MISTAKES
from tests.unit.test_wire import NO_HISTORIES, NO_PROJECTS, NO_REQUESTS, NO_UPDATES
from tests.unit.test_yaml import NO_JSON
from tests.validation.test_user_schema import REJECTED

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "inputs.json"

#: Rejected settings of requests and of the transport.
SETTINGS = {
    "a flag that is a number": lambda: create_project("a", type="b", rapid=1),
    "a flag that is text": lambda: create_project("a", type="b", studio="yes"),
    "a dataset id that is a number": lambda: create_project("a", type="b", studio=True, dataset_id=7),
    "a pipeline without Studio": lambda: create_project("a", type="b", pipeline="standard_task"),
    "an unknown pipeline": lambda: create_project("a", type="b", studio=True, pipeline="other"),
    "a pipeline that is a list": lambda: create_project("a", type="b", studio=True, pipeline=["standard_task"]),
    "attempts without a pipeline": lambda: create_project("a", type="b", studio=True, consensus_attempts=2),
    "zero attempts": lambda: create_project(
        "a", type="b", studio=True, pipeline="consensus_task", consensus_attempts=0
    ),
    "true as the number of attempts": lambda: create_project(
        "a", type="b", studio=True, pipeline="consensus_task", consensus_attempts=True
    ),
    "a task without a type": lambda: create_task(read_task_request({})),
    "a task of two types": lambda: create_task(read_task_request({}, type="a"), type="b"),
    "no address": lambda: HttpTransport(ApiKey("k"), base_url=None),
    "an address with http:": lambda: HttpTransport(ApiKey("k"), base_url="http://example.com/v1"),
    "an address with a key": lambda: HttpTransport(ApiKey("k"), base_url="https://key@example.com/v1"),
    "an address that is no URL": lambda: HttpTransport(ApiKey("k"), base_url="https://[key/v1"),
    "no key": lambda: ApiKey(None),
    "a key with a colon": lambda: ApiKey("a:b"),
}


def raised_by(provoke):
    with pytest.raises(ParamcoreError) as raised:
        provoke()
    return raised.value


def decode(data, source, decode_text):
    return decode_document(data if isinstance(data, bytes) else data.encode(), source, TASK_DEPTH, decode=decode_text)


def list_errors():
    """Yield the name and the error of each rejected input, except errors that contain a decoder's message."""
    for source, decode_text, rows in (("a.json", decode_json, [*FAULTS, *MISTAKES]), ("a.yaml", decode_yaml, NO_JSON)):
        for data, *_ in rows:
            error = raised_by(lambda data=data, source=source, read=decode_text: decode(data, source, read))
            # A message with one of these prefixes depends on the version of Python or the YAML parser. Only the message
            # `the document is empty` is paramcore's own.
            is_decoders = error.problem.startswith(("invalid JSON: ", "invalid YAML: "))
            if not is_decoders or error.problem.endswith("the document is empty"):
                yield f"{source}: {ascii(data):.60}", error
    wrong = {"a project": (read_project, [*NO_HISTORIES, *NO_PROJECTS]), "an update": (read_update, NO_UPDATES)}
    wrong["a request"] = (read_task_request, NO_REQUESTS)
    for name, (read, rows) in wrong.items():
        for number, (value, *_) in enumerate(rows):
            yield f"{name} {number}", raised_by(lambda read=read, value=value: read(value))
    for name, (schema, *_) in REJECTED.items():
        given = schema() if callable(schema) else schema
        yield f"a schema: {name}", raised_by(lambda given=given: Schemas().with_schema("mine", given))
    for name, provoke in SETTINGS.items():
        yield name, raised_by(provoke)


def test_the_messages_are_those_of_the_snapshot(pytestconfig):
    """Each message equals the message in the snapshot. `--update` rewrites the snapshot."""
    messages = {name: str(error) for name, error in list_errors()}
    if pytestconfig.getoption("--update"):
        SNAPSHOT.write_text(json.dumps(messages, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(SNAPSHOT.read_text("utf-8")) == messages


def test_each_message_is_one_line():
    for name, error in list_errors():
        assert error.problem, name
        assert "\n" not in str(error), name
