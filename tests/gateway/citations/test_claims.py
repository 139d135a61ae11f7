"""Which parts of an answer are claims: what says something, and nothing around it."""

# ruff: noqa: RUF001 - Marks of many scripts are meant.
from __future__ import annotations

import random

import pytest

from gateway.citations.answer_text import AnswerText
from gateway.citations.stating import states
from gateway.citations.verdict import Statement

ANSWER = """Here is what I found about the 2 pumps in your documents:

Pump maintenance
================

**Overview. In short**

The pump is serviced yearly by the manufacturer.

Key points

1. **Intervals and parts**
   The filter is changed every 500 hours.
2. **Oil**: only mineral oil is allowed
3. Spare parts
   - Seals come from the local dealer
   - Valves are ordered abroad

Service plan
The tank is cleaned once a year.

    pump --clean --all tanks
    pump --start main motor

\\[
The formula. Is here.
\\]

Run `pump --clean --all`.
`pump --start`

Which pump do you have? Let me know if you have 2 of them.

Capacity: 30 litres

**Every pump has a warranty of five years.**

| Part | Dealer |
|------|--------|
| Seal | local |

Sources:
- Manual.pdf, page 3
[1] Manual.pdf, page 3

---
*Hope this helps you!*
The tank is made of steel"""
CLAIMS = [
    "The pump is serviced yearly by the manufacturer.",
    "The filter is changed every 500 hours.",
    "**Oil**: only mineral oil is allowed",
    "Seals come from the local dealer",
    "Valves are ordered abroad",
    "The tank is cleaned once a year.",
    "Run `pump --clean --all`.",
    "Capacity: 30 litres",
    "**Every pump has a warranty of five years.**",
    "Seal | local",
    "The tank is made of steel",
]


def claims(text: str, spans) -> list[str]:
    """What of an answer is looked for in the documents."""
    said = [text[span.start : span.end] for span in spans]
    return [each for each in said if states(Statement.of(each, "en"))]


def test_what_stands_around_claims_is_none():
    """
    Headings of all kinds, labels of lists, greetings, questions, code, formulas,
    names of columns, lists of sources.
    """
    assert CLAIMS == claims(ANSWER, AnswerText().next(ANSWER, is_final=True))


@pytest.mark.parametrize("seed", range(20))
def test_nor_while_it_is_written(seed: int):
    """
    However the text arrives, the same claims come, in order.
    """
    chance = random.Random(seed)
    reader, text, found = AnswerText(), "", []
    while len(text) < len(ANSWER):
        text = ANSWER[: len(text) + chance.randint(1, 7)]
        found += reader.next(text, is_final=False)
    found += reader.next(text, is_final=True)

    assert CLAIMS == claims(ANSWER, found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Marie Curie", ["Marie Curie"]),
        ("Marie Curie\n", ["Marie Curie"]),
        ("- Marie Curie\n- Pierre Curie", ["Marie Curie", "Pierre Curie"]),
        ("光合作用的定义\n\n植物把光能变成化学能。", ["植物把光能变成化学能。"]),
        ("**最重要的几点**\n植物把光能变成化学能。", ["植物把光能变成化学能。"]),
        ("### 1. Mai\nDer Fluss ist 30 m lang.", ["Der Fluss ist 30 m lang."]),
        ("Born: 1867\nDied: 1934", ["Born: 1867", "Died: 1934"]),
        ("> Plants make sugar.\n> Key points", ["Plants make sugar.", "Key points"]),
        ("`a. B`. Water boils.", ["Water boils."]),
        ("```\nPlants make sugar.\n", []),
    ],
)
def test_single_cases(text: str, expected: list[str]):
    """
    A short answer is no heading; what stands before something else may be one.
    """
    assert expected == claims(text, AnswerText().next(text, is_final=True))


@pytest.mark.parametrize(
    "text",
    [
        "Here are 5 facts about cells.",
        "Here is what I found in the 3 documents.",
        "Sure, here are the 2 most important points!",
        "Based on your documents, here is a short summary:",
        "Let's look at the details.",
        "Let me know if you have 2 more questions.",
        "I hope this answers your question.",
        "If you have any other questions, just ask.",
        "Good luck with your exam!",
        "Source: Manual.pdf, page 3",
        "Sources: [1], [2]",
        "Quelle: Handbuch.pdf, Seite 3",
        "`kubectl get pods --all-namespaces`",
        "https://lamla.example/manual.pdf",
        "Hier ist eine kurze Zusammenfassung.",
        "Ich hoffe, das hilft dir weiter.",
        "Voici un résumé des documents.",
        "N’hésite pas à poser d’autres questions.",
        "Ecco un breve riassunto dei documenti.",
        "Aquí tienes un resumen de los documentos.",
        "Aqui está um resumo dos documentos.",
        "Hier is een korte samenvatting.",
        "Oto krótkie podsumowanie dokumentów.",
        "Här är en kort sammanfattning.",
        "İşte belgelerin kısa bir özeti.",
        "Вот краткое изложение документов.",
        "إليك ملخص قصير للمستندات.",
        "यहाँ दस्तावेज़ों का संक्षिप्त सारांश है।",
        "הנה סיכום קצר של המסמכים.",
        "Ακολουθεί μια σύντομη περίληψη.",
        "以下是文档的简短摘要。",
        "希望这对你有帮助！",
        "以下は文書の要約です。",
        "다음은 문서의 요약입니다.",
    ],
)
def test_talk_is_no_claim(text: str):
    """
    In the languages met most, numbers in it or not.
    """
    assert not states(Statement.of(text))


@pytest.mark.parametrize(
    "text",
    [
        "If you want a refund, return the item.",
        "Please ask the manager before you leave.",
        "Sure, the tower is 330 m high.",
        "The source of the river is a glacier.",
        "Set `timeout` to 30 seconds.",
        "Here the river is 30 m wide.",
    ],
)
def test_what_only_looks_like_it_is_one(text: str):
    """
    The same words begin sentences that say something.
    """
    assert states(Statement.of(text))
