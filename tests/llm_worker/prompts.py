"""Prompts, and reading what comes of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from llm_worker.domain import Accepted, Finish, Message, Piece, Prompt, Role
from mesh.ids import uuid7


def prompt(
    text="Why is the sky blue?",
    *,
    model="",
    max_output_tokens=400,
    history=(),
    prefix="",
):
    """Makes a prompt with a question at its end and droppable `history` before it.

    A `prefix` is the begin of its answer, to be gone on with.
    """
    turns = [
        Message(Role.ASSISTANT if n % 2 else Role.USER, said, may_drop=True)
        for n, said in enumerate(history)
    ]
    asked = Prompt(
        generation_id=str(uuid7()),
        messages=(
            Message(Role.SYSTEM, "You are a tutor."),
            *turns,
            Message(Role.USER, text),
        ),
        model=model,
        temperature=0,
        max_output_tokens=max_output_tokens,
    )
    return asked.with_prefix(prefix)


@dataclass
class Answer:
    """All that a provider yielded."""

    accepted: list[Accepted] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    finishes: list[Finish] = field(default_factory=list)
    order: str = ""

    @property
    def text(self) -> str:
        """The pieces joined."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def tokens(self) -> int:
        """The tokens of the pieces."""
        return sum(piece.token_count for piece in self.pieces)

    @property
    def finish(self) -> Finish:
        """The one finish."""
        [finish] = self.finishes
        return finish

    def add(self, event) -> None:
        """Takes one event."""
        match event:
            case Accepted():
                self.accepted.append(event)
                self.order += "a"
            case Piece():
                self.pieces.append(event)
                self.order += "p"
            case Finish():
                self.finishes.append(event)
                self.order += "f"


async def collect(events, into=None) -> Answer:
    """Reads `events` to the end; `into` keeps what came before a failure."""
    answer = Answer() if into is None else into
    async for event in events:
        answer.add(event)
    return answer
