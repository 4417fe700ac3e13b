"""The layout of results on a terminal: every line fits, and only long values are truncated."""

import pytest
from hypothesis import given, strategies as st
from screens import find_wide_lines, list_views, squash

from paramcore import Project, Replace
from paramcore.analysis import Diff, History, Plan
from paramcore.cli.color import paint_label
from paramcore.cli.layout import Layout
from paramcore.cli.screen import Screen
from paramcore.cli.spread import list_value_blocks
from paramcore.text import format_value
from paramcore.text.rows import Frame, Label, Line, Row, Table, format_pieces
from tests.properties.test_changes import PAIRS

WIDTHS = st.integers(20, 130)
TEXTS = st.text(st.sampled_from('ab .\n"\\日🚗\x1b,'), max_size=300)
CHANGES = PAIRS | st.tuples(st.dictionaries(st.just("t"), TEXTS), st.dictionaries(st.just("t"), TEXTS))


def iter_shown(rows, screen):
    """Yield the cells and values that a screen must show. It may show the changes inside a value instead of the value."""
    for row in rows:
        yield from row.cells
        yield from row.text and [row.text]
        # If a screen has no room for the old and the new container, it lists the changes inside them.
        if row.inside is not None and squash("".join(row.cells) + "inside:") in screen:
            yield from iter_shown(row.inside, screen)
        else:
            yield from map(format_value, row.values)


@given(CHANGES, WIDTHS)
def test_changes_fit_and_are_complete(pair, width):
    """With `--full`, no line of a diff is too wide. Each value, or each change inside the value, is shown in full."""
    diff = Diff.between(*pair)
    screen = Screen(width, full=True).render(diff.list_pieces())
    assert find_wide_lines(screen, width) == []
    assert "\x1b" not in screen
    views = list_views(screen)
    rows = [row for piece in diff.list_pieces() if isinstance(piece, Table) for row in piece.rows]
    assert [shown for shown in iter_shown(rows, views[0]) if not any(squash(shown) in view for view in views)] == []


@given(CHANGES, WIDTHS, st.booleans())
def test_other_results_fit(pair, width, values):
    """No line of a plan, of a history or of effective params is wider than the terminal."""
    before, after = pair
    project = Project("docks", type="comparison", params=before).replace_params(after)
    results = [Plan.of(project, Replace(before)), History.of(project), project.resolve(before)]
    pieces = [result.list_pieces() for result in results]
    pieces += [History.of(project).list_lifetime_pieces(name) for name in project.params]
    pieces += [found.list_pieces(["a/long/path.json:1:2"] * 9) for found in project.resolve(before).explain_all()]
    for part in pieces:
        assert find_wide_lines(Screen(width, values).render(part), width) == []


@given(CHANGES, WIDTHS)
def test_colour_changes_no_layout(pair, width):
    """A screen in colour has the same lines as a screen without colour."""
    pieces = Diff.between(*pair).list_pieces()
    colored = Layout(width, values=True, full=False, paint=paint_label).format(pieces)
    for code in (1, 31, 32, 33, 34, 36, 0):
        colored = colored.replace(f"\x1b[{code}m", "")
    assert colored == Screen(width).render(pieces)


@given(st.text(st.sampled_from("ab:日🚗 "), min_size=1, max_size=100), st.data(), WIDTHS)
def test_frames_fit_and_mark_the_value(text, data, width):
    """A long source line is split into parts. Below each character of the value are one or two carets."""
    start = data.draw(st.integers(0, len(text) - 1))
    length = data.draw(st.integers(1, len(text) - start))
    screen = Screen(width).render([Frame(12, text, start, length)])
    assert find_wide_lines(screen, width) == []
    parts = [line[7:] for line in screen.splitlines()]
    assert squash("".join(part for part in parts if "^" not in part)) == squash(text)
    marked = sum(part.count("^") for part in parts)
    assert length <= marked <= 2 * length


def test_a_frame_marks_the_end_of_a_line():
    """A value that is missing at the end of a line is marked with one caret."""
    assert Screen(40).render([Frame(3, "a: ", 3, 1)]) == "  3 | a: \n    |    ^"
    assert Screen(40).render([Frame(3, "", 0, 1)]) == "  3 | \n    | ^"


@pytest.mark.parametrize("length", [33, 34, 35, 67, 68, 69])
def test_a_caret_after_a_full_line_fits(length):
    """If a source line fills the 34 columns beside the gutter, the caret after its end is on the next line."""
    lines = Screen(40).render([Frame(3, "x" * length, length, 1)]).split("\n")
    assert max(map(len, lines)) <= 40
    assert "".join(lines).count("^") == 1
    assert lines[-1].index("^") == 6 + length % 34


LINE = "update of a project: " + "words " * 9
ROW = Row((Label("changed"), "padding"), (3, 4), note="(set since version 0)")


@pytest.mark.parametrize(
    ("piece", "screen"),
    [
        (Line("a short line"), "a short line"),
        (Line("  indented words that go on until the end"), "  indented words that go on\n      until the end"),
        (Line(), ""),
        (Table.of([ROW]), "  changed  padding  3 -> 4\n      (set since version 0)"),
        (
            Table.of([Row(("why",), text="a sentence that is too long")]),
            "  why\n      a sentence that is too\n      long",
        ),
        (Table.of([Row(("a",), text="a sentence that is too long")]), "  a  a sentence that is too\n     long"),
        (Table.of([Row(("a",), ("one two three four five six",))]), '  a\n      "one two three four five\n      six"'),
        (Table.of([Row(("a" * 31,), (1,))]), f"  {'a' * 28}\n      aaa\n      1"),
        (Table.of([Row(("a",), ([1, 2],))]), "  a  [1, 2]"),
        (
            Table.of([Row(("a",), ({"first": [1, 2], "second": "text"},))]),
            '  a\n      {\n        "first": [1, 2],\n        "second": "text"\n      }',
        ),
        (
            Table.of([Row(("a",), ([10_000_000, 20_000_000], "a text that is too long"))]),
            '  a\n      - [10000000, 20000000]\n      + "a text that is too\n        long"',
        ),
        (
            Table.of([Row(("a",), ("one two three four", "one two 3 four"))]),
            '  a\n      "one two [-three-]{+3+}\n      four"',
        ),
        (Table.of([]), ""),
    ],
)
def test_pieces_have_a_layout(piece, screen):
    """Text that fits stays on its line. Other text continues below this line or moves there, indented."""
    assert Screen(30).render([piece]) == screen


def test_columns_are_aligned():
    """Values begin in the same column, even after wide letters; a long name moves only its own value."""
    rows = [Row((Label("added"), name), (1,)) for name in ("日本", "abc", "a_name_that_is_long")]
    assert Screen(40).render([Table.of(rows)]) == (
        "  added  日本              1\n  added  abc               1\n  added  a_name_that_is_long  1"
    )


@pytest.mark.parametrize(("full", "cut"), [(False, True), (True, False)])
@pytest.mark.parametrize("value", [list(range(10_000, 10_400)), "word " * 400, {"a": {"b": ["x" * 30] * 80}}])
def test_long_values_are_truncated(value, full, cut):
    """Without `--full`, a screen shows the beginning of a long value, and a remark about the rest."""
    screen = Screen(40, full=full).render([Table.of([Row(("a",), (value,))])])
    assert (len(screen.splitlines()) < 45) is cut
    assert (squash(format_value(value)) in squash(screen)) is not cut
    assert (
        "--full shows them" in squash(screen).replace("--fullshowsthem", "--full shows them") or "characters" in screen
    ) is cut


def test_deep_values_show_as_much_as_a_pipe():
    """A screen shows at least as much of a deeply nested value as the output to a pipe does."""
    value = [[[[[[[[[[[[[[[[[[[["x" * 40]]]]]]]]]]]]]]]]]]]]
    pieces = [Table.of([Row(("a",), (value,))])]
    piped = format_pieces(pieces).split("  ")[-1]
    assert squash(piped) in squash(Screen(30).render(pieces))


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_equal_words_around_a_change_are_hidden(where):
    """Without `--full`, a screen shows only the words near a change in a long text, and counts the hidden characters."""
    before = "one two " * 200
    index = {"start": 0, "middle": 800, "end": 1592}[where]
    after = before[:index] + "new " + before[index:]
    [block] = list_value_blocks((before, after), 80, full=False)
    text = "".join(block.spans)
    assert "{+new +}" in text
    assert len(text) < 500
    assert "equal characters; --full shows them" in text
    [whole] = list_value_blocks((before, after), 80, full=True)
    assert "".join(whole.spans) == f'"{before[:index]}{{+new +}}{before[index:]}"'


def test_hidden_characters_are_counted():
    """The number of hidden characters is exact."""
    before = "x" * 1000 + " "
    [block] = list_value_blocks((before + "a", before + "b"), 80, full=False)
    assert "".join(block.spans) == f'" ... 881 equal characters; --full shows them ... {"x" * 119} [-a-]{{+b+}}"'


def test_a_note_stays_on_its_line_if_it_fits_exactly():
    """A line may be as wide as the terminal. If it would be one column wider, its note goes to the next line."""
    line = "  changed  padding  3 -> 4  (set since version 0)"
    assert Screen(len(line)).render([Table.of([ROW])]) == line
    assert Screen(len(line) - 1).render([Table.of([ROW])]) == "  changed  padding  3 -> 4\n      (set since version 0)"


def test_a_change_is_spread_as_in_a_pipe():
    """Output to a pipe, or to a terminal of any width, shows the change inside a long value."""
    diff = Diff.between({"box": {"min": 1, "note": "n" * 130}}, {"box": {"min": 2, "note": "n" * 130}})
    for width in (None, 60, 400):
        assert "  changed  /box/min  1 -> 2" in Screen(width).render(diff.list_pieces()).splitlines()


@pytest.mark.parametrize("width", [None, 20, 30, 40, 120])
def test_hidden_values_hide_their_notes(width):
    """With `--no-values`, every layout hides notes that contain a value, and shows other notes."""
    row = Row((Label("changed"), "/labels/0/min"), (1, 2), note="(a note without one)", value_note='(name "s3cret")')
    screen = Screen(width, values=False).render([Table.of([row])])
    assert "s3cret" not in screen
    assert squash("(a note without one)") in squash(screen)


@pytest.mark.parametrize(("elements", "shown"), [(14, 16), (15, 17), (16, 17)])
def test_one_line_too_many_is_shown(elements, shown):
    """A value that is one line too long is shown in full, because a remark would also need a line."""
    value = [10**12 + number for number in range(elements)]
    lines = Screen(60).render([Table.of([Row(("a",), (value,))])]).splitlines()[1:]
    assert len(lines) == shown
    assert ("more lines" in lines[-1]) is (elements == 16)


@pytest.mark.slow
@pytest.mark.parametrize("elements", [["é" * 20] * 9000, ["\x7f" * 200_000], [{"é": "\u200b"}] * 15000])
@pytest.mark.parametrize("wrap", [lambda value: {"a": value}, lambda value: [value]])
def test_deep_values_are_laid_out(elements, wrap):
    """A long value inside 90 objects or arrays is laid out, and the text says how many lines are left out."""
    value = elements
    for _ in range(90):
        value = wrap(value)
    lines = Screen(80).render([Table.of([Row(("a",), (value,))])]).splitlines()
    assert "more lines" in lines[-1]
