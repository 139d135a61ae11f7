"""BM25 as people use it: `bm25s` with PyStemmer and its own stopwords.

https://github.com/xhluca/bm25s, with its default parameters. Chinese, Japanese and Thai
as single characters and pairs, for want of words, and Korean for its particles. One
index of all passages, each cut by the rules of its language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import bm25s
import Stemmer
from bm25s import stopwords

from bench.ranking.questions import Passage, QuestionSet

_STOPWORDS: dict[str, Sequence[str]] = {
    "da": stopwords.STOPWORDS_DANISH,
    "de": stopwords.STOPWORDS_GERMAN,
    "en": stopwords.STOPWORDS_EN,
    "es": stopwords.STOPWORDS_SPANISH,
    "fr": stopwords.STOPWORDS_FRENCH,
    "it": stopwords.STOPWORDS_ITALIAN,
    "nl": stopwords.STOPWORDS_DUTCH,
    "no": stopwords.STOPWORDS_NORWEGIAN,
    "pt": stopwords.STOPWORDS_PORTUGUESE,
    "ru": stopwords.STOPWORDS_RUSSIAN,
    "sv": stopwords.STOPWORDS_SWEDISH,
    "tr": stopwords.STOPWORDS_TURKISH,
}
_STEMMERS = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "id": "indonesian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
_UNSPACED = frozenset({"ja", "ko", "th", "zh"})
# The package's own pattern, and one for a script whose vowels are marks within words.
_WORDS = r"(?u)\b\w\w+\b"
_WORDS_OF = {"hi": r"[\w\u0900-\u0963]{2,}"}
_RUN = re.compile(r"[a-z0-9]+|[^\W\d_a-z]+")


def reference(data: QuestionSet, depth: int) -> dict[str, list[str]]:
    """Returns the passages that `bm25s` finds, best first, by question id."""
    cut = Cutter()
    retriever = bm25s.BM25()
    retriever.index(
        [cut(_whole(passage), passage.language) for passage in data.passages],
        show_progress=False,
    )
    rankings: dict[str, list[str]] = {}
    for question in data.questions:
        words = cut(question.text, question.language)
        numbers, scores = retriever.retrieve(
            [words], k=min(depth, len(data.passages)), show_progress=False
        )
        rankings[question.id] = [
            data.passages[number].id
            for number, score in zip(numbers[0], scores[0], strict=True)
            if score > 0
        ]
    return rankings


class Cutter:
    """Cuts texts into tokens by the rules of their languages."""

    def __init__(self) -> None:
        """Starts with no language."""
        self._made: dict[str, Callable[[str], list[str]]] = {}

    def __call__(self, text: str, language: str) -> list[str]:
        """Returns the tokens of a text."""
        language = language.split("-", maxsplit=1)[0]
        if language not in self._made:
            self._made[language] = _cutter(language)
        return self._made[language](text)


def _cutter(language: str) -> Callable[[str], list[str]]:
    if language in _UNSPACED:
        return _grams
    algorithm = _STEMMERS.get(language)
    stemmer = Stemmer.Stemmer(algorithm) if algorithm else None
    grammar = list(_STOPWORDS.get(language, ()))

    def cut(text: str) -> list[str]:
        (tokens,) = bm25s.tokenize(
            [text],
            stopwords=grammar,
            stemmer=stemmer,
            token_pattern=_WORDS_OF.get(language, _WORDS),
            return_ids=False,
            show_progress=False,
        )
        return list(tokens)

    return cut


def _grams(text: str) -> list[str]:
    tokens: list[str] = []
    for run in _RUN.findall(text.lower()):
        if run.isascii():
            tokens.append(run)
        else:
            pairs = [run[start : start + 2] for start in range(len(run) - 1)]
            tokens += [*run, *pairs]
    return tokens


def _whole(passage: Passage) -> str:
    return f"{passage.title}\n{passage.text}"
