"""How much of a list one answer holds."""

from __future__ import annotations

from collections.abc import Sequence


def fitting(sizes: Sequence[int], *, most: int) -> int:
    """Returns how many items go into an answer of about `most` in all.

    At least one, when there is one.
    """
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if count and total > most:
            return count
    return len(sizes)
