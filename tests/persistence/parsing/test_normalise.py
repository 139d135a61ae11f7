"""The stored form of text: what every offset in the product counts in."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from persistence.documents.parsing.normalise import (
    join_broken_words,
    normalise,
    one_line,
)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("e\u0301", "\u00e9"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("a\x00b\x07c\x9d", "abc"),
        ("a\ud800b", "ab"),
        ("\ufeffa\u200bb\u00adc", "abc"),
        ("\ufb01ne e\ufb03cient", "fine efficient"),
        ("\ufee3\ufeae\ufea3\ufe92\ufe8e", "\u0645\u0631\u062d\u0628\u0627"),
        ("\u2f00\u2f83", "\u4e00\u81ea"),
        ("a\u00a0 \t b", "a b"),
        ("  a  \n\n\n\n  b ", "a\n\nb"),
        ("\uf0b7 item", "\u2022 item"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",) * 2,
        ("\u202bab\u202c\u200f", "ab"),
    ],
)
def test_what_looks_the_same_is_stored_the_same(written: str, stored: str) -> None:
    """
    Composed, without controls or invisible marks, shapes as letters, blanks single.
    """
    assert stored == normalise(written)


@given(st.text(st.characters()))
def test_nothing_passes_that_a_database_or_a_message_refuses(written: str) -> None:
    """
    NUL breaks PostgreSQL, lone surrogates break protobuf; and it is stable.
    """
    stored = normalise(written)

    assert "\x00" not in stored
    assert stored.encode("utf-8").decode("utf-8") == stored
    assert unicodedata.is_normalized("NFC", stored)
    assert normalise(stored) == stored


def test_code_keeps_its_indentation() -> None:
    """
    Blanks at the beginning of a line have meaning in programs.
    """
    code = "def f():\n    return  1  \n\tpass\n"

    assert "def f():\n    return  1\n\tpass" == normalise(code, keep_blanks=True)


def test_a_cell_stays_on_its_line() -> None:
    """
    A row of a table is one line, whatever its cells hold.
    """
    assert "a b c" == one_line(" a\n\nb\tc ")


@pytest.mark.parametrize(
    ("set_in_lines", "read"),
    [
        ("docu-\nment", "document"),
        ("docu\u00ad\nment", "document"),
        ("Jean-\nPaul", "Jean-Paul"),
        ("well-\nknown, a well-known one", "well-known, a well-known one"),
        ("1990-\n1995", "1990-\n1995"),
        ("a -\nb", "a -\nb"),
    ],
)
def test_words_divided_at_line_ends_are_joined(set_in_lines: str, read: str) -> None:
    """
    A typesetter's hyphen goes, an author's stays.
    """
    assert read == join_broken_words(set_in_lines)


def test_a_word_of_a_million_letters_is_joined_in_one_pass() -> None:
    """
    The time grows with the length, not with its square: this would take minutes.
    """
    assert "a" * 2_000_000 == join_broken_words(
        "a" * 1_000_000 + "-\n" + "a" * 1_000_000
    )
