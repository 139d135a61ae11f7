"""Takes away what a continued answer repeats of its beginning."""

from __future__ import annotations

from collections.abc import Iterable

from llm_worker.domain import Piece


class Repetition:
    """What an answer may begin with and should not.

    Text is held back only while it is a repetition so far.
    """

    def __init__(self, repeated: Iterable[str], space: str = "") -> None:
        """Takes away the longest of `repeated`, and `space` after it.

        Args:
            repeated: Texts that neither begin nor end with white space.
            space: White space that was said after them; the answer may have other one.
        """
        # What it may still be, the longest first; none when that is decided.
        self._repeated = sorted({*repeated} - {""}, key=len, reverse=True)
        self._space = space
        self._held = ""
        self._held_tokens = 0

    def rest(self, piece: Piece) -> Piece | None:
        """Returns what is new, if it is known already, of the text with this piece."""
        if not self._repeated:
            return piece
        self._held += piece.text
        self._held_tokens += piece.token_count
        said = self._held.lstrip()
        self._repeated = [
            one
            for one in self._repeated
            if one.startswith(said) or said.startswith(one)
        ]
        if self._repeated and not self._is_past(said):
            return None
        return self._decide(piece.token_count)

    def end(self) -> Piece | None:
        """Returns what is still held, when no more text comes."""
        said = self._held.lstrip()
        self._repeated = [one for one in self._repeated if said.startswith(one)]
        return self._decide(1)

    def _is_past(self, said: str) -> bool:
        # The white space after it is not decided before it is over.
        return len(said.rstrip()) > len(self._repeated[0])

    def _decide(self, last_tokens: int) -> Piece | None:
        text, tokens = self._held, self._held_tokens
        if self._repeated:
            text = text.lstrip()[len(self._repeated[0]) :]
            if self._space:
                is_same = text.startswith(self._space)
                text = text[len(self._space) :] if is_same else text.lstrip()
            tokens = last_tokens
        self._repeated = []
        self._held = ""
        return Piece(text, tokens) if text else None
