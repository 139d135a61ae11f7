"""Between rows of chat and the messages of `lamla.chat.v1`."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.chat.v1 import conversation_pb2, generation_pb2

from mesh.errors import invalid
from persistence.chat.models import Generation, State
from persistence.chat.selectors import ConversationNow
from persistence.chat.turns.domain import Answer


def conversation_to_proto(now: ConversationNow) -> conversation_pb2.Conversation:
    """Writes a conversation."""
    row = now.row
    return conversation_pb2.Conversation(
        conversation_id=str(row.id),
        title=row.title,
        create_time=time_to_proto(row.create_time),
        update_time=time_to_proto(row.update_time),
        active_generation_ids=[str(i) for i in now.active_generation_ids],
    )


def message_to_proto(answer: Answer) -> conversation_pb2.Message:
    """Writes a message: an answer, or a question, which has no generation."""
    row = answer.message
    message = conversation_pb2.Message(
        message_id=str(row.id),
        conversation_id=str(row.conversation_id),
        parent_message_id=str(row.parent_id or ""),
        role=conversation_pb2.MessageRole.ValueType(row.role),
        text=answer.text,
        create_time=time_to_proto(row.create_time),
        state=generation_pb2.GENERATION_STATE_COMPLETE,
    )
    generation = row.generation
    if generation is not None:
        message.state = _state(generation)
        message.generation_id = str(generation.id)
        message.finish_reason = _finish_reason(generation)
        message.model = generation.model
        message.provider = generation.provider
        message.prompt_version = generation.prompt_version
        _write_outcome(generation, message)
    return message


def generation_to_proto(answer: Answer) -> generation_pb2.Generation:
    """Writes the generation of an answer."""
    row = answer.message.generation
    generation = generation_pb2.Generation(
        generation_id=str(row.id),
        conversation_id=str(row.conversation_id),
        user_message_id=str(answer.message.parent_id or ""),
        answer_message_id=str(answer.message.id),
        state=_state(row),
        text=answer.text,
        last_sequence=row.last_sequence,
        finish_reason=_finish_reason(row),
        model=row.model,
        provider=row.provider,
    )
    _write_outcome(row, generation)
    return generation


def time_to_proto(time: datetime) -> Timestamp:
    """Writes a time."""
    timestamp = Timestamp()
    timestamp.FromDatetime(time)
    return timestamp


def duration_to_proto(duration: timedelta) -> Duration:
    """Writes a length of time."""
    message = Duration()
    message.FromTimedelta(duration)
    return message


def duration_from_proto(field: str, message: Duration) -> timedelta:
    """Reads a length of time.

    Raises:
        ServiceError: `INVALID_FIELD` for one that no clock could measure.
    """
    try:
        return message.ToTimedelta()
    except (OverflowError, ValueError) as error:
        raise invalid(field, "must be a duration of less than 10,000 years") from error


def id_from_proto(field: str, value: str) -> UUID:
    """Reads an id.

    Raises:
        ServiceError: `INVALID_FIELD` for what is no UUID.
    """
    try:
        return UUID(value)
    except ValueError as error:
        raise invalid(field, "must be a UUID") from error


def optional_id_from_proto(field: str, value: str) -> UUID | None:
    """Reads an id that may be left out.

    Raises:
        ServiceError: `INVALID_FIELD` for what is neither empty nor a UUID.
    """
    return id_from_proto(field, value) if value else None


def _state(row: Generation) -> generation_pb2.GenerationState.ValueType:
    return generation_pb2.GenerationState.ValueType(row.state)


def _finish_reason(row: Generation) -> generation_pb2.FinishReason.ValueType:
    return generation_pb2.FinishReason.ValueType(row.finish_reason)


def _write_outcome(
    row: Generation, message: conversation_pb2.Message | generation_pb2.Generation
) -> None:
    if row.state == State.GENERATING:
        return
    if row.prompt_tokens is not None and row.output_tokens is not None:
        message.usage.prompt_tokens = row.prompt_tokens
        message.usage.output_tokens = row.output_tokens
        if row.time_to_first_token is not None:
            message.usage.time_to_first_token.FromTimedelta(row.time_to_first_token)
        if row.duration is not None:
            message.usage.duration.FromTimedelta(row.duration)
    if row.failure is not None:
        message.failure.MergeFrom(Status.FromString(bytes(row.failure)))
