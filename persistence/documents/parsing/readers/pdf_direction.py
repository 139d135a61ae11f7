"""The order in which a line's characters are read, from where they stand.

A PDF says where glyphs stand, not how they follow: right-to-left text comes in either
order, and mixed with numbers in both. So a line with such letters is sorted by place,
and the order is undone by the rule that made it (Unicode Annex 9), simplified: what
runs left to right within a right-to-left line are numbers and words of other scripts.
"""

import unicodedata
from itertools import groupby

from persistence.documents.parsing.readers.pdf_glyphs import Glyph

_WORD_GAP = 0.12
"""Of the glyph's height; letters of a word touch, words stand a quarter apart."""

_RIGHT_TO_LEFT = frozenset(("R", "AL"))
_LEFT_TO_RIGHT = frozenset(("L", "EN", "AN"))
_JOINS_NUMBERS = frozenset(("ES", "CS", "ET", "NSM"))
_MIRRORED = str.maketrans("()[]{}<>\u00ab\u00bb", ")(][}{><\u00bb\u00ab")
_OPENING, _CLOSING = "([{\u00ab", ")]}\u00bb"


def has_right_to_left(glyphs: list[Glyph]) -> bool:
    """Whether some of a line's letters run from right to left."""
    return any(
        "\u0590" <= glyph.text <= "\u08ff"
        or "\ufb1d" <= glyph.text <= "\ufefc"
        or glyph.text >= "\U00010800"
        for glyph in glyphs
        if unicodedata.bidirectional(glyph.text) in _RIGHT_TO_LEFT
    )


def logical_text(glyphs: list[Glyph]) -> str:
    """A part of a line in reading order, with its blanks by the gaps between glyphs."""
    clusters = _clusters([glyph for glyph in glyphs if not glyph.text.isspace()])
    clusters.sort(key=lambda cluster: cluster[0].x0 + cluster[0].x1)
    visual: list[tuple[str, str]] = []
    end = None
    for cluster in clusters:
        first = cluster[0]
        if end is not None and first.x0 - end > _WORD_GAP * first.size:
            visual.append((" ", "WS"))
        end = max(first.x1, end or first.x1)
        text = "".join(glyph.text for glyph in cluster)
        visual.append((text, unicodedata.bidirectional(first.text)))
    return _reordered(visual)


def _clusters(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Letters with their marks, and what one glyph stands for together."""
    clusters: list[list[Glyph]] = []
    for glyph in glyphs:
        last = clusters[-1] if clusters else None
        if last and (
            unicodedata.combining(glyph.text)
            or (glyph.x0 == last[0].x0 and glyph.x1 == last[0].x1)
        ):
            last.append(glyph)
        else:
            clusters.append([glyph])
    return clusters


def _reordered(visual: list[tuple[str, str]]) -> str:
    classes = [kind for _, kind in visual]
    rightward = sum(kind == "L" for kind in classes)
    leftward = sum(kind in _RIGHT_TO_LEFT for kind in classes)
    if leftward * 2 < rightward:
        return _with_runs_turned(visual, _RIGHT_TO_LEFT, frozenset())
    turned = _with_runs_turned(visual[::-1], _LEFT_TO_RIGHT, _JOINS_NUMBERS)
    return _brackets_put_right(turned)


def _with_runs_turned(
    order: list[tuple[str, str]], kinds: frozenset[str], joining: frozenset[str]
) -> str:
    """Turns every run of some kinds, with what stands between its members."""
    resolved = _resolved([kind for _, kind in order], kinds, joining)
    out: list[str] = []
    for inside, run in groupby(range(len(order)), key=resolved.__getitem__):
        indexes = list(run)
        out.extend(order[i][0] for i in (indexes[::-1] if inside else indexes))
    return "".join(out)


def _resolved(
    classes: list[str], kinds: frozenset[str], joining: frozenset[str]
) -> list[bool]:
    inside = [kind in kinds for kind in classes]
    letters = [kind in kinds and kind not in ("EN", "AN") for kind in classes]
    members = [i for i, member in enumerate(inside) if member]
    for left, right in zip(members, members[1:], strict=False):
        between = classes[left + 1 : right]
        if not between:
            continue
        joined = len(between) == 1 and between[0] in joining
        # Two words of another script stay together over a blank; two numbers do not.
        spaced = (letters[left] and letters[right]) and all(
            kind not in _RIGHT_TO_LEFT | _LEFT_TO_RIGHT for kind in between
        )
        if joined or spaced:
            inside[left + 1 : right] = [True] * (right - left - 1)
    return inside


def _brackets_put_right(text: str) -> str:
    """Swaps brackets that were stored as they look, not as they are read."""
    first = next((c for c in text if c in _OPENING + _CLOSING), "")
    return text.translate(_MIRRORED) if first and first in _CLOSING else text
