"""What texts are stored under."""

# ruff: noqa: RUF001 - Letters of all scripts are the point.

import pytest

from persistence.documents.keywords.terms import terms


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("en", "The pumps were running", "the pump runs"),
        ("de", "die Häuser der Straße", "das Haus der STRASSE"),
        ("fr", "l’été à Évreux", "ETE Evreux"),
        ("es", "los jamones", "el JAMON"),
        ("ru", "ещё о реках", "еще река"),
        ("tr", "IŞIK İstanbul'da", "ışık istanbul"),
        ("ar", "كَتَبَ الطالبُ", "كتب طالب"),
        ("he", "וְהַבַּיִת", "בית"),
        ("hi", "नदियों", "नदी"),
        ("el", "Οι ποταμοί", "ΠΟΤΑΜΟΣ"),
        ("pt", "águas do rio", "agua"),
    ],
)
def test_forms_of_a_word_share_a_term(language: str, one: str, other: str) -> None:
    """Case, inflection, accents and vowel signs do not keep a question from a text."""
    assert set(terms(one, language)) & set(terms(other, language)) - {"the", "о"}


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("pump HX-200/B", "hx200b"),
        ("pump HX\u2011200/B", "hx200b"),
        ("write to info@example.org", "info@example.org"),
        ("1.386 m", "1386"),
        ("1,386 m", "1386"),
        ("1\u00a0386 m", "1386"),
        ("costs 1,234.50 euros", "1234.50"),
        ("2,2 kW", "2.2"),
        ("２００ kW", "200"),
        ("٢٠٠", "200"),
        ("an e-mail", "email"),
        ('צה"ל', "צהל"),
    ],
)
def test_codes_and_numbers_have_one_shape(text: str, term: str) -> None:
    """However a code or number is written, it is found."""
    assert term in terms(text, "en")


def test_parts_of_a_code_are_found_too() -> None:
    """Who remembers a part of a code finds the whole."""
    assert {"hx", "200", "b"} <= set(terms("HX-200/B", "en"))


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "长江", ["长", "江", "长江"]),
        ("ja", "富士山", ["富", "士", "富士", "山", "士山"]),
        ("ko", "한강은", ["한", "강", "한강", "은", "강은"]),
        ("th", "กรุง", ["ก", "รุ", "กรุ", "ง", "รุง"]),
    ],
)
def test_scripts_without_spaces_become_pairs(
    language: str, text: str, expected: list[str]
) -> None:
    """Characters and their pairs stand for words that no space divides."""
    assert sorted(expected) == sorted(terms(text, language))


def test_scripts_mix() -> None:
    """Latin words and codes within Chinese are words."""
    assert {"hx200b", "pump", "泵"} <= set(terms("泵HX-200/B的pump", "zh"))


def test_decomposed_text_is_the_same() -> None:
    """Composed and decomposed letters are the same letters."""
    assert terms("réseau", "fr") == terms("re\u0301seau", "fr")


@pytest.mark.parametrize("language", ["und", "sw", "xx", "EN-us", "zh-Hant"])
def test_any_language_has_terms(language: str) -> None:
    """A language without a stemmer keeps its words."""
    assert terms("Maji 2024", language)[-1] == "2024"


def test_terms_are_short() -> None:
    """A term fits its column, whatever is written as one word."""
    assert max(map(len, terms("A" * 1000 + " " + "b1-" * 300 + "c", "en"))) == 64


@pytest.mark.parametrize("text", ["", " \n", "…—!?", "\ud800", "\u0301", "a" * 100_000])
def test_any_text_has_terms_or_none(text: str) -> None:
    """Nothing that can stand in a text is an error."""
    assert all(terms(text, "en"))
