"""Between rows of chat and the messages of `lamla.chat.v1`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.chat.v1 import conversation_pb2, generation_pb2
from lamla.chat.v1 import conversation_service_pb2 as pb

from mesh.errors import invalid
from persistence.chat.evidence.convert import (
    evidence_write,
    scope_from_proto,
    scope_to_proto,
)
from persistence.chat.models import Generation, State
from persistence.chat.portable.domain import (
    DOCUMENT_BYTES,
    Failure,
    PortableConversation,
)
from persistence.chat.portable.file_names import file_name
from persistence.chat.portable.lamla import conversation_to_json
from persistence.chat.portable.markdown import branch_of, conversation_to_markdown
from persistence.chat.portable.store import Exported, export_too_large
from persistence.chat.search.find import Hit
from persistence.chat.selectors import ConversationNow
from persistence.chat.services import Changes
from persistence.chat.text import text_checked
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
        pinned=row.pinned,
        archived=row.archived,
        current_message_id=str(row.current_message_id or ""),
        scope=scope_to_proto(row.scope),
    )


def changes_from_proto(request: pb.UpdateConversationRequest) -> Changes:
    """Reads what to change of a conversation.

    Raises:
        ServiceError: `INVALID_FIELD` for a title that cannot be stored.
    """
    return Changes(
        title=text_checked("title", request.title)
        if request.HasField("title")
        else None,
        pinned=request.pinned if request.HasField("pinned") else None,
        archived=request.archived if request.HasField("archived") else None,
        current_message_id=optional_id_from_proto(
            "current_message_id", request.current_message_id
        ),
        scope=scope_from_proto("scope", request.scope)
        if request.HasField("scope")
        else None,
    )


def hit_to_proto(hit: Hit) -> pb.SearchHit:
    """Writes a conversation in which words were found."""
    return pb.SearchHit(
        conversation=conversation_to_proto(hit.conversation),
        message_id=str(hit.message_id or ""),
        snippet=hit.snippet.text,
        highlights=[
            pb.Span(start=span.start, end=span.end) for span in hit.snippet.highlights
        ],
    )


def exported_to_proto(
    exported: Exported, export_format: pb.ExportFormat.ValueType
) -> pb.ExportConversationResponse:
    """Writes a conversation as a file.

    Raises:
        ServiceError: `REQUEST_TOO_LARGE` for one that is longer than a file may be.
    """
    row, answers = exported.row, exported.answers
    if export_format == pb.EXPORT_FORMAT_MARKDOWN:
        branch = branch_of(answers, row.current_message_id)
        content = conversation_to_markdown(row, branch)
        content_type, suffix = "text/markdown", "md"
    else:
        content = conversation_to_json(row, answers)
        content_type, suffix = "application/json", "json"
    if len(content.encode()) > DOCUMENT_BYTES:
        raise export_too_large()
    return pb.ExportConversationResponse(
        file_name=file_name(row.title, suffix),
        content_type=content_type,
        content=content,
    )


def imported_to_proto(
    made: Sequence[ConversationNow],
    found: Sequence[PortableConversation | Failure],
) -> pb.ImportConversationsResponse:
    """Writes what became of a file."""
    return pb.ImportConversationsResponse(
        conversations=[conversation_to_proto(now) for now in made],
        failures=[
            pb.ImportFailure(
                index=one.index, title=one.title, description=one.description
            )
            for one in found
            if isinstance(one, Failure)
        ],
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
        evidence_write(answer.evidence, message)
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
    evidence_write(answer.evidence, generation)
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
