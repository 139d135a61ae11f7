"""What embedding models know: how far the vector leg may be trusted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a model.

    Attributes:
        spread: By how much the cosine of a chunk that has nothing to do with a question
            lies below that of the one that answers it.
        languages: Those that it was trained on, as BCP 47; empty: all that matter.
    """

    spread: float
    languages: frozenset[str] = frozenset()


# By the begin of the model's name. On the sets of docs/decisions/0017, spreads from .08
# to .15 are the same for e5, and from .4 to .6 for MiniLM (in English).
_KNOWN = {
    "all-minilm-l6-v2": Knowledge(0.5, frozenset({"en"})),
    "multilingual-e5": Knowledge(0.1),
}
_OTHERS = Knowledge(0.4)


def knowledge_of(model: str) -> Knowledge:
    """Returns what is known of a model, by its name."""
    for name, known in _KNOWN.items():
        if model.startswith(name):
            return known
    return _OTHERS


def knows(known: Knowledge, language: str) -> bool:
    """Says whether a model was trained on a language."""
    return not known.languages or language.split("-", maxsplit=1)[0] in known.languages
