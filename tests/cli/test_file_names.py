"""File names of projects: distinct and valid on every file system."""

import re
from itertools import combinations
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st

from paramcore.cli.file_names import choose_file_names, fold_file_name
from paramcore.errors import InvalidSetting
from paramcore.model.names import check_project_name

#: The forms in which a file system may compare names: normalized to a Unicode form, some of them without case.
COMPARED_FORMS = [
    *(lambda name, form=form: normalize(form, name) for form in ("NFC", "NFD", "NFKC")),
    *(lambda name, form=form: normalize(form, normalize(form, name).casefold()) for form in ("NFC", "NFD", "NFKC")),
    lambda name: normalize("NFC", name).upper(),
    lambda name: normalize("NFD", name).lower(),
]
DEVICE = re.compile(r"(con|prn|aux|nul|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def is_project_name(name):
    try:
        check_project_name(name)
    except InvalidSetting:
        return False
    return True


ODD_PARTS = st.sampled_from(
    [
        *("con", "Aux", "nul", "COM1", "lpt\u00b9", "com0", "docks", "Docks", "DOCKS", " ", ".", "-", "~", "%", "%20"),
        *("caf\u00e9", "cafe\u0301", "stra\u00dfe", "STRASSE", "\u0130", "i\u0307", "\u0131", "\u212a", "\u017f"),
        *("\u6771\u4eac", "\uac15", "\u200d", "\ufeff", "\ufe0f", "\u0345", "\u037a", "\u1fbc", "\ufb01", "a" * 99),
        *'<>:"/\\|?*',
    ]
)
PROJECT_NAMES = st.one_of(
    st.lists(ODD_PARTS, min_size=1, max_size=4).map("".join), st.text(min_size=1, max_size=9), st.text(min_size=150)
).filter(is_project_name)


def vary(name):
    """Return variants of a name in case and Unicode form; the name itself may be among them."""
    changes = [str.upper, str.lower, str.title, str.casefold, *COMPARED_FORMS[:2]]
    return {varied for change in changes if is_project_name(varied := change(name))}


NAME_SETS = st.lists(PROJECT_NAMES, max_size=4).map(lambda names: {varied for name in names for varied in vary(name)})


def choose(*names, taken=()):
    return choose_file_names(names, taken)


@pytest.mark.parametrize(
    ("name", "file_name"),
    [
        ("docks", "docks.json"),
        ("North Docks (2), a+b=c@d_e.f-g", "North Docks (2), a+b=c@d_e.f-g.json"),
        ("caf\u00e9 \u6771\u4eac \U0001f6a2", "caf\u00e9 \u6771\u4eac \U0001f6a2.json"),
        ("a/b", "a%2Fb.json"),
        ('<>:"\\|?*', "%3C%3E%3A%22%5C%7C%3F%2A.json"),
        ("50%", "50%25.json"),
        ("a~b", "a%7Eb.json"),
        ("soft\u00adhyphen", "soft%C2%ADhyphen.json"),
        ("a\u0085b", "a%C2%85b.json"),
        ("heart\ufe0f", "heart%EF%B8%8F.json"),
        (".hidden", "%2Ehidden.json"),
        ("-force", "%2Dforce.json"),
        (" docks", "%20docks.json"),
        ("docks.", "docks%2E.json"),
        ("docks ", "docks%20.json"),
        ("-", "%2D.json"),
        ("CON", "%43ON.json"),
        ("aux.north", "%61ux.north.json"),
        ("nul .x", "%6Eul .x.json"),
        ("COM0", "%43OM0.json"),
        ("lpt9", "%6Cpt9.json"),
        ("COM\u00b9", "%43OM\u00b9.json"),
        ("console", "console.json"),
        ("COM10", "COM10.json"),
    ],
)
def test_a_file_name_is_readable(name, file_name):
    """A file name is the project's name and `.json`, with unsafe characters percent-encoded."""
    assert choose(name) == {name: file_name}
    assert unquote(file_name) == f"{name}.json"


@pytest.mark.parametrize(
    "names",
    [
        ("docks", "Docks", "DOCKS"),
        ("caf\u00e9", "cafe\u0301"),
        ("stra\u00dfe", "STRASSE"),
        ("\u0131con", "ICON"),
        ("x" * 180, "X" * 180),
    ],
)
def test_names_that_a_system_confuses_get_a_digest(names):
    """Names that differ only in case or Unicode form each get a file name with a digest, whatever their order."""
    chosen = choose(*names)
    assert all(re.search(r"~[0-9a-f]{16}\.json$", file_name) for file_name in chosen.values())
    assert chosen == choose(*reversed(names))


@pytest.mark.parametrize("taken", ["docks.json", "DOCKS.JSON", "Docks.json"])
def test_a_file_that_exists_is_avoided(taken):
    """A project never gets the name of an existing file, even if the case differs."""
    chosen = choose("docks", "cranes", taken=[taken, "other.json"])
    assert chosen["cranes"] == "cranes.json"
    assert re.fullmatch(r"docks~[0-9a-f]{16}\.json", chosen["docks"])


def test_a_long_name_is_cut():
    """In an empty directory, the file name for a long name has at most 205 bytes.

    A digest distinguishes long names that begin alike.
    """
    for letter in ("x", "\u00e9", "\u6771", "\U0001f6a2", "/"):
        chosen = choose(f"{letter * 200}1", f"{letter * 200}2")
        assert len(set(chosen.values())) == 2
        for file_name in chosen.values():
            assert len(file_name.encode()) <= 205
            assert unquote(file_name.partition("~")[0], errors="strict").strip(letter) == ""


@given(names=NAME_SETS, taken_by=NAME_SETS)
def test_no_system_confuses_two_files(names, taken_by):
    """No two file names are equal on a file system that ignores case, Unicode form or both."""
    # paramcore never chooses a name for a project that already has a file, so leave `names` out of `taken`.
    taken = list(choose(*(taken_by - names)).values())
    chosen = list(choose(*names, taken=taken).values())
    assert len(chosen) == len(names)
    for left, right in combinations([*chosen, *taken], 2):
        assert all(form(left) != form(right) for form in COMPARED_FORMS)


@given(names=NAME_SETS)
def test_every_system_can_hold_a_file(names):
    """A file name is valid on every system, and never looks like a hidden file, an option or a device."""
    for file_name in choose(*names).values():
        assert len(file_name.encode()) <= 255
        assert file_name[0] not in ".- "
        assert not DEVICE.match(file_name)
        assert re.fullmatch(r"[^<>:\"/\\|?*\x00-\x1f\x7f]*[^. ]\.json", file_name)
        assert file_name.isprintable()


@given(names=NAME_SETS)
def test_the_order_of_projects_does_not_matter(names):
    """The same projects get the same files, whatever their order."""
    assert choose(*sorted(names)) == choose(*sorted(names, reverse=True))


@given(name=st.text())
def test_folding_is_stable(name):
    """All forms of a name that a file system may store have the same folded name."""
    assert {fold_file_name(form(name)) for form in COMPARED_FORMS} == {fold_file_name(name)}
