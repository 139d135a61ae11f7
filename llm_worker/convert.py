"""Messages of `lamla.llm.v1` to values of this package, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import assert_never

from google.protobuf.duration_pb2 import Duration
from lamla.chat.v1 import generation_pb2 as chat
from lamla.llm.v1 import embedding_service_pb2 as embedding_pb
from lamla.llm.v1 import generation_service_pb2 as pb

from llm_worker.domain import (
    AttemptChanged,
    Event,
    Finished,
    FinishReason,
    Message,
    Model,
    Prompt,
    Role,
    Started,
    Tokens,
    Usage,
)
from llm_worker.embeddings.base import (
    Embedder,
    Embedding,
    EmbeddingModel,
    Purpose,
    TokenCounts,
)
from mesh.errors import FieldViolation, invalid_fields

_ROLE = {
    pb.PROMPT_ROLE_SYSTEM: Role.SYSTEM,
    pb.PROMPT_ROLE_USER: Role.USER,
    pb.PROMPT_ROLE_ASSISTANT: Role.ASSISTANT,
}
_FINISH_REASON = {
    FinishReason.STOP: chat.FINISH_REASON_STOP,
    FinishReason.LENGTH: chat.FINISH_REASON_LENGTH,
    FinishReason.CONTENT_FILTER: chat.FINISH_REASON_CONTENT_FILTER,
}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a request gets that does not say, and the most it may ask for."""

    temperature: float
    output_tokens: int
    max_output_tokens: int


def prompt_from_proto(request: pb.GenerateRequest, defaults: Defaults) -> Prompt:
    """Reads what to generate.

    Raises:
        ServiceError: `INVALID_FIELD` where the contract's rules cannot say it.
    """
    config = request.config
    _check(request, defaults)
    messages = [
        Message(_ROLE[message.role], message.text, message.may_drop)
        for message in request.messages
    ]
    is_continued = messages[-1].role == Role.ASSISTANT
    # Without the question there is nothing to answer, nor without what was said of the
    # answer to go on with.
    for n in range(-1 - is_continued, 0):
        messages[n] = replace(messages[n], may_drop=False)
    if is_continued and not messages[-1].text:
        messages.pop()
    return Prompt(
        generation_id=request.generation_id.lower(),
        messages=tuple(messages),
        model=config.model,
        # The wire's 32 bits make 0.699999988 of 0.7, which some vendors refuse.
        temperature=round(config.temperature, 4)
        if config.HasField("temperature")
        else defaults.temperature,
        max_output_tokens=config.max_output_tokens or defaults.output_tokens,
        may_quote=request.may_quote,
    )


def seconds_from_proto(duration: Duration) -> float:
    """Reads a duration; an absent one is 0."""
    return duration.seconds + duration.nanos / 1e9


def event_to_proto(event: Event, worker_endpoint: str) -> pb.GenerateEvent:
    """Writes one event of a generation."""
    match event:
        case Tokens(sequence, text, text_offset, token_count):
            tokens = chat.Tokens(
                text=text, text_offset=text_offset, token_count=token_count
            )
            return pb.GenerateEvent(sequence=sequence, tokens=tokens)
        case Started(sequence, provider, model, dropped_messages):
            started = pb.ProviderStarted(
                provider=provider,
                model=model,
                dropped_messages=dropped_messages,
                worker_endpoint=worker_endpoint,
            )
            return pb.GenerateEvent(sequence=sequence, started=started)
        case AttemptChanged():
            changed = chat.AttemptChanged(
                attempt=event.attempt,
                provider=event.provider,
                model=event.model,
                replace_from_offset=event.replace_from_offset,
                cause=event.cause,
            )
            return pb.GenerateEvent(sequence=event.sequence, attempt_changed=changed)
        case Finished(sequence, reason, usage):
            finished = pb.ProviderFinished(
                finish_reason=_FINISH_REASON[reason], usage=usage_to_proto(usage)
            )
            return pb.GenerateEvent(sequence=sequence, finished=finished)
        case _:
            assert_never(event)


def usage_to_proto(usage: Usage) -> chat.Usage:
    """Writes what an answer cost."""
    first = usage.time_to_first_token
    return chat.Usage(
        prompt_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        time_to_first_token=None if first is None else _duration(first),
        duration=_duration(usage.duration),
    )


def model_to_proto(model: Model) -> pb.Model:
    """Writes one model that can be asked for."""
    return pb.Model(
        name=model.name,
        provider=model.provider,
        context_tokens=model.context_tokens,
        small_built_in=model.small_built_in,
    )


def models_to_proto(
    models: Sequence[Model], defaults: Defaults
) -> pb.ListModelsResponse:
    """Writes models with what may be asked of them."""
    return pb.ListModelsResponse(
        models=[model_to_proto(model) for model in models],
        default_temperature=defaults.temperature,
        default_max_output_tokens=defaults.output_tokens,
        max_output_tokens_cap=defaults.max_output_tokens,
    )


def purpose_from_proto(purpose: embedding_pb.EmbeddingPurpose.ValueType) -> Purpose:
    """Reads what a text is embedded for; the contract's rules exclude the rest."""
    is_query = purpose == embedding_pb.EMBEDDING_PURPOSE_QUERY
    return Purpose.QUERY if is_query else Purpose.PASSAGE


def embeddings_to_proto(
    embeddings: Sequence[Embedding], model: EmbeddingModel
) -> embedding_pb.EmbedResponse:
    """Writes vectors in their order."""
    return embedding_pb.EmbedResponse(
        embeddings=[
            embedding_pb.Embedding(values=e.values, token_count=e.token_count)
            for e in embeddings
        ],
        model=model.name,
        dimension=model.dimension,
    )


def embedders_to_proto(
    embedders: Sequence[Embedder],
) -> embedding_pb.ListEmbeddingModelsResponse:
    """Writes what callers need to know of each model."""
    return embedding_pb.ListEmbeddingModelsResponse(
        models=[
            embedding_pb.EmbeddingModel(
                name=embedder.model.name,
                provider=embedder.name,
                dimension=embedder.model.dimension,
                window_tokens=embedder.model.window_tokens,
                languages=embedder.model.languages,
            )
            for embedder in embedders
        ]
    )


def token_counts_to_proto(
    counts: TokenCounts, model: EmbeddingModel
) -> embedding_pb.CountTokensResponse:
    """Writes counts in the order of their texts."""
    return embedding_pb.CountTokensResponse(
        token_counts=counts.counts, model=model.name, is_estimate=counts.is_estimate
    )


def _check(request: pb.GenerateRequest, defaults: Defaults) -> None:
    violations = []
    question = len(request.messages) - 1
    if request.messages[question].role == pb.PROMPT_ROLE_ASSISTANT:
        question -= 1
    if question < 0 or request.messages[question].role != pb.PROMPT_ROLE_USER:
        violations.append(
            FieldViolation(
                f"messages[{max(question, 0)}].role",
                "the last one, or the one before the assistant's, must be the user's",
            )
        )
    if request.config.max_output_tokens > defaults.max_output_tokens:
        violations.append(
            FieldViolation(
                "config.max_output_tokens",
                f"must be at most {defaults.max_output_tokens}",
                "uint32.lte",
            )
        )
    if violations:
        raise invalid_fields(violations)


def _duration(seconds: float) -> Duration:
    duration = Duration()
    duration.FromTimedelta(timedelta(seconds=seconds))
    return duration
