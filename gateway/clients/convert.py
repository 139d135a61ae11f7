"""Between the messages that several services share and `gateway.domain`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]
from lamla.chat.v1 import conversation_pb2, generation_pb2
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.evidence import evidence_read, evidence_write
from gateway.domain import Config, FinishReason, GenerationView, Role, State, Usage
from mesh.errors import INTERNAL_MESSAGE, ServiceError, from_status, status_of

STATE_TO_PROTO = {
    State.GENERATING: generation_pb2.GENERATION_STATE_GENERATING,
    State.COMPLETE: generation_pb2.GENERATION_STATE_COMPLETE,
    State.CANCELLED: generation_pb2.GENERATION_STATE_CANCELLED,
    State.INTERRUPTED: generation_pb2.GENERATION_STATE_INTERRUPTED,
    State.FAILED: generation_pb2.GENERATION_STATE_FAILED,
}
STATE_FROM_PROTO = {value: state for state, value in STATE_TO_PROTO.items()}

FINISH_REASON_TO_PROTO = {
    None: generation_pb2.FINISH_REASON_UNSPECIFIED,
    FinishReason.STOP: generation_pb2.FINISH_REASON_STOP,
    FinishReason.LENGTH: generation_pb2.FINISH_REASON_LENGTH,
    FinishReason.CONTENT_FILTER: generation_pb2.FINISH_REASON_CONTENT_FILTER,
}
FINISH_REASON_FROM_PROTO = {
    value: reason for reason, value in FINISH_REASON_TO_PROTO.items()
}

ROLE_FROM_PROTO = {
    conversation_pb2.MESSAGE_ROLE_USER: Role.USER,
    conversation_pb2.MESSAGE_ROLE_ASSISTANT: Role.ASSISTANT,
}


def timestamp_to_proto(moment: datetime) -> Timestamp:
    """Writes a moment."""
    timestamp = Timestamp()
    timestamp.FromDatetime(moment)
    return timestamp


def timestamp_from_proto(timestamp: Timestamp) -> datetime:
    """Reads a moment, in UTC."""
    return timestamp.ToDatetime(tzinfo=UTC)


def duration_to_proto(length: timedelta) -> Duration:
    """Writes a length of time."""
    duration = Duration()
    duration.FromTimedelta(length)
    return duration


def failure_from_proto(status: Status) -> ServiceError:
    """Reads why a generation failed."""
    return from_status(status) or ServiceError(
        ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE
    )


def config_to_proto(config: Config) -> generation_pb2.GenerationConfig:
    """Writes how to generate."""
    return generation_pb2.GenerationConfig(
        model=config.model,
        temperature=config.temperature,
        max_output_tokens=config.max_output_tokens,
    )


def config_from_proto(message: generation_pb2.GenerationConfig) -> Config:
    """Reads how to generate."""
    return Config(
        model=message.model,
        temperature=message.temperature,
        max_output_tokens=message.max_output_tokens,
    )


def usage_to_proto(usage: Usage) -> generation_pb2.Usage:
    """Writes what an answer cost."""
    first = usage.time_to_first_token
    return generation_pb2.Usage(
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        time_to_first_token=None if first is None else duration_to_proto(first),
        duration=duration_to_proto(usage.duration),
    )


def usage_from_proto(message: generation_pb2.Usage) -> Usage:
    """Reads what an answer cost."""
    first = message.time_to_first_token.ToTimedelta()
    return Usage(
        prompt_tokens=message.prompt_tokens,
        output_tokens=message.output_tokens,
        time_to_first_token=first if message.HasField("time_to_first_token") else None,
        duration=message.duration.ToTimedelta(),
    )


def view_to_proto(view: GenerationView) -> generation_pb2.Generation:
    """Writes where a generation stands."""
    message = generation_pb2.Generation(
        generation_id=view.id,
        conversation_id=view.conversation_id,
        user_message_id=view.user_message_id,
        answer_message_id=view.answer_message_id,
        state=STATE_TO_PROTO[view.state],
        text=view.text,
        last_sequence=view.last_sequence,
        finish_reason=FINISH_REASON_TO_PROTO[view.finish_reason],
        usage=usage_to_proto(view.usage) if view.usage else None,
        failure=status_of(view.failure) if view.failure else None,
        model=view.model,
        provider=view.provider,
    )
    evidence_write(view.evidence, message)
    return message


def view_from_proto(message: generation_pb2.Generation) -> GenerationView:
    """Reads where a generation stands."""
    has = message.HasField
    return GenerationView(
        id=message.generation_id,
        conversation_id=message.conversation_id,
        user_message_id=message.user_message_id,
        answer_message_id=message.answer_message_id,
        state=STATE_FROM_PROTO[message.state],
        text=message.text,
        last_sequence=message.last_sequence,
        finish_reason=FINISH_REASON_FROM_PROTO[message.finish_reason],
        usage=usage_from_proto(message.usage) if has("usage") else None,
        failure=failure_from_proto(message.failure) if has("failure") else None,
        model=message.model,
        provider=message.provider,
        evidence=evidence_read(message),
    )
