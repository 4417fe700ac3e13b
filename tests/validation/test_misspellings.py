"""The search for the known words that a misspelt word resembles."""

from hypothesis import given, strategies as st

from paramcore.validation import Schemas, misspellings
from paramcore.validation.misspellings import WordIndex, is_misspelt
from paramcore.validation.update_names import UpdateNames

WORDS = st.text("abc", max_size=5)


@given(WORDS, st.lists(WORDS, max_size=30))
def test_an_index_finds_the_same_words_as_a_comparison_with_each(word, known):
    """An index finds each word that differs in at most one edit or only in the order of its letters, and no other."""
    assert WordIndex.of(known).find_similar(word) == {each for each in known if is_misspelt(word, each)}


def test_a_name_is_compared_with_few_words(monkeypatch):
    """A name in an update is compared letter by letter only with words that it resembles."""
    compared = []
    monkeypatch.setattr(misspellings, "is_misspelt", lambda *words: compared.append(words))
    names = UpdateNames.of("docks", Schemas().of("imageannotation").params)
    for form in ("q{:05d}", "label{:05d}", "projct_version{}", "patch_x{}", "a_param_{}"):
        compared.clear()
        for number in range(100):
            names.classify(form.format(number), "text")
        assert len(compared) <= 1_000, form
