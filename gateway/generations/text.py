"""The text of an answer while it grows, and which part of it is not stored yet."""

from __future__ import annotations


class Text:
    """Grows in pieces without being copied for each.

    Attributes:
        length: In Unicode code points.
        stored: How much of it is stored, in Unicode code points.
    """

    def __init__(self, text: str = "") -> None:
        """Begins with `text`, which is stored."""
        self.length = self.stored = len(text)
        self._pieces = [text] if text else []
        self._unstored: list[str] = []

    def __str__(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def append(self, piece: str) -> None:
        """Adds a piece at the end."""
        self._pieces.append(piece)
        self._unstored.append(piece)
        self.length += len(piece)

    def cut(self, length: int) -> None:
        """Drops what is beyond `length` code points."""
        kept = str(self)[:length]
        self._pieces = [kept] if kept else []
        self.length = len(kept)
        # The store cuts too when the next piece begins before the end of what it has.
        self.stored = min(self.stored, self.length)
        self._unstored = [kept[self.stored :]] if self.length > self.stored else []

    def unstored(self) -> str:
        """Returns what is to be stored next; it begins at `stored`."""
        if len(self._unstored) > 1:
            self._unstored = ["".join(self._unstored)]
        return self._unstored[0] if self._unstored else ""

    def mark_stored(self, piece: str, offset: int) -> None:
        """Notes that `piece` is stored at `offset`, unless it was cut meanwhile."""
        unstored = self.unstored()
        if offset == self.stored and unstored.startswith(piece):
            rest = unstored[len(piece) :]
            self._unstored = [rest] if rest else []
            self.stored += len(piece)
