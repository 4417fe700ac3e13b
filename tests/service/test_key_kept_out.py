"""E7: project data that contains the API key does not change, and no message or log contains the key."""

import base64
import contextlib
import io
import json
import logging
import os
import socket
import threading
from unittest import mock
from urllib.parse import quote, unquote

import pytest
import scaleapi
from hypothesis import example, given, strategies as st

from paramcore import Patch, Plan, read_project, write_project
from paramcore.cli.main import main
from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError
from paramcore.service import Client, Response, read_error_text
from paramcore.service.replies import check_status, read_project_reply, read_projects_reply, read_task_reply
from paramcore.transport import ApiKey, GuardedClient, HttpTransport, ScaleApiTransport
from tests.service.faults import KEY, NAME, reply

#: The characters of keys: printable ASCII except the space and the colon.
LETTERS = "".join(chr(code) for code in range(ord("!"), ord("~") + 1) if chr(code) != ":")

#: Keys of random characters have a digit and a capital letter, so that no key is also a word in a message.
LONG_KEYS = st.text(LETTERS, min_size=12, max_size=50).filter(
    lambda key: any(map(str.isdigit, key)) and any(map(str.isupper, key))
) | st.from_regex(r"(live|test)_[0-9a-f]{32}", fullmatch=True)
SHORT_KEYS = st.text(LETTERS, min_size=1, max_size=11) | st.sampled_from(["any", "a", "live", "boxes"])


def encodings(key):
    """Return the key in plain text and in each variant of base64."""
    made = [
        encode(text.encode()).decode()
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
        for text in (key, f"{key}:")
    ]
    return [key, *made, *(text.rstrip("=") for text in made)]


def percent(text, *, lower):
    """Percent-encode each character, with upper-case or lower-case hexadecimal digits."""
    return "".join(f"%{ord(char):02x}" if lower else f"%{ord(char):02X}" for char in text)


def forms(key):
    """Return the forms in which a reply may contain a key: plain, in base64 and percent-encoded."""
    plain = encodings(key)
    escaped = [quote(text, safe="") for text in plain]
    lower = [quote(text, safe="").replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d") for text in plain]
    basic = f"Basic {base64.b64encode(f'{key}:'.encode()).decode()}"
    every = [percent(text, lower=lower) for text in plain for lower in (True, False)]
    return list(
        dict.fromkeys([*plain, basic, quote(basic), *escaped, *lower, *every, quote(quote(key, safe=""), safe="")])
    )


def held(text, key):
    """Return the forms of a key that a text contains, percent-encoded or not."""
    layers = [text, unquote(text), unquote(unquote(text))]
    return [form for form in encodings(key) for layer in layers if form in layer]


def project_of(form, place="value"):
    """Return a project object that contains a text. The object is invalid at `place`, unless `place` is "value"."""
    entry = {"version": 0, "instruction": f"m{form} overlap", "b": 1}
    history = [entry, {**entry, "version": 1, form: [form, {form: None}]}]
    made = {"type": "imageannotation", "name": NAME, "param_history": history, f"x{form}": form}
    changes = {
        "value": {},
        "name": {"name": form},
        "type": {"type": {form: form}},
        "history": {"param_history": form},
        "entry": {"param_history": [form]},
        "number": {"param_history": [{"version": form}]},
        "instruction": {"param_history": [{"version": 0, "instruction": [form]}]},
        "time": {"param_history": [{"version": 0, "created_at": [form]}]},
        "surrogate": {"param_history": [{"version": 0, form: {form: "\ud800"}}]},
        "order": {"param_history": [{"version": 7, form: form}]},
    }
    return {**made, **changes[place]}


PLACES = ("name", "type", "history", "entry", "number", "instruction", "time", "surrogate", "order")


def bodies(form):
    """Return bodies of broken or unexpected replies that contain a text."""
    good = json.dumps(project_of(form))
    text = json.dumps(form)
    return [
        *(json.dumps(project_of(form, place)).encode() for place in PLACES),
        *(json.dumps({name: f"no {form}\n{form}{form}x"}).encode() for name in ("error", "message")),
        json.dumps({"status_code": 400, "error": {"message": form}, "message": f"{form} " * 20}).encode(),
        json.dumps({"error": [form]}).encode(),
        json.dumps({"error": "x" * 75 + form}).encode(),
        f"<html><p>{form}".encode(),
        form.encode(),
        text.encode(),
        f"[{text}]".encode(),
        good.encode()[:-3],
        good.encode().replace(b'"b": 1', b'"b": 1, "b": 2'),
        f"{{{text}: 1, {text}: 2}}".encode(),
        f"{{{text}: NaN}}".encode(),
        f"{{{text}: 1{'0' * 5000}}}".encode(),
        f"{{{text}: {'[' * 300}".encode(),
        good.encode() + b"\xff",
        good.encode("utf-16"),
        json.dumps({"error": form}).encode("utf-16"),
    ]


class Echo:
    """A loopback server that sends the replies in `answers` one by one, and then `last` for each further request."""

    def __init__(self):
        self.answers = []
        self.last = reply(b"")
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            with stream, contextlib.suppress(OSError):
                data = b""
                while b"\r\n\r\n" not in data:
                    data += stream.recv(65536)
                head, _, body = data.partition(b"\r\n\r\n")
                length = next(
                    (int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
                )
                while len(body) < length:
                    body += stream.recv(65536)
                stream.sendall(self.answers.pop(0) if self.answers else self.last)

    def close(self):
        self._listener.close()


@pytest.fixture(scope="module")
def echo():
    server = Echo()
    yield server
    server.close()


@contextlib.contextmanager
def logged():
    """Collect all log records, including tracebacks."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


def over_httpx(key, url):
    return HttpTransport(ApiKey(key), base_url=url)


def over_scaleapi(key, url):
    return ScaleApiTransport(scaleapi.ScaleClient(key, api_instance_url=url))


def shown(error):
    return f"{error}\n{error!r}\n{error.path}"


def run_main(key, *arguments):
    out = io.StringIO()
    with (
        mock.patch.dict(os.environ, {"SCALE_API_KEY": key}),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
    ):
        status = main(arguments)
    return status, out.getvalue()


PLAIN = project_of("cats")


@st.composite
def leaks(draw, keys=LONG_KEYS):
    """Draw a key and a raw reply that contains the key."""
    key = draw(keys)
    form = draw(st.sampled_from(forms(key)))
    status = draw(st.sampled_from([200, 200, 200, 301, 400, 401, 404, 409, 500, 503]))
    body = draw(st.sampled_from(bodies(form)))
    headers = draw(
        st.sampled_from(
            [
                (),
                (f"X-Odd: {form}",),
                (f"Content-Type: {form}",),
                (f"Content-Encoding: {form}",),
                (f"Location: {form}",),
                (f"{form}",),
            ]
        )
    )
    reason = draw(st.sampled_from(["OK", form]))
    return key, reply(body, f"{status} {reason}", headers)


@pytest.mark.slow
@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@given(leak=leaks())
def test_no_text_of_a_client_contains_the_key(echo, make, leak):
    """For any reply that contains the key, no message, log, `repr` or outcome contains the key."""
    key, answer = leak
    with logged() as log:
        client = Client(make(key, echo.url), deadline=5, sleep=lambda _seconds: None)
        good = reply(json.dumps(PLAIN).encode())
        echo.answers, echo.last = [good, good, answer], answer
        outcome = client.apply(Plan.of(client.get_project(NAME), Patch({"b": 2})))
        texts = [str(outcome), repr(outcome), json.dumps(outcome.to_json()), repr(client), repr(outcome.error)]
        for call in (lambda: client.get_project(NAME), client.list_projects, lambda: client.reconcile(outcome)):
            try:
                texts.append(repr(call()))
            except ParamcoreError as error:
                texts.append(shown(error))
    assert held("\n".join([*texts, log.getvalue()]), key) == []


@pytest.mark.slow
@given(leak=leaks(), update=st.booleans())
def test_no_command_prints_the_key(echo, tmp_path_factory, leak, update):
    """`fetch` and `apply` do not print the key from a broken reply."""
    key, answer = leak
    # After these statuses, a GET is repeated after a pause, which would make this test slow.
    if answer.startswith((b"HTTP/1.1 5", b"HTTP/1.1 3")):
        return
    file = tmp_path_factory.getbasetemp() / "update.json"
    file.write_text('{"patch": true, "b": 2}')
    good = reply(json.dumps(PLAIN).encode())
    echo.answers, echo.last = [good, good] if update else [], answer
    arguments = ["apply", NAME, str(file), "--yes", "--format", "json"] if update else ["fetch", NAME]
    _, out = run_main(key, *arguments, "--base-url", echo.url, "--deadline", "5")
    assert held(out, key) == []


@pytest.mark.slow
@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@given(key=LONG_KEYS | SHORT_KEYS, data=st.data())
@example(key="any", data=None)
def test_a_project_that_contains_the_key_does_not_change(echo, make, key, data):
    """A key inside a project is data: it is read, written and compared unchanged."""
    form = key if data is None else data.draw(st.sampled_from(forms(key)))
    obj = project_of(form)
    body = json.dumps(obj).encode()
    later = read_project(obj).patch_params({"b": form})
    echo.answers, echo.last = [], reply(body)
    transport = make(key, echo.url)
    client = Client(transport, deadline=5)
    project = client.get_project(NAME)
    assert json.dumps(write_project(project)) == json.dumps(obj)
    echo.answers = [reply(body), reply(json.dumps(write_project(later)).encode())]
    assert client.apply(Plan.of(project, Patch({"b": form}))).state == "done"
    status, out = run_main(key, "fetch", NAME, "--base-url", echo.url)
    assert (status, out) == (0, json.dumps(obj, indent=2) + "\n")


class TestRedaction:
    """`ApiKey.redact` replaces each form of the key, and nothing else."""

    @given(key=LONG_KEYS, data=st.data())
    def test_each_form_is_replaced(self, key, data):
        """Each form of the key is replaced, even beside other text or beside the same form."""
        form = data.draw(st.sampled_from(forms(key)))
        before, between = data.draw(st.text(max_size=5)), data.draw(st.sampled_from(["", " ", "/", "<API key>"]))
        text = ApiKey(key).redact(f"{before}{form}{between}{form}")
        assert "<API key>" in text
        assert held(text, key) == []

    @given(key=SHORT_KEYS, text=st.text(max_size=50))
    def test_a_short_key_is_not_replaced(self, key, text):
        """A key of fewer than 12 characters is not replaced."""
        assert ApiKey(key).redact(f"{text}{key}") == f"{text}{key}"

    def test_a_key_of_twelve_characters_is_replaced(self):
        """A key of exactly 12 characters is replaced."""
        assert ApiKey("live_012345").redact("live_012345") == "live_012345"
        assert ApiKey("live_0123456").redact("live_0123456") == "<API key>"

    @pytest.mark.parametrize("key", ["key>abcdefghijk", ">aaaaaaaaaaaa", "aaaaaaaaaaa<API"])
    def test_the_replacement_does_not_form_a_new_key(self, key):
        """If a replacement and the text beside it form the key again, the key is replaced again."""
        rest = key.removeprefix("key>").removeprefix(">")
        assert held(ApiKey(key).redact(f"{key}{rest} {key.removesuffix('<API')}{key}"), key) == []

    @pytest.mark.parametrize(
        "text", ["no key", "live_0123456789abcde", "LIVE_0123456789ABCDEF", "", "100%25 of bGl2ZV8"]
    )
    def test_other_text_is_not_replaced(self, text):
        """A part of the key is not replaced, nor is the key in capital letters."""
        assert ApiKey(KEY).redact(text) == text

    def test_the_documented_forms_are_replaced(self):
        """Each form that the documentation lists is replaced."""
        key = ApiKey("live_??>>0123")
        assert key.redact("Basic bGl2ZV8/Pz4+MDEyMzo=") == "Basic <API key>"
        for form in (
            "live_??>>0123",
            "bGl2ZV8/Pz4+MDEyMw==",
            "bGl2ZV8/Pz4+MDEyMw",
            "bGl2ZV8_Pz4-MDEyMzo",
            "live_%3F%3F%3E%3E0123",
            "live_%3f%3f%3e%3e0123",
            "bGl2ZV8%2FPz4%2BMDEyMw%3D%3D",
            "%6Cive_%3F?%3e>0123",
            "live_%253F%253F%253E%253E0123",
        ):
            assert key.redact(f"a {form}.") == "a <API key>.", form


class TestErrorText:
    """S5: the text of an error reply."""

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (b'{"status_code": 404, "error": "no such project"}', "no such project"),
            (b'{"status_code": 400, "message": "bad"}', "bad"),
            (b'{"error": "a", "message": "b"}', "a"),
            (b'{"error": " ", "message": "b"}', "b"),
            (b'{"error": ["a"], "message": "b"}', "b"),
            (b'\xef\xbb\xbf{"error": "\\u0061"}', "a"),
            (b'{"error": {"message": "a"}}', ""),
            (b'{"error": null}', ""),
            (b'{"Error": "a"}', ""),
            (b'["a"]', ""),
            (b'"a"', ""),
            (b"<html>a", ""),
            (b'{"error": "a"', ""),
            (b'{"error": "\xff"}', ""),
            (b"", ""),
            (b"[" * 60_000, ""),
            (b'{"error": "a", "b": ' + b"1" * 5000 + b"}", ""),
            (b'{"error": "' + b"a" * 2**16 + b'"}', ""),
        ],
    )
    def test_the_text(self, body, text):
        """The text is the string in `error` if it is not blank, or else the string in `message`, or else empty."""
        assert read_error_text(body) == text

    def test_the_longest_error_body(self):
        """An error body of up to 64 KiB is read. A longer body has no text."""
        assert len(read_error_text(b'{"error": "' + b"a" * (2**16 - 13) + b'"}')) == 2**16 - 13
        assert read_error_text(b'{"error": "' + b"a" * (2**16 - 12) + b'"}') == ""

    def test_a_message_replaces_the_text_of_the_body(self):
        """If a response has a `message`, even an empty one, an error does not show the text of the body."""
        body = b'{"error": "from the body"}'
        for message, text in (
            (None, "status 400: from the body"),
            ("from\nthe transport", "status 400: from the transport"),
            ("", "status 400 (no media type, 26 bytes)"),
        ):
            with pytest.raises(NotDone) as refused:
                check_status(Response(400, body, message=message))
            assert refused.value.problem == f"the service returned {text}"

    @pytest.mark.parametrize(
        ("media_type", "shown_type"),
        [
            ("text/html; charset=utf-8", "text/html"),
            (" text/html ;charset=utf-8", "text/html"),
            ("Application/JSON", "application/json"),
            (f"text/{KEY}", "unknown media type"),
            (f"text/html{KEY}", "unknown media type"),
            (None, "no media type"),
            ("", "no media type"),
            (f";{KEY}", "no media type"),
        ],
    )
    def test_a_reply_is_summarized_by_status_type_and_size(self, media_type, shown_type):
        """The summary has the status, the size, and the media type if that is a common type."""
        headers = {} if media_type is None else {"content-type": media_type}
        for response in (Response(200, KEY.encode(), headers), Response(503, KEY.encode(), headers)):
            assert repr(response) == f"<Response: status {response.status} ({shown_type}, 21 bytes)>"
            with pytest.raises(OutcomeUnknown) as refused:
                read_projects_reply(response)
            assert KEY not in shown(refused.value)
            assert response.summary in refused.value.problem


@pytest.mark.parametrize(
    ("obj", "code", "path"),
    [
        (project_of("k", "name"), "wrong_project", "/name"),
        (project_of("k", "type"), "task_type", "/type"),
        (project_of("k", "history"), "history_type", "/param_history"),
        (project_of("k", "entry"), "history_type", "/param_history/0"),
        (project_of("k", "number"), "history_version", "/param_history/0/version"),
        (project_of("k", "instruction"), "instruction_type", "/param_history/0/instruction"),
        (project_of("k", "surrogate"), "value_text", "/param_history/0"),
        (project_of("k", "order"), "history_order", "/param_history/0/version"),
        ([], "project_type", ""),
    ],
)
def test_the_path_of_an_error_has_only_names_of_the_api(obj, code, path):
    """The path ends before the first name that the API does not define. The message shows no value of the reply."""
    body = json.dumps(obj).encode()
    with pytest.raises(OutcomeUnknown) as refused:
        read_project_reply(Response(200, body, {"content-type": "application/json"}), NAME)
    error = refused.value
    assert (error.code, error.path) == (code, path)
    summary = f"status 200 (application/json, {len(body):,} bytes)"
    is_other = code == "wrong_project"
    problem = f'contains a project other than "{NAME}"' if is_other else f"cannot be read as a project ({code})"
    assert error.problem == f"the reply {problem}: {summary}"


def test_the_path_has_the_index_of_the_project():
    """In a list of projects, the path of an error begins with the index of the project."""
    body = json.dumps([PLAIN, {**PLAIN, "name2": 1, "param_history": [{"version": 0, "nameless": "\ud800"}]}]).encode()
    with pytest.raises(OutcomeUnknown) as refused:
        read_projects_reply(Response(200, body))
    assert refused.value.path == "/1/param_history/0"
    with pytest.raises(OutcomeUnknown) as refused:
        read_projects_reply(Response(200, json.dumps([{**PLAIN, "named": "\ud800"}]).encode()))
    assert refused.value.path == "/0"


@given(key=LONG_KEYS, data=st.data())
def test_no_reader_shows_an_unreadable_reply(key, data):
    """No reader of replies shows the key that an unreadable reply with status 200 contains."""
    body = data.draw(st.sampled_from(bodies(data.draw(st.sampled_from(forms(key))))))
    for read in (lambda response: read_project_reply(response, NAME), read_projects_reply, read_task_reply):
        try:
            read(Response(200, body))
        except OutcomeUnknown as error:
            assert held(shown(error), key) == []


@pytest.mark.parametrize("place", [place for place in PLACES if place != "name"])
def test_the_guard_shows_no_value_of_a_reply(place):
    """If the SDK's client returns an invalid project, the guard's error does not show the values of the project."""

    class Stub:
        def get_project(self, name):
            return project_of(KEY, place)

        def update_project(self, name, **params):
            raise AssertionError("an update was sent")

    with pytest.raises(ParamcoreError) as refused:
        GuardedClient(Stub()).update_project(NAME, b=2)
    assert KEY not in shown(refused.value)
