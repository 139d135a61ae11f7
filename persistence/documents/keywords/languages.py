"""Names the language of a text, offline."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

UNKNOWN = "und"
"""BCP 47's name for what could not be told."""

SAMPLE = 4_000
"""How many code points of a text are looked at, from its beginning."""

_SURE = 0.7
_FEWEST_LETTERS = 12
# What the identifier chooses from. Languages whose near kin it would take a short text
# for (Galician, Occitan, Wu) are left out.
_CHOICE = """
    af ar az bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gu he hi hr hu hy
    id is it ja ka kk km kn ko lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt ro ru
    si sk sl sq sr sv sw ta te th tl tr uk ur uz vi xh zh zu
"""
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "sh": "sr", "cmn": "zh"}
# A script that one language alone is written in.
_SCRIPTS = {
    "ko": regex.compile(r"\p{Hangul}"),
    "ja": regex.compile(r"[\p{Hiragana}\p{Katakana}]"),
    "zh": regex.compile(r"\p{Han}"),
    "th": regex.compile(r"\p{Thai}"),
    "el": regex.compile(r"\p{Greek}"),
    "he": regex.compile(r"\p{Hebrew}"),
}
_LETTER = regex.compile(r"\p{L}")
# Which part of the letters must be in a script: they are mixed with Latin words, and
# Japanese with Chinese letters.
_SHARE = 0.4
_JAPANESE_SHARE = 0.1


def base_language(tag: str) -> str:
    """Returns the language of a BCP 47 tag without region or script, in lower case."""
    base = tag.replace("_", "-").split("-")[0].lower()
    return _SAME.get(base, base)


def by_script(text: str) -> str:
    """Returns the language whose script a text is in; "" where several share it."""
    count = len(_LETTER.findall(text))
    for language, letters in _SCRIPTS.items():
        share = _JAPANESE_SHARE if language == "ja" else _SHARE
        if count and len(letters.findall(text)) >= share * count:
            return language
    return ""


def detect_language(text: str) -> str:
    """Returns the BCP 47 tag of the language most of a text is in; "und" if unsure."""
    sample = text[:SAMPLE]
    written = by_script(sample)
    if written:
        return written
    if len(_LETTER.findall(sample)) < _FEWEST_LETTERS:
        return UNKNOWN
    language, probability = _identifier().classify(sample)
    return str(language) if probability >= _SURE else UNKNOWN


@cache
def _identifier() -> LanguageIdentifier:
    """Loads the model, which takes a second or two."""
    from py3langid.langid import (  # noqa: PLC0415 - A process that never asks need not load it.
        MODEL_FILE,
        LanguageIdentifier,
    )

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    known = set(identifier.labels)
    identifier.set_languages(sorted(known.intersection(_CHOICE.split())))
    return identifier
