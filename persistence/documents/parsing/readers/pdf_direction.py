"""The order in which a line's characters are read, from where they stand.

A PDF says where glyphs stand, not how they follow: right-to-left text comes in either
order, and mixed with numbers in both. So a line with such letters is sorted by place,
and the order is undone by the rule that made it (Unicode Annex 9), simplified: what
runs left to right within a right-to-left line are numbers and words of other scripts.
"""

import statistics
import unicodedata
from itertools import groupby, pairwise

from persistence.documents.parsing.readers.pdf_glyphs import Glyph

_WORD_GAP = 0.1
"""Of the glyph's height; letters of a word touch, words stand 0.12 to 0.2 apart.

Blanks that are drawn say less: fonts with stretched letters have them inside words.
"""

_EDGE = 0.01
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


def logical_text(glyphs: list[Glyph], least_gap: float) -> str:
    """A part of a line in reading order.

    Args:
        glyphs: In the order in which they are drawn.
        least_gap: How far apart two words are at least.
    """
    clusters = _clusters([glyph for glyph in glyphs if not glyph.text.isspace()])
    clusters.sort(key=_place)
    visual: list[tuple[str, str]] = []
    end = None
    for cluster in clusters:
        if end is not None and min(g.x0 for g in cluster) - end > least_gap:
            visual.append((" ", "WS"))
        end = max(end or cluster[0].x1, *(glyph.x1 for glyph in cluster))
        text = "".join(glyph.text for glyph in cluster)
        visual.append((text, unicodedata.bidirectional(cluster[0].text)))
    return _reordered(visual)


def least_gap(glyphs: list[Glyph]) -> float:
    """How far apart a line's words are: by the blanks that are drawn, if any are."""
    height = max(glyph.size for glyph in glyphs)
    drawn = [g.x1 - g.x0 for g in glyphs if g.text.isspace()]
    drawn = [width for width in drawn if width > 0.05 * height]
    return 0.6 * statistics.median(drawn) if drawn else _WORD_GAP * height


def _place(cluster: list[Glyph]) -> float:
    return min(g.x0 for g in cluster) + max(g.x1 for g in cluster)


def _clusters(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Letters with their marks behind them, whichever is drawn first."""
    clusters: list[list[Glyph]] = []
    for glyph in glyphs:
        last = clusters[-1] if clusters else None
        mark = bool(unicodedata.combining(glyph.text))
        if last and (
            (mark and (_touch(last[-1], glyph) or not _is_mark(last[0])))
            or (last[-1].x0 == glyph.x0 and last[-1].x1 == glyph.x1)
        ):
            last.append(glyph)
        elif last and not mark and _is_mark(last[0]) and _touch(last[-1], glyph):
            last.insert(0, glyph)
        else:
            clusters.append([glyph])
    return clusters


def _is_mark(glyph: Glyph) -> bool:
    return bool(unicodedata.combining(glyph.text))


def _touch(one: Glyph, two: Glyph) -> bool:
    """Whether two characters share the room of one glyph that stands for both."""
    return one.y0 == two.y0 and (
        abs(one.x1 - two.x0) < _EDGE or abs(two.x1 - one.x0) < _EDGE
    )


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
    for left, right in pairwise(members):
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
    if joining:
        _take_in_signs(classes, inside)
    return inside


def _take_in_signs(classes: list[str], inside: list[bool]) -> None:
    """Signs of percent and currency belong to the number that they touch."""
    for one, two in pairwise(range(len(classes))):
        if {classes[one], classes[two]} <= {"EN", "ET"} and (
            inside[one] or inside[two]
        ):
            inside[one] = inside[two] = True


def _brackets_put_right(text: str) -> str:
    """Swaps brackets that were stored as they look, not as they are read."""
    first = next((c for c in text if c in _OPENING + _CLOSING), "")
    return text.translate(_MIRRORED) if first and first in _CLOSING else text
