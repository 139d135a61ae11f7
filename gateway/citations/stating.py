"""Whether a sentence states anything that a document could say."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

import regex

from gateway.citations.verdict import Statement

FEWEST_WORDS = 2
_QUESTION = regex.compile(r"[?？؟][\"'”’»)\]*_]*\Z")
_LEADS_ON = regex.compile(r"[:：][*_]*\Z")
_NO_PROSE = regex.compile(r"`[^`]*`|https?://\S+|\[\^?\d{1,3}\]")
_SOURCE = regex.compile(
    r"(?:sources?|references?|quellen?|fuentes?|fonti|fontes?|bronn?en?|źródł[oa]"
    r"|käll(?:a|or)|kaynak(?:lar)?|источники?|المصدر|المصادر|स्रोत|מקורות?|πηγ(?:ή|ές)"
    r"|来源|出典|출처)\s*[:：]",
    regex.IGNORECASE,
)
_OPENERS = (
    r"(?:(?:sure|certainly|of course|okay|ok|great|gerne|klar|natürlich)[,!.]\s+)?"
)
# Said with numbers in it, too: talk with the person about the answer, in the languages
# met most.
_ABOUT_ANSWER = regex.compile(
    rf"{_OPENERS}(?:here (?:is|are) (?:what|how|why|an?|the|some|my|your|\d+)"
    r"|here[’']s|let[’']s (?:look|see|break|go|start|dive)|let me (?:know|explain|help)"
    r"|feel free|(?:i )?hope (?:this|that|it)"
    r"|(?:just|please) (?:ask me|let me|feel free)"
    r"|based on (?:your|the) (?:documents?|passages?)[^.]*here (?:is|are)"
    r"|if you (?:have|need|want|would like)"
    r" (?:any|(?:\d+ )?more|further|another|other|to know|help)"
    r"|hier (?:ist|sind) (?:eine?|die|das|der|was|meine?)|ich hoffe"
    r"|voici|j[’']espère|n[’']hésite[zs]?|ecco|spero che|non esitare"
    r"|aquí (?:está|están|tienes|tiene)|espero que|no dudes"
    r"|aqui est(?:á|ão)|fique à vontade|hier (?:is|zijn)|ik hoop"
    r"|oto|mam nadzieję|här (?:är|kommer|följer)|(?:jag )?hoppas"
    r"|işte|umarım|вот|надеюсь|إليك|آمل|यहाँ|आशा है|הנה|אני מקוו?ה|ακολουθ(?:εί|ούν)"
    r"|ορίστε|ελπίζω)\b",
    regex.IGNORECASE,
)
_ABOUT_ANSWER_UNSPACED = regex.compile(
    r"以下[是为為]|希望(?:这|這|对你|對你|能)|如果(?:你|您)(?:还|還|有)|请告诉我"
    r"|以下[はに](?=.*(?:です|まとめ|示し|示す))|お役に立|다음은|도움이 되"
)
# Talk with the person and talk about the documents.
_TALK = regex.compile(
    r"(?:sure|certainly|of course|okay|ok|hello|hi|hey|thanks|thank you|great question"
    r"|good (?:question|luck)|you[’']re welcome|i[’']m (?:sorry|afraid|happy|glad)"
    r"|i am (?:sorry|afraid|happy|glad)|sorry|unfortunately|would you"
    r"|i (?:don[’']t|do not|cannot|can[’']t|could not|couldn[’']t)"
    r"|the (?:provided |given )?(?:documents?|passages?|texts?|context|sources?)"
    r" (?:do|does|did|is|are)(?: not|n[’']t)"
    r"|gerne|natürlich|klar|hallo|danke|leider|sag|melde dich|viel erfolg"
    r"|es tut mir leid|ich (?:weiß|kann|konnte)"
    r"|(?:die|das|der) (?:dokumente?|passagen?|texte?|abschnitte?)"
    r" (?:sag(?:en|t)|enth(?:alten|ält)|nenn(?:en|t)) (?:nicht|nichts|kein)"
    r"|bien sûr|bonjour|merci|désolé|malheureusement|bonne chance"
    r"|claro|por supuesto|hola|gracias|lo siento|certo|ciao|grazie|mi dispiace"
    r"|olá|obrigado|desculpe|конечно|привет|спасибо|к сожалению|извините"
    r")\b",
    regex.IGNORECASE,
)


def states(statement: Statement) -> bool:
    """Says whether a sentence is a claim: no question, no talk, no code alone, no line
    that leads on.
    """
    text = statement.text.strip().lstrip("*_> ")
    if _QUESTION.search(text) or _LEADS_ON.search(text) or _SOURCE.match(text):
        return False
    if not any(map(str.isalnum, _NO_PROSE.sub("", text))):
        return False
    if _ABOUT_ANSWER.match(text) or _ABOUT_ANSWER_UNSPACED.match(text):
        return False
    if statement.facts.numbers or statement.facts.codes:
        return True
    return not _TALK.match(text) and len(statement.keys) >= FEWEST_WORDS
