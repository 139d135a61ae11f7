"""Keeps what people write from being read as the marks of a model's chat template.

llama.cpp turns text such as `<|im_end|>` into the control token of that name wherever
it stands in a prompt, so that a message could end itself and begin another one, of
another role. Each such text gets an invisible character after its first one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from llm_worker.domain import Message, Prompt
from llm_worker.providers.gguf import CONTROL, UNKNOWN, vocabulary

# A word joiner: of the characters without a look the one that no script needs, as
# emoji and many alphabets need zero-width joiners.
BREAK = "\u2060"
# llama.cpp takes tokens of these forms for control tokens, whatever type the file says.
LIKE_CONTROL = re.compile(r"<[|\uff5c].+[|\uff5c]>|<(start|end)_of_turn>|_?<EOT>")


class ControlTokens:
    """The texts of one model's control tokens."""

    def __init__(self, texts: Iterable[str]) -> None:
        rests = defaultdict(list)
        for text in texts:
            rests[text[0]].append(re.escape(text[1:]))
        # By looking ahead those that overlap are found as well. No texts match nothing.
        starts = [
            f"{re.escape(first)}(?={'|'.join(more)})" for first, more in rests.items()
        ]
        self._starts = re.compile("|".join(starts) or "(?!)")

    @classmethod
    def of(cls, path: Path) -> ControlTokens:
        """Reads those of a model.

        Raises:
            GGUFError: the file has no vocabulary.
        """
        texts = ((text.decode(errors="replace"), t) for text, t in vocabulary(path))
        return cls(
            text
            for text, kind in texts
            if len(text) > 1
            and (kind in (CONTROL, UNKNOWN) or LIKE_CONTROL.fullmatch(text))
        )

    def break_up(self, prompt: Prompt) -> Prompt:
        """Returns `prompt` without a control token in it; itself if there is none."""
        messages = tuple(self._broken_up(message) for message in prompt.messages)
        if messages == prompt.messages:
            return prompt
        return replace(prompt, messages=messages)

    def _broken_up(self, message: Message) -> Message:
        text = self._starts.sub(rf"\g<0>{BREAK}", message.text)
        return message if text == message.text else replace(message, text=text)
