"""The part of a text that is shown, and what is highlighted in it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from persistence.chat.search.snippets import SNIPPET_CHARACTERS, snippet_of
from persistence.chat.search.words import terms_of, text_folded

WORDS = st.sampled_from(
    ["Cell", "cell", "cells", "CELLULAR", "Café", "cafe\u0301", "光合作用", "合作",
     "สวัสดีครับ", "Straße", "strasse", "ﬁn", "die", "\n", "👩\u200d🔬", "hàng", "x" * 250,
     "İstanbul", "한국어를", "がく", "か\u3099く", "naïve,", "(atp)"]
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=120).flatmap(
    lambda words: st.sampled_from([" ", "", "-"]).map(lambda gap: gap.join(words))
)
QUERIES = st.lists(
    st.sampled_from(
        ["cel", "Cell", "CAFE", "合作", "用", "สวัส", "STRASS", "f", "d", "han", "x",
         "istan", "한국", "がく", "naive"]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)  # fmt: skip


def highlighted(text: str, query: str) -> list[str]:
    """What is highlighted in the snippet of a text."""
    snippet = snippet_of(text, terms_of(query))
    return [snippet.text[span.start : span.end] for span in snippet.highlights]


class TestHighlights:
    @given(TEXTS, QUERIES)
    @example("a" * 500, "aaa")
    @example("㍿会社", "会社")
    def test_each_is_a_word_of_the_query(self, text, query):
        """
        Folded, it is the word, or the begin of one for the last; in order, apart, and
        inside a snippet of at most 200 code points in one line.
        """
        terms = terms_of(query)
        snippet = snippet_of(text, terms)

        assert len(snippet.text) <= SNIPPET_CHARACTERS
        assert "\n" not in snippet.text
        end = 0
        for span in snippet.highlights:
            assert end <= span.start < span.end <= len(snippet.text)
            end = span.end
            folded = text_folded(snippet.text[span.start : span.end])
            # Of one character that stands for several, the whole is shown.
            assert any(
                folded == term.text
                or (term.text in folded and span.end - span.start <= len(term.text))
                for term in terms
            )

    @given(st.text(st.characters(codec="utf-8"), max_size=300), st.text(max_size=30))
    def test_no_text_and_no_query_are_too_odd(self, text, query):
        """
        There is always a snippet, and it is a part of the text.
        """
        snippet = snippet_of(text, terms_of(query))

        assert len(snippet.text) <= SNIPPET_CHARACTERS

    @pytest.mark.parametrize(
        ("text", "query", "found"),
        [
            ("Photosynthesis and photons", "phot", ["Phot", "phot"]),
            ("Photosynthesis and photon", "photon and", ["and", "photon"]),
            ("植物的光合作用很重要", "合作", ["合作"]),
            ("Im Café\u0301s Straße", "cafe strasse", ["Straße"]),
            ("Ein Cafe\u0301!", "café", ["Cafe\u0301"]),
            ("สวัสดีครับ", "ดีคร", ["ดีคร"]),
            ("concatenate cat", "cat", ["cat"]),
            ("unrelated", "words", []),
        ],
    )
    def test_examples(self, text, query, found):
        """
        Whole words, but the begin of the last one; any part where there are no spaces.
        """
        assert found == highlighted(text, query)


class TestPlace:
    def test_the_best_place_holds_the_most_words(self):
        """
        All words together, far into the text, and not the first one alone.
        """
        text = "red " + "filler " * 3_000 + "the red and the blue " + "more " * 500

        assert ["red", "blue"] == highlighted(text, "red blue")

    def test_begins_with_a_whole_word(self):
        """
        Some words before the first highlight say where it stands.
        """
        snippet = snippet_of("word " * 100 + "needle" + " word" * 100, terms_of("need"))

        assert snippet.text.startswith("word ")
        assert 20 < snippet.highlights[0].start <= 40

    def test_without_a_match_it_is_the_begin(self):
        """
        What was found may have been cut from what is shown.
        """
        assert "abc" == snippet_of("abc", terms_of("x")).text
        assert "" == snippet_of("", terms_of("x")).text
