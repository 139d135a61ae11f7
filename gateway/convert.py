"""Between the requests and responses of ChatService and `gateway.domain`."""

from __future__ import annotations

from uuid import UUID

from lamla.chat.v1 import chat_service_pb2 as pb
from lamla.chat.v1 import conversation_pb2, generation_pb2

from gateway.clients.convert import (
    FINISH_REASON_TO_PROTO,
    STATE_TO_PROTO,
    timestamp_to_proto,
    usage_to_proto,
)
from gateway.clients.evidence import evidence_write, scope_from_proto
from gateway.domain import (
    Answer,
    ConfigRequest,
    ContinuedAnswer,
    EditedMessage,
    NewMessage,
    Offer,
    Question,
    RegeneratedAnswer,
)


def id_from_proto(value: str) -> str:
    """Reads an id that validation has passed, in the spelling that is stored."""
    return str(UUID(value)) if value else ""


def question_from_send(request: pb.SendMessageRequest, *, path: str = "") -> Question:
    """Reads a message; `path` is where it stands in its request."""
    turn = NewMessage(
        conversation_id=id_from_proto(request.conversation_id),
        parent_message_id=id_from_proto(request.parent_message_id),
        text=request.text,
        scope=scope_from_proto(request.scope) if request.HasField("scope") else None,
    )
    return Question(
        request_id=id_from_proto(request.request_id),
        turn=turn,
        config=_config_from_proto(request.config, path=f"{path}config"),
    )


def question_from_reply(request: pb.ReplyRequest) -> Question:
    """Reads a message that is answered at once."""
    return question_from_send(request.message, path="message.")


def question_from_regenerate(request: pb.RegenerateRequest) -> Question:
    """Reads the wish for another answer."""
    return Question(
        request_id=id_from_proto(request.request_id),
        turn=RegeneratedAnswer(message_id=id_from_proto(request.message_id)),
        config=_config_from_proto(request.config),
    )


def question_from_edit(request: pb.EditMessageRequest) -> Question:
    """Reads a question in other words."""
    turn = EditedMessage(
        message_id=id_from_proto(request.message_id), text=request.text
    )
    return Question(
        request_id=id_from_proto(request.request_id),
        turn=turn,
        config=_config_from_proto(request.config),
    )


def question_from_continue(request: pb.ContinueAnswerRequest) -> Question:
    """Reads the wish for the rest of an answer."""
    return Question(
        request_id=id_from_proto(request.request_id),
        turn=ContinuedAnswer(message_id=id_from_proto(request.message_id)),
        config=_config_from_proto(request.config),
    )


def offer_to_proto(offer: Offer) -> pb.GetModelsResponse:
    """Writes what can be asked for."""
    return pb.GetModelsResponse(
        models=[
            pb.Model(
                name=model.name,
                provider=model.provider,
                context_tokens=model.context_tokens,
                small_built_in=model.small_built_in,
            )
            for model in offer.models
        ],
        default_temperature=offer.default_temperature,
        default_max_output_tokens=offer.default_max_output_tokens,
        max_output_tokens_cap=offer.max_output_tokens_cap,
    )


def answer_to_proto(answer: Answer) -> conversation_pb2.Message:
    """Writes a whole answer."""
    view = answer.view
    message = conversation_pb2.Message(
        message_id=view.answer_message_id,
        conversation_id=view.conversation_id,
        parent_message_id=view.user_message_id,
        role=conversation_pb2.MESSAGE_ROLE_ASSISTANT,
        text=view.text,
        create_time=timestamp_to_proto(answer.create_time),
        state=STATE_TO_PROTO[view.state],
        generation_id=view.id,
        finish_reason=FINISH_REASON_TO_PROTO[view.finish_reason],
        usage=usage_to_proto(view.usage) if view.usage else None,
        model=view.model,
        provider=view.provider,
        prompt_version=answer.prompt_version,
    )
    evidence_write(view.evidence, message)
    return message


def _config_from_proto(
    config: generation_pb2.GenerationConfig, *, path: str = "config"
) -> ConfigRequest:
    has_temperature = config.HasField("temperature")
    return ConfigRequest(
        model=config.model,
        temperature=config.temperature if has_temperature else None,
        max_output_tokens=config.max_output_tokens,
        path=path,
    )
