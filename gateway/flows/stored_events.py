"""What is left to tell of a generation that has ended and is only stored."""

from __future__ import annotations

from collections.abc import Iterator

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.domain import FinishReason, Located, State, Usage
from gateway.events import (
    Cancelled,
    Completed,
    Event,
    Failed,
    Outcome,
    Snapshot,
    Started,
)
from mesh.errors import INTERNAL_MESSAGE, ServiceError


def stored_events(located: Located, after: int) -> Iterator[Event]:
    """Yields the text, unless the reader has it, and the outcome."""
    view = located.view
    # The writer of an interrupted one may have sent more, or less, than is stored.
    is_exact = view.state is not State.INTERRUPTED
    if not is_exact or not view.last_sequence - 1 <= after <= view.last_sequence:
        tokens = view.usage.output_tokens if view.usage else 0
        body = Snapshot(
            started=_started(located),
            text=view.text,
            token_count=tokens,
            evidence=view.evidence,
        )
        yield Event(view.id, max(view.last_sequence - 1, 0), body)
    yield Event(view.id, max(view.last_sequence, 1), _outcome(located))


def _started(located: Located) -> Started:
    """Returns the ids of a stored generation and the model that answers."""
    view = located.view
    return Started(
        conversation_id=view.conversation_id,
        user_message_id=view.user_message_id,
        answer_message_id=view.answer_message_id,
        model=view.model,
        provider=view.provider,
        prompt_version=located.prompt_version,
        start_time=located.start_time,
    )


def _outcome(located: Located) -> Outcome:
    view = located.view
    usage, length = view.usage or Usage(), len(view.text)
    match view.state:
        case State.COMPLETE:
            reason = view.finish_reason or FinishReason.STOP
            return Completed(finish_reason=reason, usage=usage, text_length=length)
        case State.CANCELLED:
            return Cancelled(usage=usage, text_length=length)
        case _:
            error = view.failure or _unnamed(view.state)
            return Failed(error=error, usage=usage, text_length=length)


def _unnamed(state: State) -> ServiceError:
    if state is State.INTERRUPTED:
        return ServiceError(
            ErrorReason.ERROR_REASON_GENERATION_INTERRUPTED,
            "The process that made the answer ended before the answer did.",
        )
    return ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)
