"""Numbers of a text, however they are written: digits, words, Chinese numerals."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from unicodedata import normalize

import regex

from gateway.language.terms import Word

UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")
_NUMBER = regex.compile(
    r"(?<![\p{L}\p{N}])(?:\p{N}{1,3}(?: \p{N}{3})+(?![\p{L}\p{N}])"
    r"|\p{N}+)(?:[.,'’\u00a0\u202f]\p{N}+)*"
)
_UNSPACED_NUMBER = regex.compile(r"\p{N}+(?:[.,]\p{N}+)*")
# Only before what is counted: the same characters are in many other words.
_COUNTERS = (
    "个個年月日天周週分秒時时点點岁歳才人名位本冊册只隻台辆条條次回倍元円圆块米"
    "公千克吨度％%种種件层層階级級期届家キメセミヶか页頁張张枚匹頭头小工间間所句字"
    "项項杯瓶袋箱棟部门門科课課章节節行列座架支根株双套"
)
_HAN_NUMBER = regex.compile(
    rf"(?<![第同统統唯专專])[〇零一二三四五六七八九十百千万萬亿億两兩]+(?=[{_COUNTERS}])"
)
_HAN_DIGITS = {c: n for n, cs in enumerate("零一二三四五六七八九") for c in cs} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1000}
_HAN_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_NUMERALS = (
    "zero null zéro cero ноль нуль sıfır noll صفر शून्य",
    "one eins un une uno una één ein eine один одна одно hum um uma en ett bir",
    "two zwei deux dos due dois duas twee два две dwa dwie två iki दो",
    "three drei trois tres tre três drie три trzy üç तीन",
    "four vier quatre cuatro quattro quatro четыре cztery fyra dört चार",
    "five fünf cinq cinco cinque vijf пять pięć fem beş पाँच पांच",
    "six sechs seis sei zes шесть sześć sex altı छह",
    "seven sieben sept siete sette sete zeven семь siedem sju yedi सात",
    "eight acht huit ocho otto oito восемь osiem åtta sekiz आठ",
    "nine neun neuf nueve nove negen девять dziewięć nio dokuz नौ",
    "ten zehn dix diez dieci dez tien десять dziesięć tio दस",
    "eleven elf onze once undici одиннадцать jedenaście elva",
    "twelve zwölf douze doce dodici doze twaalf двенадцать dwanaście tolv",
    "thirteen dreizehn treize trece tredici treze dertien",
    "fourteen vierzehn quatorze catorce quattordici catorze veertien",
    "fifteen fünfzehn quinze quince quindici vijftien",
    "sixteen sechzehn seize dieciséis sedici dezesseis zestien",
    "seventeen siebzehn diecisiete diciassette dezessete zeventien",
    "eighteen achtzehn dieciocho diciotto dezoito achttien",
    "nineteen neunzehn diecinueve diciannove dezenove negentien",
    "twenty zwanzig vingt veinte venti vinte twintig двадцать dwadzieścia tjugo yirmi",
)
_TENS = {
    "30": "thirty dreißig trente treinta trenta trinta dertig тридцать",
    "40": "forty vierzig quarante cuarenta quaranta quarenta veertig сорок",
    "50": "fifty fünfzig cinquante cincuenta cinquanta cinquenta vijftig пятьдесят",
    "60": "sixty sechzig soixante sesenta sessanta sessenta zestig шестьдесят",
    "70": "seventy siebzig septante setenta settanta zeventig семьдесят",
    "80": "eighty achtzig ochenta ottanta oitenta tachtig восемьдесят",
    "90": "ninety neunzig noventa novanta negentig девяносто",
    "100": "hundred hundert cent cien cento cem honderd сто",
    "1000": "thousand tausend mille mil duizend тысяча",
}
# They are articles as well, or other words of grammar.
_ARTICLES = frozenset(
    "one un une uno una een ein eine um uma один одна одно en ett bir".split()  # noqa: SIM905
)


def numbers_in(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int, str]]:
    """Yields where each number stands, from and to, and its value."""
    is_unspaced = UNSPACED.search(text) is not None
    pattern = _UNSPACED_NUMBER if is_unspaced else _NUMBER
    for match in pattern.finditer(text):
        yield match.start(), match.end(), normal(match.group())
    if is_unspaced:
        for match in _HAN_NUMBER.finditer(text):
            yield match.start(), match.end(), str(_han(match.group()))
    numerals = _numerals()
    for word in words:
        plain = word.text.casefold()
        if plain in numerals and plain not in _ARTICLES:
            yield word.start, word.end, numerals[plain]


def normal(number: str) -> str:
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


def _han(text: str) -> int:
    total = section = digit = 0
    for c in text:
        if c in _HAN_DIGITS:
            digit = digit * 10 + _HAN_DIGITS[c]
        elif c in _HAN_SCALES:
            section += (digit or 1) * _HAN_SCALES[c]
            digit = 0
        else:
            total += (section + digit or 1) * _HAN_LARGE[c]
            section = digit = 0
    return total + section + digit


@cache
def _numerals() -> dict[str, str]:
    small = {str(value): words for value, words in enumerate(_NUMERALS)}
    return {
        word: value
        for value, words in (small | _TENS).items()
        for word in words.split()
    }
