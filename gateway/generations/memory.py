"""Which ended answers are still kept: for a while, and only so many."""

from __future__ import annotations

from collections.abc import Iterator


class Memory:
    """Ids of ended answers in the order in which they ended, within bounds."""

    def __init__(self, *, seconds: float, count: int, size_bytes: int) -> None:
        """Keeps each for `seconds`, at most `count`, of `size_bytes` together."""
        self._seconds = seconds
        self._count = count
        self._size_bytes = size_bytes
        self._kept: dict[str, tuple[float, int]] = {}
        self._total_bytes = 0

    def add(self, id_: str, *, now: float, size_bytes: int) -> None:
        """Begins to keep an answer."""
        self._kept[id_] = now, size_bytes
        self._total_bytes += size_bytes

    def forget(self, now: float) -> Iterator[str]:
        """Yields the answers that are kept no longer, the oldest first."""
        while self._kept:
            id_, (since, size_bytes) = next(iter(self._kept.items()))
            if (
                now - since < self._seconds
                and len(self._kept) <= self._count
                and self._total_bytes <= self._size_bytes
            ):
                return
            del self._kept[id_]
            self._total_bytes -= size_bytes
            yield id_
