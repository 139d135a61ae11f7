"""Whether a sentence is its evidence but for one word, in whose place is another.

Such sentences are near by meaning, whatever the word is: "students must hand in" and
"teachers must hand in". Whether the two words mean the same, neither words nor vectors
say.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

# So many words can stand in each other's place, as those of a name.
LONGEST = 2


def is_replaced(
    claim: Sequence[str], evidence: Sequence[str], known: Collection[str]
) -> bool:
    """Says whether all that the evidence lacks of a sentence stands where the evidence
    has something else.

    Args:
        claim: Keys of its words of content, in order.
        evidence: Likewise.
        known: Words that need not be in the evidence.
    """
    held = {*evidence, *known}
    missing = [n for n, key in enumerate(claim) if key not in held]
    if not missing:
        return False
    first, end = missing[0], missing[-1] + 1
    if end - first > LONGEST:
        return False
    left = claim[first - 1] if first else None
    right = claim[end] if end < len(claim) else None
    if left is None and right is None:
        return False
    return _has_other(evidence, left, right, set(claim))


def _has_other(
    evidence: Sequence[str], left: str | None, right: str | None, own: Collection[str]
) -> bool:
    """Says whether words that are not `own` stand between two of the evidence."""
    size = len(evidence)
    for end in range(1, size + 1):
        following = evidence[end] if end < size else None
        if right not in (None, following):
            continue
        for begin in range(end - 1, max(-1, end - 1 - LONGEST), -1):
            if evidence[begin] in own:
                break
            if left is None or (begin and evidence[begin - 1] == left):
                return True
    return False


def is_swapped(claim: Sequence[str], evidence: Sequence[str]) -> bool:
    """Says whether two words have changed places and all others stand where they did.

    As in "men earn more than women", said of "women earn more than men".
    """
    mine = list(dict.fromkeys(claim))
    same = [key for key in dict.fromkeys(evidence) if key in mine]
    pairs = zip(mine, same, strict=False)
    moved = [n for n, (one, other) in enumerate(pairs) if one != other]
    if len(mine) != len(same) or len(moved) != 2:  # noqa: PLR2004 - Two.
        return False
    first, second = moved
    # "Red and blue" is "blue and red".
    return second - first > 1
