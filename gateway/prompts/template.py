"""Builds the prompt of an answer from a template, and says which version it was."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import resources
from importlib.resources.abc import Traversable

from gateway.domain import HistoryMessage, PromptMessage, Role

SUFFIX = ".md"
HASH_DIGITS = 12
PART = "\n---\n"


class UnknownPromptError(Exception):
    """There is no template of that name."""


class Template:
    """The instructions that answers are made with, and examples where there are any.

    Parts are separated by lines of `---`: the instructions, then one example each. Its
    first line is what a person says, the rest is how to answer.

    Attributes:
        version: `<name>@<begin of the SHA-256 of the text>`. Stored with each answer,
            so that an old answer still says what it was made with.
    """

    def __init__(self, name: str, text: str) -> None:
        digest = hashlib.sha256(text.encode()).hexdigest()
        self.version = f"{name}@{digest[:HASH_DIGITS]}"
        instructions, *examples = text.split(PART)
        self._begin = [PromptMessage(role=Role.SYSTEM, text=instructions.strip())]
        for example in examples:
            said, _, answered = example.strip().partition("\n")
            self._begin += [
                PromptMessage(role=Role.USER, text=said),
                PromptMessage(role=Role.ASSISTANT, text=answered),
            ]

    @classmethod
    def load(cls, name: str, folder: Traversable | None = None) -> Template:
        """Reads the template `name`, by default one that ships.

        Raises:
            UnknownPromptError: there is none.
        """
        file = (folder or resources.files("gateway.prompts")) / f"{name}{SUFFIX}"
        try:
            return cls(name, file.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise UnknownPromptError(f"There is no prompt {name!r}.") from error

    def prompt(
        self, history: Sequence[HistoryMessage], *, answer_prefix: str = ""
    ) -> list[PromptMessage]:
        """Returns instructions and history, whose last message is the question.

        What is older than the question may be dropped to fit. Answers that ended
        before their first word are left out. With an `answer_prefix` the model goes on
        with that answer.
        """
        *older, question = history
        begun = PromptMessage(role=Role.ASSISTANT, text=answer_prefix)
        return [
            *self._begin,
            *(
                PromptMessage(role=message.role, text=message.text, may_drop=True)
                for message in older
                if message.text.strip()
            ),
            PromptMessage(role=question.role, text=question.text),
            *([begun] if answer_prefix.strip() else []),
        ]
