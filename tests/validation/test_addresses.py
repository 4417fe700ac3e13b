"""Findings on texts that the service cannot read as addresses, such as `./a.png` in `attachment`."""

import pytest

from paramcore import Project
from tests.validation.helpers import GEOMETRIES, validate

URL = "https://data.example.com/1.jpg"
GOOD = [
    URL, "HTTP://example.com/a", "s3://bucket/key with blanks.jpg", "gs://b/k", "scaledata://1", "azure://a/b",
    f"{URL}?next={URL}", "https://web.example.com/web/2024,1/https://example.com/a", "https://e.com/a,b;c",
    "https://example.com/Z%C3%BCrich?x=1#y", "https://example.com/Zürich.jpg", "data:image/png;base64,AA", "a",
]  # fmt: skip
BAD = [
    (f" {URL}", URL), (f"{URL}\n", URL), (f"\t{URL}\r\n", URL), (f"\ufeff{URL}", URL), (f"{URL}\u200b", URL),
    (f"{URL}\xa0", URL), ("   ", None), ("https://e.com/a\nb.jpg", None), ("https://e.com/a\x00b", None),
    ("https://e.com/a\u200bb", None), ("https://e.com/my file.jpg", "https://e.com/my%20file.jpg"),
    ("https://e .com/1.jpg", None), ("https://e.com /1 2.jpg", None), ("HTTP://e.com :80?x", None),
    ("/home/me/1.jpg", None), ("C:\\x.jpg", None), ("c:/x.jpg", None), ("file:///x.jpg", None), ("./a.png", None),
    ("../a.png", None), ("~/a.png", None), ("\\\\server\\a.png", None), ("images/1.jpg", None), ("1.jpg", None),
    ("example.com/1.jpg", None), ("//example.com/1.jpg", None), ("https:/e.com/1.jpg", None), ("https:///1.jpg", None),
    (" /home/me/1.jpg", None), ("Look at this.", None), (f"{URL}, {URL}", None), (f"{URL} {URL}", None),
    (f"{URL};{URL}", None), (f"{URL},{URL}", None), ("s3://b/1.jpg,s3://b/2.jpg", None),
    ("https://", None), ("https://:8080/1.jpg", None), ("https://?x=1", None), ("http://#x", None),
    ("https://@/1.jpg", None), ("s3://", None), ("s3:///1.jpg", None), ("s3:/b/1.jpg", None), ("GS:///1.jpg", None),
]  # fmt: skip


def find(type, params):
    findings = validate(Project("p", type=type), params)
    return [
        (finding.severity, finding.pointer, finding.suggestion and finding.suggestion[1:-1])
        for finding in findings
        if finding.code == "param_pattern"
    ]


@pytest.mark.parametrize("address", GOOD)
def test_an_address(address):
    """A text that may be an address, such as a URL or `s3://b/k`, has no `param_pattern` finding."""
    assert find("imageannotation", {"attachment": address, "geometries": GEOMETRIES}) == []


@pytest.mark.parametrize(("address", "suggestion"), BAD)
def test_no_address(address, suggestion):
    """A text that cannot be an address has one warning. If the right address is clear, the warning suggests it."""
    params = {"attachment": address, "geometries": GEOMETRIES}
    assert find("imageannotation", params) == [("warning", "/attachment", suggestion)]


@pytest.mark.parametrize(
    ("type", "params", "pointer"),
    [
        ("audiotranscription", {"attachment": "Hello there."}, "/attachment"),
        ("polygonannotation", {"attachment": "./1.jpg"}, "/attachment"),
        ("annotation", {"examples": [{"image": "/1.jpg"}]}, "/examples/0/image"),
        ("lidartopdown", {"attachment": [URL, "./1.jpg"]}, "/attachment/1"),
        ("lidarannotation", {"attachments": [URL, "./1.jpg"]}, "/attachments/1"),
        ("documenttranscription", {"attachments": [f"{URL} "]}, "/attachments/0"),
        ("imageannotation", {"context_attachments": [{"attachment": "C:\\1.jpg"}]}, "/context_attachments/0/attachment"),
        ("textcollection", {"attachments": [{"type": "image", "content": " x.jpg"}]}, "/attachments/0/content"),
        ("categorization", {"attachment": "./1.jpg", "attachment_type": "image"}, "/attachment"),
        ("comparison", {"attachments": [URL, "./1.jpg"], "attachment_type": "image"}, "/attachments/1"),
        ("chat", {"attachment": "./1.jpg", "attachment_type": "image"}, "/attachment"),
        ("videoplaybackannotation", {"hypothesis": {"annotations": {"url": "./h.json"}}}, "/hypothesis/annotations/url"),
        ("segmentannotation", {"hypothesis": {"annotations": {"combined": {"indexedImage": "/m.png"}}}},
         "/hypothesis/annotations/combined/indexedImage"),
        ("lidarannotation", {"dependents": {"defs": [{"callback_url": "example.com"}]}}, "/dependents/defs/0/callback_url"),
        ("chat", {"callback_url": "https://e.com/done\n"}, "/callback_url"),
        ("chat", {"callback_url": " me@example.com"}, "/callback_url"),
        ("chat", {"callback_url": "file:///home/me@work"}, "/callback_url"),
        ("chat", {"callback_url": "s3://bucket/x"}, "/callback_url"),
        ("chat", {"callback_url": "s3://me@bucket/x"}, "/callback_url"),
        ("chat", {"callback_url": "ftp://me@example.com/done"}, "/callback_url"),
        ("chat", {"callback_url": "https://e.com/my hook"}, "/callback_url"),
        ("chat", {"callback_url": "https://"}, "/callback_url"),
        ("chat", {"callback_url": "https:///done"}, "/callback_url"),
        ("chat", {"callback_url": "https://:8080/done"}, "/callback_url"),
        ("chat", {"callback_url": "https://?id=1"}, "/callback_url"),
        ("chat", {"callback_url": "me@"}, "/callback_url"),
        ("chat", {"callback_url": "@example.com"}, "/callback_url"),
        ("chat", {"callback_url": "@"}, "/callback_url"),
        ("chat", {"callback_url": f"{URL}, {URL}"}, "/callback_url"),
        ("chat", {"callback_url": "me @example.com"}, "/callback_url"),
    ],
)  # fmt: skip
def test_every_place_of_an_address(type, params, pointer):
    """Attachments, context images, examples, annotation files and callbacks are validated as addresses."""
    assert [at for _, at, _ in find(type, params)] == [pointer]


@pytest.mark.parametrize(
    ("type", "params"),
    [
        ("categorization", {"attachment": " See ./a.png\n", "attachment_type": "text"}),
        ("categorization", {"attachment": " See ./a.png\n"}),
        ("comparison", {"attachments": ["1. a", "2. b"], "attachment_type": "text"}),
        ("namedentityrecognition", {"attachment": "Ada. \n", "attachment_type": "text"}),
        ("textcollection", {"attachments": [{"type": "text", "content": " a. b\n"}]}),
        ("chat", {"attachment": "Hello there."}),
        ("chat", {"callback_url": "me@example.com"}),
        ("chat", {"callback_url": "HTTPS://example.com/a"}),
        ("imageannotation", {"attachment": None, "context_attachments": [{"attachment": ["./a"]}]}),
    ],
)
def test_texts_are_not_addresses(type, params):
    """Text that need not be a web address has no `param_pattern` finding. A value that is not text has none either."""
    assert find(type, params) == []


def test_values_are_hidden():
    """`without_values` hides the address."""
    (finding,) = [
        finding
        for finding in validate(Project("p", type="lidarlinking"), {"callback_url": " https://secret.example.com"})
        if finding.code == "param_pattern"
    ]
    assert "secret" not in str(finding.without_values())
