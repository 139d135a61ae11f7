"""Between turns and the messages of `lamla.store.v1`."""

from __future__ import annotations

from lamla.chat.v1 import conversation_pb2, generation_pb2
from lamla.store.v1 import turn_service_pb2 as pb

from mesh.errors import invalid
from persistence.chat.convert import (
    duration_from_proto,
    generation_to_proto,
    id_from_proto,
    optional_id_from_proto,
    time_to_proto,
)
from persistence.chat.evidence.convert import (
    evidence_from_proto,
    scope_from_proto,
    scope_to_proto,
)
from persistence.chat.models import State
from persistence.chat.text import text_checked, text_storable
from persistence.chat.turns.capability import capability_grant
from persistence.chat.turns.domain import (
    Answer,
    BegunTurn,
    Config,
    ContinuedAnswer,
    EditedMessage,
    Ending,
    NewMessage,
    Piece,
    RegeneratedAnswer,
    Turn,
    TurnRequest,
    Usage,
)

# As `lamla.chat.v1.SendMessageRequest.text` has it; gateway has checked it before.
TEXT_MAX_LENGTH = 32_000


def turn_request_from_proto(request: pb.BeginTurnRequest) -> TurnRequest:
    """Reads a turn to begin.

    Raises:
        ServiceError: `INVALID_FIELD` for an id or a text that cannot be one.
    """
    config = request.config
    return TurnRequest(
        request_id=id_from_proto("request_id", request.request_id),
        turn=_turn_from_proto(request),
        config=Config(
            model=text_checked("config.model", config.model),
            temperature=config.temperature if config.HasField("temperature") else None,
            max_output_tokens=config.max_output_tokens,
        ),
        gateway_endpoint=text_checked("gateway_endpoint", request.gateway_endpoint),
        prompt_version=text_checked("prompt_version", request.prompt_version),
        lease_duration=duration_from_proto("lease_duration", request.lease_duration),
    )


def begun_turn_to_proto(begun: BegunTurn) -> pb.BeginTurnResponse:
    """Writes a turn that began, with the capability to write it."""
    generation = begun.answer.message.generation
    return pb.BeginTurnResponse(
        generation=generation_to_proto(begun.answer),
        created=begun.created,
        capability=capability_grant(generation.id),
        lease=lease_to_proto(begun.answer),
        history=[
            pb.HistoryMessage(
                role=conversation_pb2.MessageRole.ValueType(said.role), text=said.text
            )
            for said in begun.history
        ],
        config=generation_pb2.GenerationConfig(**generation.config),
        start_time=time_to_proto(generation.start_time),
        prompt_version=generation.prompt_version,
        answer_prefix=begun.answer.prefix,
        title_wanted=begun.title_wanted,
        scope=scope_to_proto(begun.scope),
        scope_has_chunks=begun.scope_has_chunks,
    )


def lease_to_proto(answer: Answer) -> pb.Lease:
    """Writes who may write an answer."""
    generation = answer.message.generation
    return pb.Lease(
        gateway_endpoint=generation.gateway_endpoint,
        worker_endpoint=generation.worker_endpoint,
        epoch=generation.epoch,
        expire_time=time_to_proto(generation.lease_expires),
        expired=answer.lease_expired,
    )


def located_to_proto(answer: Answer) -> pb.LocateGenerationResponse:
    """Writes a generation and its writer."""
    generation = answer.message.generation
    is_running = generation.state == State.GENERATING
    return pb.LocateGenerationResponse(
        generation=generation_to_proto(answer),
        lease=lease_to_proto(answer) if is_running else None,
        prompt_version=generation.prompt_version,
        start_time=time_to_proto(generation.start_time),
    )


def taken_over_to_proto(answer: Answer) -> pb.TakeOverGenerationResponse:
    """Writes a generation for its new writer."""
    return pb.TakeOverGenerationResponse(
        generation=generation_to_proto(answer),
        capability=capability_grant(answer.message.generation.id),
        lease=lease_to_proto(answer),
        answer_prefix_length=len(answer.prefix),
    )


def pieces_from_proto(request: pb.AppendEventsRequest) -> list[Piece]:
    """Reads the pieces of a checkpoint."""
    return [
        Piece(
            generation_id=id_from_proto("deltas.generation_id", delta.generation_id),
            capability=delta.capability,
            epoch=delta.epoch,
            text=delta.text,
            text_offset=delta.text_offset,
            last_sequence=delta.last_sequence,
            worker_endpoint=delta.worker_endpoint,
            evidence=evidence_from_proto(delta),
        )
        for delta in request.deltas
    ]


def ending_from_proto(request: pb.FinishTurnRequest) -> Ending:
    """Reads the end of a generation.

    Raises:
        ServiceError: `INVALID_FIELD` for an unknown finish reason or a usage that
            cannot be one.
    """
    if request.finish_reason not in generation_pb2.FinishReason.values():
        raise invalid("finish_reason", "must be one of the values of FinishReason")
    has_failure = request.HasField("failure")
    return Ending(
        generation_id=id_from_proto("generation_id", request.generation_id),
        capability=request.capability,
        epoch=request.epoch,
        state=request.state,
        text=request.text,
        finish_reason=request.finish_reason,
        usage=_usage_from_proto(request.usage) if request.HasField("usage") else None,
        failure=request.failure.SerializeToString() if has_failure else None,
        model=request.model,
        provider=request.provider,
        last_sequence=request.last_sequence,
        evidence=evidence_from_proto(request),
    )


def title_from_proto(request: pb.SetConversationTitleRequest) -> str:
    """Reads a title that a model made, as one line.

    Raises:
        ServiceError: `INVALID_FIELD` for one that is blank.
    """
    title = " ".join(text_storable(request.title).split())
    if not title:
        raise invalid("title", "must not be blank")
    return title


def _turn_from_proto(request: pb.BeginTurnRequest) -> Turn:
    match request.WhichOneof("turn"):
        case "regenerated_answer":
            field = "regenerated_answer.message_id"
            answer = request.regenerated_answer
            return RegeneratedAnswer(id_from_proto(field, answer.message_id))
        case "edited_message":
            edited = request.edited_message
            return EditedMessage(
                id_from_proto("edited_message.message_id", edited.message_id),
                _text("edited_message.text", edited.text),
            )
        case "continued_answer":
            field = "continued_answer.message_id"
            continued = request.continued_answer
            return ContinuedAnswer(id_from_proto(field, continued.message_id))
        case _:
            new = request.new_message
            return NewMessage(
                optional_id_from_proto(
                    "new_message.conversation_id", new.conversation_id
                ),
                optional_id_from_proto(
                    "new_message.parent_message_id", new.parent_message_id
                ),
                _text("new_message.text", new.text),
                scope_from_proto("new_message.scope", new.scope)
                if new.HasField("scope")
                else None,
            )


def _text(field: str, text: str) -> str:
    if not text.strip():
        raise invalid(field, "must not be blank")
    if len(text) > TEXT_MAX_LENGTH:
        raise invalid(field, f"must be at most {TEXT_MAX_LENGTH} characters")
    return text_checked(field, text)


def _usage_from_proto(usage: generation_pb2.Usage) -> Usage:
    first = usage.HasField("time_to_first_token")
    whole = usage.HasField("duration")
    return Usage(
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        time_to_first_token=duration_from_proto(
            "usage.time_to_first_token", usage.time_to_first_token
        )
        if first
        else None,
        duration=duration_from_proto("usage.duration", usage.duration)
        if whole
        else None,
    )
