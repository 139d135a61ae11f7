"""How probable it is that a text is what its bytes mean.

The logarithms of how often each character occurs in the best fitting language are added
up, together with what no language does: a capital after a small letter, two scripts in
a word, a sign in a word.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import cache

from persistence.documents.parsing.readers.letters import LANGUAGES

_RARE = math.log(0.0004)
"""A letter that the language does not have."""
_PUNCTUATION = math.log(0.02)
_SIGN = math.log(0.0003)
_IMPOSSIBLE = math.log(0.000001)
_UNLISTED = math.log(0.00004)
"""One of the thousands of ideographs that are not listed."""
_MISFIT = -4.0
_CAPITAL = -0.7
_USUAL_MARKS = (
    "\u00a0«»“”„‘’‚–—…•·°§©®™№€£¿¡ºª、。，：；！？（）「」『』《》【】　・،؛؟״׳־"  # noqa: RUF001 - The marks of other scripts.
)
_USUAL = frozenset(_USUAL_MARKS)
_CASE_CHANGE = re.compile(r"[^\W\d_]{2,}")
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_SIGN_IN_WORD = re.compile(
    rf"(?<=[^\W\d_])[^\w\s\x00-\x7f\u2019\u00b7\u00ad{_MARKS}]+(?=[^\W\d_])"
)
_ODD = (
    _SIGN_IN_WORD,
    re.compile("[\uff61-\uff9f]"),  # Katakana of half width.
    re.compile(r"[^\W\d_\x00-\x7f](?=[0-9])"),
)
_KANA = frozenset(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"))
_LISTED_SCRIPTS = frozenset(("CJK", "HANGUL"))


def log_likelihood(text: str) -> float:
    """The logarithm of how probable a text is, up to a constant for all decodings."""
    counts = Counter(each for each in text.lower() if each > "\x7f")
    letters = {
        each: n for each, n in counts.items() if unicodedata.category(each)[0] in "LM"
    }
    signs = sum(
        n * _sign_score(each) for each, n in counts.items() if each not in letters
    )
    fitting = max(
        sum(n * _letter_score(language, each) for each, n in letters.items())
        for language in LANGUAGES
    )
    capitals = sum(1 for each in text if each > "\x7f" and each.isupper())
    misfits = sum(len(odd.findall(text)) for odd in _ODD)
    for word in _CASE_CHANGE.findall(text):
        if not word.isascii():
            misfits += _misfits(word)
    return fitting + signs + capitals * _CAPITAL + misfits * _MISFIT


def _misfits(word: str) -> int:
    small = [each.islower() for each in word]
    great = [each.isupper() for each in word]
    turned = sum(
        1 for before, after in zip(small, great[1:], strict=False) if before and after
    )
    scripts = {_script(each) for each in word if unicodedata.category(each)[0] == "L"}
    return turned + (len(scripts - _KANA) > 1)


def _sign_score(character: str) -> float:
    if character in _USUAL:
        return _PUNCTUATION
    category = unicodedata.category(character)
    if category in ("Cc", "Co", "Cn", "Cs", "Nl") or character == "\ufffd":
        return _IMPOSSIBLE
    return _SIGN


@cache
def _letter_score(language: str, letter: str) -> float:
    listed = LANGUAGES[language]
    place = listed.find(letter)
    if place >= 0:
        # Zipf's law: the n-th most frequent is about 1/n as frequent as the first.
        harmonic = math.log(len(listed)) + 0.58
        return -math.log((place + 1.5) * harmonic)
    script = _script(letter)
    if script in _LISTED_SCRIPTS and script == _script(
        listed[-1 if language == "ko" else 0]
    ):
        return _UNLISTED
    if language == "ja" and script in ("CJK", "HIRAGANA", "KATAKANA"):
        return _UNLISTED
    return _RARE + (0 if script == _script(listed[0]) else -3)


@cache
def _script(character: str) -> str:
    return unicodedata.name(character, "?").split()[0]


def family(character: str) -> str:
    """Scripts that are written together count as one."""
    script = _script(character)
    return "CJK" if script in _KANA or script == "HANGUL" else script
