"""The number of columns of a text, and the places where it is wrapped."""

import re
import sys

import pytest
from hypothesis import given, strategies as st

from paramcore.cli import cells
from paramcore.cli.cells import measure, measure_by_character, wrap
from paramcore.text import format_value


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("日本", 4),
        ("ｱ", 1),  # noqa: RUF001  (a half-width letter)
        ("Ａ", 2),  # noqa: RUF001  (a full-width letter)
        ("é", 1),
        ("e\u0301", 1),
        ("🚗", 2),
        ("❤\ufe0f", 2),
        ("한국", 4),
        ("→", 1),
    ],
)
def test_text_has_columns(text, columns):
    """A wide character has two columns and a combining mark has none, with and without `wcwidth`."""
    assert measure(text) == columns
    assert measure_by_character(text) == columns


def test_wcwidth_is_optional(monkeypatch):
    """Without `wcwidth`, `measure` uses `measure_by_character`."""
    cells._load_measure.cache_clear()
    monkeypatch.setitem(sys.modules, "wcwidth", None)
    try:
        assert measure("日本e\u0301") == 5
        assert cells._load_measure() is measure_by_character
    finally:
        cells._load_measure.cache_clear()


def cut(text, *arguments, **keywords):
    return [text[start:end] for start, end in wrap(text, *arguments, **keywords)]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, [""]),
        ("one two", 10, ["one two"]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one ", "two"]),
        ("one two", 3, ["one ", "two"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a bcdefgh i", 4, ["a ", "bcde", "fgh ", "i"]),
        ("日本語です", 5, ["日本", "語で", "す"]),
        ("日本", 1, ["日", "本"]),
        ("abe\u0301cd", 3, ["abe\u0301", "cd"]),
        ("ab❤\ufe0fcd", 3, ["ab", "❤\ufe0fc", "d"]),
        (r"a\\ b\" c", 5, ["a\\\\ ", 'b\\" c']),
    ],
)
def test_text_is_wrapped_after_spaces(text, width, lines):
    """A line ends after a space; a word that is too long is cut, but never before a combining mark."""
    assert cut(text, width) == lines


def test_the_first_line_may_have_another_width():
    """`first` is the width of the first line, and `width` is the width of the other lines."""
    assert cut("one two three four", 8, first=13) == ["one two three ", "four"]
    assert cut("one two three four", 9, first=3) == ["one ", "two three ", "four"]


def test_a_text_is_wrapped_at_its_line_breaks():
    r"""With `at_newlines`, each `\n` of a JSON string ends a line; an escaped backslash before `n` does not."""
    text = format_value("a\nb \\n c\n\n")
    assert cut(text, 40, at_newlines=True) == ['"a\\n', "b \\\\n c\\n", "\\n", '"']
    assert cut(text, 40) == [text]


@given(
    st.text(st.sampled_from("ab \\n日❤\ufe0f\u0301🚗-"), max_size=60),
    st.integers(1, 12),
    st.integers(1, 12),
    st.booleans(),
)
def test_wrapping_loses_nothing(text, width, first, at_newlines):
    """The joined lines equal the text. Apart from a space at its end, each line fits or is a single character."""
    spans = wrap(text, width, first=first, at_newlines=at_newlines)
    assert "".join(text[start:end] for start, end in spans) == text
    for number, (start, end) in enumerate(spans):
        shown = text[start:end].removesuffix(" ")
        is_single = len(re.sub("[\ufe0f\u0301]", "", shown)) <= 1
        assert is_single or measure(shown) <= (first if number == 0 else width)
        # A line does not begin with a mark that belongs to the character before it.
        assert start == 0 or text[start] not in "\ufe0f\u0301" or text[:start].endswith((" ", "\\n"))


@pytest.mark.parametrize(
    "word", ["日本語", "ไทยภาษา", "้" * 3, "🚗", "❤\ufe0f", "e\u0301" + "\u0301" * 40, "x日", "\U0001fae8", r"日\\"]
)
def test_a_long_word_is_wrapped_in_linear_time(word, monkeypatch):
    """Wrapping a long text without spaces, as in Japanese, measures each character fewer than 30 times on average."""
    measured = []

    def count(function):
        return lambda text: measured.append(len(text)) or function(text)

    for name in ("measure", "_measure_character"):
        monkeypatch.setattr(cells, name, count(getattr(cells, name)))
    text = word * (40_000 // len(word))
    lines = cut(text, 60, first=80)
    assert "".join(lines) == text
    assert max(map(measure, lines)) <= 80
    assert sum(measured) < 30 * len(text)
