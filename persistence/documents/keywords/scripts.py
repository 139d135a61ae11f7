"""Which characters are written without spaces, and which are compared as the same."""

from __future__ import annotations

import unicodedata
from functools import cache

# Properties of https://www.unicode.org/reports/tr24/, for the `regex` package.
UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー々〆"
"""Scripts without spaces. Their runs become n-grams."""

HANGUL = r"\p{Hangul}"
"""Korean has spaces, but particles hang on its words: n-grams, too."""

_LATIN = (range(0x00C0, 0x0250), range(0x1E00, 0x1F00))
# Letters that Unicode does not decompose.
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "\u0131": "i"}
# Hebrew and Arabic vowel signs, the Arabic stroke that only lengthens, soft hyphens.
_SIGNS = dict.fromkeys(
    [
        *range(0x0591, 0x05BE),
        0x05BF,
        *range(0x05C1, 0x05C8),
        0x0640,
        *range(0x064B, 0x0660),
        0x0670,
        0x00AD,
    ]
) | {0x066B: ".", 0x066C: ","}
# Arabic and Persian letters that are typed for each other.
_TYPED_ALIKE = str.maketrans("أإآٱىیکة", "اااايي كه".replace(" ", ""))


def normalised(text: str) -> str:
    """Gives compatibility forms and digits of other scripts one shape (NFKC, 0-9)."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return "".join(
        str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text
    )


@cache
def _accents() -> dict[int, str]:
    table: dict[int, str] = {ord(key): value for key, value in _LETTERS.items()}
    for letters in _LATIN:
        for code in letters:
            base = unicodedata.normalize("NFD", chr(code))[0]
            if base.isascii():
                table[code] = base
    return table


def unaccented(word: str) -> str:
    """Removes accents from Latin letters."""
    return word if word.isascii() else word.translate(_accents())


def alike(word: str) -> str:
    """Joins Arabic letters that are typed for each other."""
    return word if word.isascii() else word.translate(_TYPED_ALIKE)
