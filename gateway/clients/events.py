"""Between `GenerationEvent` and the events of `gateway.domain`, both ways."""

from __future__ import annotations

from typing import assert_never

from lamla.chat.v1 import generation_pb2 as pb

from gateway.clients.convert import (
    FINISH_REASON_FROM_PROTO,
    FINISH_REASON_TO_PROTO,
    failure_from_proto,
    timestamp_from_proto,
    timestamp_to_proto,
    usage_from_proto,
    usage_to_proto,
)
from gateway.clients.evidence import (
    citation_from_proto,
    citation_to_proto,
    claim_from_proto,
    claim_to_proto,
    evidence_read,
    evidence_write,
    grounding_from_proto,
    grounding_to_proto,
)
from gateway.domain import FinishReason
from gateway.events import (
    AttemptChanged,
    Body,
    Cancelled,
    Completed,
    Event,
    Failed,
    Heartbeat,
    Opaque,
    Snapshot,
    Started,
    Tokens,
)
from gateway.evidence import Citation, Claim, Grounding
from mesh.errors import status_of


def event_to_proto(event: Event) -> pb.GenerationEvent:
    """Writes one event."""
    id_, sequence, body = event
    match body:
        case Tokens(text, offset, count):
            tokens = pb.Tokens(text=text, text_offset=offset, token_count=count)
            return pb.GenerationEvent(
                generation_id=id_, sequence=sequence, tokens=tokens
            )
        case Opaque(data):
            return pb.GenerationEvent.FromString(data)
        case _:
            message = pb.GenerationEvent(generation_id=id_, sequence=sequence)
            _write(message, body)
            return message


def _write(message: pb.GenerationEvent, body: Body) -> None:  # noqa: C901 - One branch per kind.
    match body:
        case Started():
            message.started.CopyFrom(_started_to_proto(body))
        case Tokens() | Opaque():
            raise AssertionError("Written above.")
        case AttemptChanged():
            message.attempt_changed.CopyFrom(attempt_to_proto(body))
        case Heartbeat(server_time):
            message.heartbeat.server_time.CopyFrom(timestamp_to_proto(server_time))
        case Snapshot():
            message.snapshot.started.CopyFrom(_started_to_proto(body.started))
            message.snapshot.text = body.text
            message.snapshot.token_count = body.token_count
            evidence_write(body.evidence, message.snapshot)
        case Grounding():
            message.grounding.CopyFrom(grounding_to_proto(body))
        case Citation():
            message.citation.CopyFrom(citation_to_proto(body))
        case Claim():
            message.claim.CopyFrom(claim_to_proto(body))
        case Completed():
            message.completed.finish_reason = FINISH_REASON_TO_PROTO[body.finish_reason]
            message.completed.usage.CopyFrom(usage_to_proto(body.usage))
            message.completed.text_length = body.text_length
        case Cancelled():
            message.cancelled.usage.CopyFrom(usage_to_proto(body.usage))
            message.cancelled.text_length = body.text_length
        case Failed():
            message.failed.status.CopyFrom(status_of(body.error))
            message.failed.usage.CopyFrom(usage_to_proto(body.usage))
            message.failed.text_length = body.text_length
        case _:
            assert_never(body)


def event_from_proto(message: pb.GenerationEvent) -> Event:
    """Reads one event; kinds that mean nothing to gateway are kept as they are."""
    return Event(message.generation_id, message.sequence, _read(message))


def _read(message: pb.GenerationEvent) -> Body:  # noqa: C901, PLR0911 - One per kind.
    match message.WhichOneof("event"):
        case "tokens":
            return tokens_from_proto(message.tokens)
        case "started":
            return _started_from_proto(message.started)
        case "attempt_changed":
            return attempt_from_proto(message.attempt_changed)
        case "heartbeat":
            return Heartbeat(timestamp_from_proto(message.heartbeat.server_time))
        case "snapshot":
            return Snapshot(
                started=_started_from_proto(message.snapshot.started),
                text=message.snapshot.text,
                token_count=message.snapshot.token_count,
                evidence=evidence_read(message.snapshot),
            )
        case "grounding":
            return grounding_from_proto(message.grounding)
        case "citation":
            return citation_from_proto(message.citation)
        case "claim":
            return claim_from_proto(message.claim)
        case "completed":
            reason = FINISH_REASON_FROM_PROTO[message.completed.finish_reason]
            return Completed(
                finish_reason=reason or FinishReason.STOP,
                usage=usage_from_proto(message.completed.usage),
                text_length=message.completed.text_length,
            )
        case "cancelled":
            return Cancelled(
                usage=usage_from_proto(message.cancelled.usage),
                text_length=message.cancelled.text_length,
            )
        case "failed":
            return Failed(
                error=failure_from_proto(message.failed.status),
                usage=usage_from_proto(message.failed.usage),
                text_length=message.failed.text_length,
            )
        case _:
            return Opaque(message.SerializeToString())


def tokens_from_proto(message: pb.Tokens) -> Tokens:
    """Reads a piece of text."""
    return Tokens(message.text, message.text_offset, message.token_count)


def attempt_to_proto(attempt: AttemptChanged) -> pb.AttemptChanged:
    """Writes that another attempt goes on."""
    return pb.AttemptChanged(
        attempt=attempt.attempt,
        provider=attempt.provider,
        model=attempt.model,
        replace_from_offset=attempt.replace_from_offset,
        cause=attempt.cause,
    )


def attempt_from_proto(message: pb.AttemptChanged) -> AttemptChanged:
    """Reads that another attempt goes on."""
    return AttemptChanged(
        attempt=message.attempt,
        provider=message.provider,
        model=message.model,
        replace_from_offset=message.replace_from_offset,
        cause=message.cause,
    )


def _started_to_proto(started: Started) -> pb.GenerationStarted:
    return pb.GenerationStarted(
        conversation_id=started.conversation_id,
        user_message_id=started.user_message_id,
        answer_message_id=started.answer_message_id,
        model=started.model,
        provider=started.provider,
        prompt_version=started.prompt_version,
        start_time=timestamp_to_proto(started.start_time),
    )


def _started_from_proto(message: pb.GenerationStarted) -> Started:
    return Started(
        conversation_id=message.conversation_id,
        user_message_id=message.user_message_id,
        answer_message_id=message.answer_message_id,
        model=message.model,
        provider=message.provider,
        prompt_version=message.prompt_version,
        start_time=timestamp_from_proto(message.start_time),
    )
