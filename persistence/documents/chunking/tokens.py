"""Estimating how many tokens an embedding model makes of a text.

By characters, so that it holds for every model and every script: a multilingual
vocabulary (XLM-R's, https://arxiv.org/abs/1911.02116) has one token for about four
letters, and one for about three Chinese or Japanese characters in two.
"""

from __future__ import annotations

import re
from functools import cache
from math import ceil

from semantic_text_splitter import TextSplitter

LETTERS_OF_A_TOKEN = 4.0
IDEOGRAPHS_OF_A_TOKEN = 1.5

# Kana, ideographs, Hangul and what goes with them.
_IDEOGRAPHS = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff"
    "\uff66-\uffdc\U0001b000-\U0001b2ff\U00020000-\U0003ffff]+"
)


def count_tokens(text: str) -> int:
    """Returns about how many tokens a text has."""
    ideographs = 0 if text.isascii() else sum(map(len, _IDEOGRAPHS.findall(text)))
    letters = len(text) - ideographs
    return ceil(letters / LETTERS_OF_A_TOKEN + ideographs / IDEOGRAPHS_OF_A_TOKEN)


@cache
def splitter(tokens: int) -> TextSplitter:
    """Returns what cuts a text at the best border below so many tokens.

    Borders are, best first: empty lines, line ends, sentences, words, characters.
    """
    return TextSplitter.from_callback(count_tokens, tokens)
