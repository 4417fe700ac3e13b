"""`diff_words` compares two texts word by word."""

import random

import pytest
from hypothesis import given, strategies as st

from paramcore.report.words import diff_words

WORDS = st.lists(st.sampled_from(["box", "it", "twice", ".", " ", "\n", "!", "Every"]), max_size=30).map("".join)
TEXTS = WORDS | st.text(max_size=20)


@given(TEXTS, TEXTS)
def test_the_runs_contain_both_texts(before, after):
    """Joined, the kept and removed runs are the old text, and the kept and added runs are the new text."""
    runs = diff_words(before, after)
    assert "".join(run.text for run in runs if run.kind != "added") == before
    assert "".join(run.text for run in runs if run.kind != "removed") == after
    assert all(run.text for run in runs)
    assert {run.kind for run in runs} <= ({"kept"} if before == after else {"kept", "removed", "added"})


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("", "", ""),
        ("Box it.", "Box it.", "=Box it."),
        ("Box every forklift.", "Box every pallet.", "=Box every |-forklift|+pallet|=."),
        ("a b", "a", "=a|- b"),
        ("a", "a b", "=a|+ b"),
        # Changes that only a space separates become one change.
        ("the red car", "the blue truck", "=the |-red car|+blue truck"),
        ("the red, old car", "the blue, old truck", "=the |-red|+blue|=, old |-car|+truck"),
        (" a", " b", "= |-a|+b"),
        ("a ", "b ", "-a|+b|= "),
        ("x y", "", "-x y"),
    ],
)
def test_words_are_kept_removed_and_added(before, after, runs):
    """A change consists of whole words. Between two kept runs, the removed run comes before the added run."""
    marks = {"kept": "=", "removed": "-", "added": "+"}
    assert "|".join(marks[run.kind] + run.text for run in diff_words(before, after)) == runs


def test_long_texts_are_compared_sentence_by_sentence():
    """If one word of a long text changes, only this word is marked, as in a short text."""
    sentences = [f"Sentence {number} says something about boxes.\n" for number in range(900)]
    edited = [*sentences]
    edited[3] = edited[3].replace("boxes", "lines")
    edited[700] = "Something else entirely!\n"
    edited[800] = edited[800].replace("about", "of")
    changed = [run for run in diff_words("".join(sentences), "".join(edited)) if run.kind != "kept"]
    assert [run.text for run in changed if run.kind == "added"][0] == "lines"
    assert [run.text for run in changed if run.kind == "removed"][-1] == "about"
    assert sum(len(run.text) for run in changed) < 200


@pytest.mark.parametrize(
    "words",
    [
        ["a", "b"],
        [str(number) for number in range(3_000)],
        [f"w{number}" for number in range(150)],
        ["x"],
        ["a.", "b.", "c."],
    ],
)
def test_long_texts(words):
    """Two texts of 100 kB with random words are compared, and no word is lost."""
    texts = []
    for seed in (1, 2):
        shuffle = random.Random(seed)
        texts.append(" ".join(shuffle.choice(words) for _ in range(100_000 // (len(words[0]) + 1)))[:100_000])
    runs = diff_words(texts[0], f"begin {texts[1]} end")
    assert "".join(run.text for run in runs if run.kind != "added") == texts[0]
    assert "".join(run.text for run in runs if run.kind != "removed") == f"begin {texts[1]} end"
