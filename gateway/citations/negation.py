"""Whether a sentence says yes or no, and words whose exchange turns it round."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from functools import cache

import regex

from gateway.citations.numbers import UNSPACED
from gateway.language.terms import words_of

_NEGATIONS = {
    "en": "no not never none nothing neither nor cannot without hardly nobody",
    "de": "nicht kein keine keinen keinem keiner keines nie niemals ohne nichts weder",
    "fr": "pas jamais aucun aucune rien personne sans ni",
    "es": "no nunca jamás ningún ninguno ninguna nada nadie sin tampoco ni",
    "it": "non mai nessun nessuno nessuna niente nulla senza né",
    "pt": "não nunca jamais nenhum nenhuma nada ninguém sem nem",
    "nl": "niet geen nooit niets niemand zonder",
    "pl": "nie nigdy żaden żadna żadne nic nikt bez",
    "sv": "inte ingen inget inga aldrig utan ej",
    "tr": "değil değildir değiller yok yoktur hiç asla hiçbir",
    "ru": "не нет ни никогда никто ничего без нельзя",
    "ar": "لا لم لن ليس ليست غير بدون دون ولا ولم ولن وليس فلا",
    "hi": "नहीं न मत बिना",
    "he": "לא אין בלי אף ולא ואין",
    "el": "δεν μη μην όχι ποτέ χωρίς κανένας καμία",
}
_CONTRACTED = regex.compile(r"n[’']t\b", regex.IGNORECASE)
_UNSPACED_NEGATION = regex.compile(
    r"[不没沒無无未非勿]|ない|なかった|ません|なく|않|없|못|(?<![\p{Hangul}])안\s"
)
# Words whose exchange turns a sentence round; `*` stands for any ending.
_OPPOSITES = tuple(
    tuple(pair.split("/"))
    for pair in """
        increas*/decreas* rise*/fall* rose/fell grow*/shrink* more/less more/fewer
        higher/lower highest/lowest above/below over/under before/after
        maximum/minimum most/least always/never allow*/forbid* allow*/prohibit*
        permitt*/forbidd* permitt*/prohibit* start*/end* open*/clos* first/last
        larger/smaller largest/smallest longer/shorter north*/south* east*/west*
        inside/outside left/right earlier/later
        steigt/sinkt mehr/weniger höchst*/mindest* vor/nach über/unter
        erlaubt/verboten groß*/klein* größ*/klein* früher*/später* innen/außen
        máxim*/mínim* massim*/minim* augment*/diminu* plus/moins avant/après
        aument*/disminu* más/menos mais/menos antes/después antes/depois
        mayor/menor maior/menor prima/dopo più/meno sopra/sotto
        voor/na vóór/na boven/onder meer/minder przed/po więcej/mniej powyżej/poniżej
        före/efter över/under mer/mindre önce*/sonra* fazla/az büyük/küçük
        больше/меньше до/после выше/ниже قبل/بعد أكثر/أقل أكبر/أصغر
        पहले/बाद अधिक/कम
        增加/减少 最大/最小 以上/以下 以前/以后 以前/以降
        이상/이하 이전/이후
    """.split()  # noqa: SIM905
)
# Where one statement ends within a sentence and the next begins.
_CLAUSE = regex.compile(r"[,;:，；：、،؛()（）]|\s[–—-]\s")
_AND = {
    "en": "and but or while",
    "de": "und aber oder sondern",
    "fr": "et mais ou",
    "es": "y e pero o",
    "it": "e ed ma o",
    "pt": "e mas ou",
    "nl": "en maar of",
    "pl": "i a ale oraz lub",
    "sv": "och men eller",
    "tr": "ve ama fakat",
    "ru": "и а но или",
    "hi": "और लेकिन या",
    "el": "και αλλά ή",
}
_AND_UNSPACED = regex.compile(r"(?<=\p{Hangul}(?:며|고|지만|나))\s|(?:が|けれど)、")
_AND_PREFIXED = regex.compile(
    r"\s(?=و(?:لا|لم|لن|ليس)?\p{Arabic}|ו(?:לא|אין)?\p{Hebrew})"
)


def negations_of(text: str, language: str) -> int:
    """Returns how often a text says no."""
    if UNSPACED.search(text):
        return len(_UNSPACED_NEGATION.findall(text))
    plain = [word.text.casefold() for word in words_of(text, language)]
    count = sum(word in _negations(language) for word in plain)
    return count + len(_CONTRACTED.findall(text))


def parts_of(text: str, language: str) -> list[str]:
    """Cuts a sentence where a part of it may say no and another yes."""
    pieces = _CLAUSE.split(text)
    if UNSPACED.search(text):
        pieces = [part for piece in pieces for part in _AND_UNSPACED.split(piece)]
    elif language in {"ar", "he"}:
        pieces = [part for piece in pieces for part in _AND_PREFIXED.split(piece)]
    elif (pattern := _and(language)) is not None:
        pieces = [part for piece in pieces for part in pattern.split(piece)]
    return [piece for piece in pieces if piece.strip()]


def are_opposite(one: str, other: str) -> bool:
    """Says whether a word of one sentence is turned round in the other."""
    first, second = one.casefold(), other.casefold()
    for a, b in _OPPOSITES:
        for left, right in ((_word(a), _word(b)), (_word(b), _word(a))):
            if (
                left.search(first)
                and right.search(second)
                and not left.search(second)
                and not right.search(first)
            ):
                return True
    return False


@cache
def _word(word: str) -> regex.Pattern[str]:
    stem = regex.escape(word.removesuffix("*"))
    if UNSPACED.search(word):
        return regex.compile(stem)
    end = "" if word.endswith("*") else r"(?!\p{L})"
    return regex.compile(rf"(?<!\p{{L}}){stem}{end}")


@cache
def _negations(language: str) -> frozenset[str]:
    words = _NEGATIONS.get(language)
    if words is not None:
        return frozenset(words.split())
    return frozenset(word for each in _NEGATIONS.values() for word in each.split())


@cache
def _and(language: str) -> regex.Pattern[str] | None:
    words = _AND.get(language)
    if words is None:
        return None
    return regex.compile(rf"\s(?:{'|'.join(words.split())})\s", regex.IGNORECASE)
