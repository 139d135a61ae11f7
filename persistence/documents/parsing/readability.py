"""Telling text from what only looks like it: bytes decoded wrongly, unmapped glyphs.

A junk file that is stored as text is found by every search that matches nothing else,
so readers refuse it. The tests are generous: any script, code, and tables of numbers
are text.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable

SAMPLE = 20_000
"""Characters looked at: the beginning says enough, and costs about 2 ms."""

_BAD_SHARE = 0.08
_REPLACED_SHARE = 0.03
_MEANINGFUL_SHARE = 0.25
_ENOUGH_LETTERS = 200
_LETTERS_OF_A_WORD = 3
_ENOUGH_WORDS = 4
_MIXED_SHARE = 0.2
# Latin; then Greek with its neighbours, Cyrillic, Armenian, Hebrew, Arabic and what is
# written with it, the Indic scripts one by one, Tibetan, Burmese, Georgian, Ethiopic,
# Cherokee and Canadian syllables. Higher ones are ideographs and rare.
_ALPHABET_ENDS = (
    *(0x370, 0x400, 0x530, 0x590, 0x600, 0x800, 0x860, 0x900),
    *range(0x980, 0xE00, 0x80),
    *(0xE80, 0xF00, 0x1000, 0x10A0, 0x1100, 0x1200, 0x13A0, 0x1680),
)
_NUMBERS_SHARE = 0.1
_LETTERS_TO_SIGNS = 1.5
"""Letters to each other sign, at least, where some glyphs are not known."""

_FEWEST_VOWELS = 0.18
_VOWELS = frozenset("aeiouy\u00e6\u00f8\u0153\u0131")  # The last four: ae, o/, oe, i.
# What a wrong decoding makes of high bytes: Latin-1's signs, those of Windows' 0x80-9F.
_ODD = frozenset(
    [*map(chr, range(0xA1, 0xC0)), *"\u00d7\u00f7\u2020\u2021\u2030\u0192\u02c6\u02dc"]
)
_ODD_SHARE = 0.2


def looks_like_text(text: str) -> bool:
    """Whether a person could read it: true for empty text too."""
    sample = "".join(text[:SAMPLE].split())
    if not sample:
        return True
    total = len(sample)
    replaced = sample.count("\ufffd")
    if replaced > max(2, total * _REPLACED_SHARE):
        return False
    counts = {"bad": 0, "meant": 0, "odd": 0}
    for character, count in _tally(sample).items():
        counts["odd"] += count if character in _ODD else 0
        category = unicodedata.category(character)
        if category in ("Cc", "Cn", "Co", "Cs"):
            counts["bad"] += count
        elif category[0] in "LNM" or category in ("So", "Sm", "Sc"):
            counts["meant"] += count
    return (
        counts["bad"] <= total * _BAD_SHARE
        and counts["odd"] <= max(8, total * _ODD_SHARE)
        and (total < 40 or counts["meant"] >= total * _MEANINGFUL_SHARE)  # noqa: PLR2004 - A line or less may be a rule or an arrow.
    )


def looks_garbled(text: str) -> bool:
    """Whether letters stand for other ones, as in fonts without a Unicode map.

    Either words mix scripts, or every Latin letter is shifted, so that hardly one in
    six is a vowel, or most of them are accented; only running text says so: with few
    letters the answer is no.
    """
    return _mixes_scripts(text) or _lacks_vowels(text) or _is_all_accents(text)


def are_numbers(characters: Iterable[str]) -> bool:
    """Whether a font does not say what its glyphs mean: libraries give their numbers.

    Notes and ornaments among words do not count.
    """
    counts = Counter(
        "number" if c < " " else "letter" if c.isalpha() else "sign"
        for c in characters
        if not c.isspace()
    )
    few = counts["number"] <= counts.total() * _NUMBERS_SHARE
    return not few and counts["letter"] < _LETTERS_TO_SIGNS * counts["sign"]


def _mixes_scripts(text: str) -> bool:
    """Whether many words have letters of scripts that never stand in one word."""
    words = [word for word in text[:SAMPLE].split() if len(word) >= _LETTERS_OF_A_WORD]
    foreign = [word for word in words if not word.isascii()]
    mixed = sum(
        len({block for c in word if c.isalpha() and (block := _block(c))}) > 1
        for word in foreign
    )
    return mixed > max(_ENOUGH_WORDS, len(words) * _MIXED_SHARE)


def _block(letter: str) -> int:
    """The alphabet of a letter; 0 for ideographs, and Latin, which stands anywhere."""
    code = ord(letter)
    for place, end in enumerate(_ALPHABET_ENDS):
        if code < end:
            return place
    return 0


def _lacks_vowels(text: str) -> bool:
    # Names of signals and parts are written in capitals, and have few.
    words = (word for word in text[:SAMPLE].split() if not word.isupper())
    sample = unicodedata.normalize("NFD", " ".join(words).lower())
    letters = [c for c in sample if "a" <= c <= "z" or c in _VOWELS]
    if len(letters) < max(_ENOUGH_LETTERS, len("".join(sample.split())) // 2):
        return False
    vowels = sum(1 for letter in letters if letter in _VOWELS)
    return vowels < len(letters) * _FEWEST_VOWELS


def _is_all_accents(text: str) -> bool:
    """Whether letters of Latin-1 stand for others; no language has as many of them."""
    sample = text[:SAMPLE]
    accented = sum("\u00c0" <= c <= "\u00ff" for c in sample)
    plain = sum(c.isascii() and c.isalpha() for c in sample)
    return accented > max(plain, _ENOUGH_LETTERS // 2)


def _tally(text: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for character in text:
        counts[character] = counts.get(character, 0) + 1
    return counts
