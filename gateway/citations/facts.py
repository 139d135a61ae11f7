"""What of a sentence must be in its evidence exactly: numbers, units, codes, names; and
whether it says yes or no.
"""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from unicodedata import normalize

import regex

from gateway.language.grammar import grammar
from gateway.language.terms import Word, words_of

_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])\p{N}+(?:[.,'’\u00a0\u202f]\p{N}+)*")
_UNSPACED_NUMBER = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*")
_CODE = regex.compile(
    r"(?<![\p{L}\p{N}])(?=[\p{L}\p{N}_./-]*\p{N})(?=[\p{L}\p{N}_./-]*\p{Latin})"
    r"[\p{Latin}\p{N}][\p{Latin}\p{N}_./-]*[\p{Latin}\p{N}]"
)
_NAME = regex.compile(r"(?<![\p{L}\p{N}])\p{Lu}[\p{L}\p{M}\p{N}’'-]*")
_SYMBOL = regex.compile(r"\s{0,2}(%|‰|°\s?[CF]?|€|\$|£|¥|₽)")
# Without spaces, what is counted is the next character, or two after a classifier.
_COUNTED = regex.compile(
    r"[个個ヶケか]?[\p{Han}\p{Hangul}]|[\p{Katakana}ー]+|\p{Hangul}"
)
_SYMBOL_BEFORE = regex.compile(r"([€$£¥])\s?\Z")
# So near to a number stands what it counts.
CLOSE = 2
# Nouns begin with a capital there.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")

_NUMERALS = (
    "zero null zéro cero ноль нуль 零 〇",
    "one eins un une uno una één ein eine один одна одно 一 hum um uma",
    "two zwei deux dos due dois duas twee два две 二 两",
    "three drei trois tres tre três drie три 三",
    "four vier quatre cuatro quattro quatro четыре 四",
    "five fünf cinq cinco cinque vijf пять 五",
    "six sechs seis sei zes шесть 六",
    "seven sieben sept siete sette sete zeven семь 七",
    "eight acht huit ocho otto oito восемь 八",
    "nine neun neuf nueve nove negen девять 九",
    "ten zehn dix diez dieci dez tien десять 十",
    "eleven elf onze once undici одиннадцать 十一",
    "twelve zwölf douze doce dodici doze twaalf двенадцать 十二",
    "thirteen dreizehn treize trece tredici treze dertien",
    "fourteen vierzehn quatorze catorce quattordici catorze veertien",
    "fifteen fünfzehn quinze quince quindici vijftien",
    "sixteen sechzehn seize dieciséis sedici dezesseis zestien",
    "seventeen siebzehn diecisiete diciassette dezessete zeventien",
    "eighteen achtzehn dieciocho diciotto dezoito achttien",
    "nineteen neunzehn diecinueve diciannove dezenove negentien",
    "twenty zwanzig vingt veinte venti vinte twintig двадцать",
)
_TENS = {
    "30": "thirty dreißig trente treinta trenta trinta dertig тридцать",
    "40": "forty vierzig quarante cuarenta quaranta quarenta veertig сорок",
    "50": "fifty fünfzig cinquante cincuenta cinquanta cinquenta vijftig пятьдесят",
    "60": "sixty sechzig soixante sesenta sessanta sessenta zestig шестьдесят",
    "100": "hundred hundert cent cien cento cem honderd сто",
    "1000": "thousand tausend mille mil duizend тысяча",
}
# They are articles as well.
_ARTICLES = "one un une uno una een ein eine um uma один одна одно 一".split()  # noqa: SIM905

_NEGATIONS = {
    "en": "no not never none nothing neither nor cannot without hardly nobody",
    "de": "nicht kein keine keinen keinem keiner keines nie niemals ohne nichts weder",
    "fr": "pas jamais aucun aucune rien personne sans ni",
    "es": "no nunca jamás ningún ninguno ninguna nada nadie sin tampoco ni",
    "it": "non mai nessun nessuno nessuna niente nulla senza né",
    "pt": "não nunca jamais nenhum nenhuma nada ninguém sem nem",
    "nl": "niet geen nooit niets niemand zonder",
    "pl": "nie nigdy żaden żadna żadne nic nikt bez",
    "sv": "inte ingen inget inga aldrig utan",
    "tr": "değil yok hiç asla hiçbir",
    "ru": "не нет ни никогда никто ничего без нельзя",
    "ar": "لا لم لن ليس ليست غير بدون دون",
    "hi": "नहीं न मत बिना",
    "he": "לא אין בלי אף",
    "el": "δεν μη μην όχι ποτέ χωρίς κανένας καμία",
}
_CONTRACTED = regex.compile(r"n[’']t\b", regex.IGNORECASE)
_UNSPACED_NEGATION = regex.compile(
    r"[不没沒無无未非勿]|ない|なかった|ません|なく|않|없|못|(?<![\p{Hangul}])안\s"
)
# Words whose exchange turns a sentence round.
_OPPOSITES = (
    ("increas", "decreas"),
    ("rise", "fall"),
    ("rose", "fell"),
    ("grow", "shrink"),
    ("more", "less"),
    ("more", "fewer"),
    ("higher", "lower"),
    ("above", "below"),
    ("before", "after"),
    ("maximum", "minimum"),
    ("most", "least"),
    ("always", "never"),
    ("allow", "forbid"),
    ("allow", "prohibit"),
    ("permitt", "forbidd"),
    ("permitt", "prohibit"),
    ("start", "end"),
    ("open", "clos"),
    ("first", "last"),
    ("before", "after"),
    ("larger", "smaller"),
    ("north", "south"),
    ("east", "west"),
    ("steigt", "sinkt"),
    ("mehr", "weniger"),
    ("höchst", "mindest"),
    ("vor", "nach"),
    ("erlaubt", "verboten"),
    ("máxim", "mínim"),
    ("massim", "minim"),
    ("augment", "diminu"),
    ("plus", "moins"),
    ("avant", "après"),
    ("aument", "disminu"),
    ("más", "menos"),
    ("antes", "después"),
    ("больше", "меньше"),
    ("до", "после"),
    ("增加", "减少"),
    ("最大", "最小"),
    ("以上", "以下"),
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, and what is counted by it, if that can be told."""

    value: str
    unit: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be the same in a sentence and its evidence.

    Attributes:
        names: Keys of words with a capital, where that makes a name.
        negations: How often it says no.
    """

    numbers: tuple[Number, ...]
    codes: frozenset[str]
    names: frozenset[str]
    negations: int


def facts_of(text: str, language: str, words: Sequence[Word] | None = None) -> Facts:
    """Returns the facts of a sentence."""
    words = words_of(text, language) if words is None else words
    codes = frozenset(match.group().casefold() for match in _CODE.finditer(text))
    return Facts(
        numbers=tuple(_numbers(text, words)),
        codes=codes,
        names=_names(text, language, words),
        negations=negations_of(text, language),
    )


def negations_of(text: str, language: str) -> int:
    """Returns how often a sentence says no."""
    if _UNSPACED.search(text):
        return len(_UNSPACED_NEGATION.findall(text))
    plain = [word.text.casefold() for word in words_of(text, language)]
    count = sum(word in _negations(language) for word in plain)
    return count + len(_CONTRACTED.findall(text))


def are_opposite(one: str, other: str) -> bool:
    """Says whether a word of one sentence is turned round in the other."""
    first, second = one.casefold(), other.casefold()
    for a, b in _OPPOSITES:
        for left, right in ((a, b), (b, a)):
            if (
                _has(first, left)
                and _has(second, right)
                and not _has(second, left)
                and not _has(first, right)
            ):
                return True
    return False


def _has(text: str, word: str) -> bool:
    if _UNSPACED.search(word):
        return word in text
    return regex.search(rf"(?<!\p{{L}}){regex.escape(word)}", text) is not None


def _numbers(text: str, words: Sequence[Word]) -> list[Number]:
    found = []
    is_unspaced = _UNSPACED.search(text) is not None
    pattern = _UNSPACED_NUMBER if is_unspaced else _NUMBER
    for match in pattern.finditer(text):
        unit = _unit(text, match.start(), match.end(), words)
        found.append(Number(_normal(match.group()), unit))
    numerals = _numerals()
    for word in words:
        value = numerals.get(word.text.casefold())
        if value is not None and word.text.casefold() not in _ARTICLES:
            found.append(Number(value, _unit(text, word.start, word.end, words)))
    return found


def _unit(text: str, start: int, end: int, words: Sequence[Word]) -> str:
    symbol = _SYMBOL.match(text, end) or _SYMBOL_BEFORE.search(text[:start])
    if symbol is not None:
        return str(symbol.group(1)).replace(" ", "")
    if (counted := _COUNTED.match(text, end)) is not None:
        return str(counted.group())
    for word in words:
        if word.start >= end:
            gap = text[end : word.start]
            is_next = len(gap) <= CLOSE and not gap.strip(" -\u00a0")
            return word.key if is_next and not word.key[:1].isdigit() else ""
    return ""


def _normal(number: str) -> str:
    """Writes a number without marks between thousands, and decimals with a point."""
    number = normalize("NFKC", number)
    number = "".join(
        str(int(c)) if c.isdecimal() else c for c in number if not c.isspace()
    )
    number = number.replace("'", "").replace("’", "")
    if regex.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", number):
        return number.replace(",", "").replace(".", "")
    if "," in number and "." in number:
        mark = "," if number.rfind(",") > number.rfind(".") else "."
        other = "." if mark == "," else ","
        return number.replace(other, "").replace(mark, ".")
    number = number.replace(",", ".")
    return number.rstrip("0").rstrip(".") if number.count(".") == 1 else number


def _names(text: str, language: str, words: Sequence[Word]) -> frozenset[str]:
    if language in _CAPITAL_NOUNS:
        return frozenset()
    keys = {word.start: word.key for word in words}
    ignored = grammar(language)
    first = next((word.start for word in words), 0)
    return frozenset(
        keys[match.start()]
        for match in _NAME.finditer(text)
        if keys.get(match.start())
        and match.start() != first
        and match.group().casefold() not in ignored
    )


@cache
def _numerals() -> dict[str, str]:
    small = {str(value): words for value, words in enumerate(_NUMERALS)}
    return {
        word: value
        for value, words in (small | _TENS).items()
        for word in words.split()
    }


@cache
def _negations(language: str) -> frozenset[str]:
    words = _NEGATIONS.get(language)
    if words is not None:
        return frozenset(words.split())
    return frozenset(word for each in _NEGATIONS.values() for word in each.split())
