"""What counts as a word, in which scripts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.chat.search.words import (
    KEY_CHARACTERS,
    VECTOR_BYTES,
    Term,
    query_of,
    terms_of,
    text_folded,
    vector_of,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=80)
OPERATORS = re.compile(r"'(?:[^'\\]*)'(?::\*)?|[()&]|<->|\s+")


class TestFolding:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Straße", "strasse"),
            ("CAFÉ cafe\u0301", "cafe cafe"),
            ("İstanbul ıĞ", "istanbul ig"),
            ("Łódź Ærø þú", "lodz aero thu"),
            ("ﬁﬂ \uff21\uff22\uff23 ①", "fifl abc 1"),
            ("الْعَرَبِيَّة", "العربية"),
            ("שָׁלוֹם", "שלום"),
            ("がパ 한국", "がパ 한국"),
            ("Ελλάς", "ελλασ"),
            ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ],
    )
    def test_case_and_accents_make_no_difference(self, text, folded):
        """
        In the scripts that have them; where marks are letters they stay.
        """
        assert folded == text_folded(text)

    @given(TEXT)
    def test_folding_twice_is_folding_once(self, text):
        """
        What a query and a text are compared as is one and the same.
        """
        once = text_folded(text)

        assert once == text_folded(once)


class TestQueries:
    @pytest.mark.parametrize(
        ("query", "asked"),
        [
            ("Photo", "'photo':*"),
            ("green Photo ", "'green' & 'photo':*"),
            ("the the the", "'the' & 'the':*"),
            ("光合作用", "('光合' <-> '合作' <-> '作用')"),
            ("光", "'光':*"),
            ("ATP合成 x", "'atp' & ('合成') & 'x':*"),
            ("snake_case-word", "'snake' & 'case' & 'word':*"),
            ("naïve | !evil & (a <-> b):*", "'naive' & 'evil' & 'a' & 'b':*"),
            ("it's \\'quoted\\'", "'it' & 's' & 'quoted':*"),
            ("", ""),
            ("?! -- 🎉", ""),
        ],
    )
    def test_every_word_is_asked_for_and_nothing_else(self, query, asked):
        """
        Operators and quotes of any language part words; they say nothing.
        """
        assert asked == query_of(terms_of(query))

    @given(TEXT)
    def test_no_query_is_more_than_words(self, query):
        """
        Quoted words, and the operators that are put between them here.
        """
        asked = query_of(terms_of(query))

        assert "" == OPERATORS.sub("", asked)

    def test_only_the_last_word_may_be_a_begin(self):
        """
        Of a script without spaces every part matches anyway.
        """
        assert [Term("a"), Term("b", is_prefix=True)] == terms_of("a b")
        assert [Term("a"), Term("光", is_part=True)] == terms_of("a 光")


class TestVectors:
    def test_titles_weigh_more(self):
        """
        The weight is written with each place.
        """
        assert "'a':1A,3A 'b':2A" == vector_of("a b a", weight="A")

    @pytest.mark.parametrize(
        "text",
        [
            "".join(chr(0x4E00 + i % 20_000) for i in range(300_000)),
            " ".join(f"{'x' * 60}{i}" for i in range(30_000)),
            "a " * 200_000,
            "x" * 200_000,
        ],
        ids=["chinese", "long words", "one word", "one long word"],
    )
    def test_no_text_is_more_than_postgresql_holds(self, text):
        """
        Of a very long text the begin is searched.
        """
        vector = vector_of(text)

        assert len(vector.encode()) < 2 * VECTOR_BYTES
        assert max(len(key) for key in re.findall("'([^']*)'", vector)) <= (
            KEY_CHARACTERS
        )
