"""Builds the prompt of an answer that rests on passages of the person's documents.

The passages stand between lines with a mark that nobody who wrote a document could know
and that is in none of them: whatever a passage says, it cannot end itself and go on as
an instruction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from gateway.domain import HistoryMessage, PromptMessage
from gateway.prompts.template import Template
from gateway.retrieval.passages import Block

NAME = "grounded"
SMALL_NAME = "grounded_small"
MARK_DIGITS = 8


class GroundedTemplate:
    """The instructions of grounded answers: for models, and for the small built-in one.

    Attributes:
        version: Of both, as `Template.version`.
    """

    def __init__(self) -> None:
        self._template = Template.load(NAME)
        self._small = Template.load(SMALL_NAME)
        digest = hashlib.sha256(
            f"{self._template.version}\n{self._small.version}".encode()
        ).hexdigest()
        self.version = f"{NAME}@{digest[: len(self._small.version.partition('@')[2])]}"

    def prompt(
        self,
        history: Sequence[HistoryMessage],
        blocks: Sequence[Block],
        *,
        secret: str,
        is_doubtful: bool,
        answer_prefix: str = "",
    ) -> list[PromptMessage]:
        """Returns instructions, conversation, and the question after the passages.

        Args:
            secret: What the mark is made of: known to no author of a document.
            is_doubtful: Whether the passages may not answer the question.
        """
        *older, question = history
        text = _question(blocks, question.text, secret, is_doubtful=is_doubtful)
        asked = [*older, replace(question, text=text)]
        return self._template.prompt(asked, answer_prefix=answer_prefix)

    def small_prompt(
        self, question: HistoryMessage, extracts: str, *, answer_prefix: str = ""
    ) -> list[PromptMessage]:
        """Returns what the small built-in model is asked: no conversation, no marks.

        It neither follows instructions in a text nor tells them from its own.
        """
        asked = replace(question, text=f"{extracts}\n\nQuestion: {question.text}")
        return self._small.prompt([asked], answer_prefix=answer_prefix)


def _question(
    blocks: Sequence[Block], question: str, secret: str, *, is_doubtful: bool
) -> str:
    mark = _mark(secret, [question, *(block.text for block in blocks)])
    lines = [f"Passages from the person's documents, each between lines with {mark}:"]
    for number, block in enumerate(blocks, 1):
        lines += [
            f"[{mark} passage {number}: {_one_line(block.title)}, page {block.page}]",
            block.text.strip(),
            f"[{mark} end of passage {number}]",
        ]
    if is_doubtful:
        lines.append("It is not certain that these passages answer the question.")
    return "\n".join([*lines, "", f"Question: {question}"])


def _mark(secret: str, texts: Sequence[str]) -> str:
    while True:
        secret = hashlib.sha256(secret.encode()).hexdigest()
        mark = secret[:MARK_DIGITS]
        if not any(mark in text for text in texts):
            return mark


def _one_line(text: str) -> str:
    return " ".join(text.split())
