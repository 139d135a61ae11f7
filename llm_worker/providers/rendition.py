"""A prompt as a local model can take it, and its answer as a person can."""

from __future__ import annotations

from llm_worker.domain import Piece, Prompt
from llm_worker.providers.control_tokens import BREAK, ControlTokens


class Rendition:
    """One prompt and its answer.

    Attributes:
        prompt: The prompt without control tokens, and without spaces at the end of its
            prefix: tokens begin with a space and hardly ever end with one, so that
            after one a model loses the thread.
    """

    def __init__(self, prompt: Prompt, control_tokens: ControlTokens) -> None:
        prefix = prompt.prefix
        self._spaces = len(prefix) - len(prefix.rstrip(" "))
        self.prompt = control_tokens.break_up(prompt)
        # A model that quotes such a text quotes the invisible character in it, too.
        has_own = any(BREAK in message.text for message in prompt.messages)
        self._removes_breaks = self.prompt is not prompt and not has_own
        if self._spaces:
            self.prompt = self.prompt.with_prefix(self.prompt.prefix.rstrip(" "))
        self._uncounted = 0

    def restore(self, piece: Piece) -> Piece | None:
        """Returns what is to be passed on of a piece of the answer, if anything is."""
        text = piece.text
        if self._removes_breaks:
            text = text.replace(BREAK, "")
        if self._spaces:
            rest = text.lstrip(" ")
            dropped = min(self._spaces, len(text) - len(rest))
            self._spaces = 0 if rest else self._spaces - dropped
            text = text[dropped:]
        if not text:
            self._uncounted += piece.token_count
            return None
        tokens, self._uncounted = piece.token_count + self._uncounted, 0
        return Piece(text, tokens)
