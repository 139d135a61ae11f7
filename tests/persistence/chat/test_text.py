"""Titles, and text that PostgreSQL can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.chat.text import TITLE_LENGTH, text_storable, title_of

WORD = "photosynthesis "
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


class TestTitle:
    @pytest.mark.parametrize(
        ("text", "title"),
        [
            ("What is ATP?", "What is ATP?"),
            ("\n\n  What is ATP? \nIn detail.", "What is ATP?"),
            (WORD * 9, (WORD * 4).strip()),
            ("x" * 80, "x" * 60),
            ("x" * 59 + "e\u0301" + "x" * 9, "x" * 59),
            ("x" * 58 + FAMILY, "x" * 58),
            ("x" * 60 + " y", "x" * 60),
        ],
    )
    def test_is_the_first_line_cut_at_a_word(self, text: str, title: str):
        """
        A word that is too long is cut, but never inside a character people see.
        """
        assert title == title_of(text)

    @given(st.text(min_size=1, max_size=300))
    def test_is_never_long(self, text: str):
        """
        Whatever the text, the title is one line of at most 60 characters.
        """
        title = title_of(text)

        assert len(title) <= TITLE_LENGTH
        assert "\n" not in title
        assert (title == "") == (text.strip() == "")


@given(st.text())
def test_storable_text_keeps_its_length(text: str):
    """
    Offsets into an answer hold whatever the model wrote.
    """
    storable = text_storable(text)

    assert len(text) == len(storable)
    assert "\x00" not in storable
