"""Whether a sentence states anything that a document could say."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

import regex

from gateway.citations.verdict import Statement

FEWEST_WORDS = 2
_QUESTION = regex.compile(r"[?？؟][\"'”’»)\]*_]*\Z")
_LEADS_ON = regex.compile(r"[:：][*_]*\Z")
# Talk with the person and talk about the documents, in the languages met most.
_TALK = regex.compile(
    r"(?:sure|certainly|of course|okay|ok|hello|hi|hey|thanks|thank you|great question"
    r"|good question|let me know|feel free|i hope|i[’']m (?:sorry|afraid|happy|glad)"
    r"|i am (?:sorry|afraid|happy|glad)|sorry|unfortunately|here (?:is|are)|here[’']s"
    r"|if you (?:have|want|need|would|like)|would you|please (?:let|ask|tell)"
    r"|i (?:don[’']t|do not|cannot|can[’']t|could not|couldn[’']t)"
    r"|the (?:provided |given )?(?:documents?|passages?|texts?|context|sources?)"
    r" (?:do|does|did|is|are)(?: not|n[’']t)"
    r"|gerne|natürlich|klar|hallo|danke|leider|ich hoffe|sag|melde dich|wenn du"
    r"|falls du|hier (?:ist|sind)|es tut mir leid|ich (?:weiß|kann|konnte)"
    r"|(?:die|das|der) (?:dokumente?|passagen?|texte?|abschnitte?)"
    r" (?:sag(?:en|t)|enth(?:alten|ält)|nenn(?:en|t)) (?:nicht|nichts|kein)"
    r"|bien sûr|voici|bonjour|merci|désolé|malheureusement|n[’']hésite[zs]?|j[’']espère"
    r"|claro|por supuesto|hola|gracias|lo siento|aquí (?:está|tienes)|espero que"
    r"|certo|ecco|ciao|grazie|mi dispiace|spero che|olá|obrigado|desculpe|aqui está"
    r"|конечно|привет|спасибо|к сожалению|извините|надеюсь"
    r")\b",
    regex.IGNORECASE,
)


def states(statement: Statement) -> bool:
    """Says whether a sentence is a claim: no question, talk, or line that leads on."""
    text = statement.text.strip()
    if _QUESTION.search(text) or _LEADS_ON.search(text):
        return False
    if statement.facts.numbers or statement.facts.codes:
        return True
    if _TALK.match(text.lstrip("*_> ")):
        return False
    return len(statement.keys) >= FEWEST_WORDS
