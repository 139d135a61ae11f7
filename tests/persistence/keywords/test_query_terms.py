"""What questions look for."""

from persistence.documents.keywords.terms import GRAMMAR_WEIGHT, query_terms, terms


def texts(question: str, *languages: str) -> list[str]:
    """The terms of a question."""
    return [term.text for term in query_terms(question, languages)]


def test_words_of_grammar_are_left_out() -> None:
    """What every text has finds nothing."""
    assert texts("What is the height of the pump?", "en") == ["height", "pump"]


def test_words_of_grammar_can_be_asked_for() -> None:
    """In a small collection they decide between passages that are equal otherwise."""
    asked = query_terms("the pump", ["en"], with_grammar=True)

    assert [(term.text, term.weight) for term in asked] == [
        ("the", GRAMMAR_WEIGHT),
        ("pump", 1.0),
    ]


def test_a_question_of_grammar_alone_finds_something() -> None:
    """Nothing but words of grammar is looked for as it is, and stored as it is."""
    question = "to be or not to be"

    assert set(texts(question, "en")) == set(terms(question, "en"))


def test_a_word_has_one_number_in_all_languages() -> None:
    """The terms of one word in several languages count as one word."""
    asked = query_terms("pumping stations", ["en", "und"])

    assert {(0, "en", "pump"), (0, "und", "pumping")} <= {term[:3] for term in asked}
    assert {0, 1} == {term.token for term in asked}


def test_a_repeated_word_counts_once() -> None:
    """Saying a word twice does not double it."""
    assert texts("pump pumps pump", "en") == ["pump"]


def test_the_language_of_the_question_says_what_grammar_is() -> None:
    """The river Po is not the Polish preposition "po"."""
    found = query_terms("Dove nasce il Po?", ["it", "pl"])

    assert ("pl", "po") in {(term.language, term.text) for term in found}
    assert "il" not in {term.text for term in found}


def test_names_in_capitals_are_no_grammar() -> None:
    """WHO and US are not "who" and "us", nor is vitamin A an article."""
    assert texts("What did the WHO tell the US on vitamin A?", "en") == [
        "who",
        "tell",
        "us",
        "vitamin",
        "a",
    ]


def test_languages_keep_their_tags() -> None:
    """The term names the language as the document has it."""
    assert {term.language for term in query_terms("泵", ["zh-Hant", "zh"])} == {
        "zh",
        "zh-Hant",
    }


def test_no_languages_give_no_terms() -> None:
    """Who has no documents looks for nothing."""
    assert not query_terms("pump", [])
