"""Streams nothing but the text of an answer, for readers that only append."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.domain import Question
from gateway.events import (
    AttemptChanged,
    Cancelled,
    Completed,
    Event,
    Failed,
    Heartbeat,
    Snapshot,
    Tokens,
)
from gateway.flows.answer_message import AnswerMessage
from mesh.errors import ServiceError


class TellText:
    """The same flow as any answer's. What was told cannot be taken back: should another
    attempt tell something else, the stream ends with an error.
    """

    def __init__(self, answer: AnswerMessage) -> None:
        self._answer = answer

    async def __call__(
        self, question: Question
    ) -> AsyncGenerator[str | ServiceError, None]:
        """Yields pieces, empty ones as signs of life; an error is the last if any.

        Raises:
            ServiceError: nothing was stored, and why.
        """
        told = _Told()
        has_begun = False
        try:
            async with aclosing(self._answer(question)) as events:
                async for event in events:
                    has_begun = True
                    piece = told.next(event)
                    if piece is not None:
                        yield piece
        except ServiceError as error:
            if not has_begun:
                raise
            yield error


class _Told:
    """What was told, and what the answer is by now."""

    def __init__(self) -> None:
        self._told = self._text = ""

    def next(self, event: Event) -> str | None:
        """Returns what to tell after `event`; None when nothing is new.

        Raises:
            ServiceError: why the answer cannot be told to its end.
        """
        match event.body:
            case Tokens(text=text):
                self._text += text
            case Snapshot(text=text):
                self._text = text
            case AttemptChanged(replace_from_offset=offset):
                self._text = self._text[:offset]
                return None
            case Heartbeat():
                return ""
            case Failed(error=error):
                raise error
            case Completed() | Cancelled():
                if self._text != self._told:
                    raise _told_otherwise()
                return None
            case _:
                return None
        return self._rest()

    def _rest(self) -> str | None:
        if len(self._text) <= len(self._told):
            if not self._told.startswith(self._text):
                raise _told_otherwise()
            return None
        if not self._text.startswith(self._told):
            raise _told_otherwise()
        rest = self._text[len(self._told) :]
        self._told = self._text
        return rest


def _told_otherwise() -> ServiceError:
    return ServiceError(
        ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED,
        "The answer was begun anew; what was sent of it no longer holds.",
    )
