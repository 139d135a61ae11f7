"""gRPC, gRPC-Web, JSON lines and server-sent events say the same."""

from __future__ import annotations

import asyncio

import pytest
from google.protobuf.message import Message
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.chat.v1.generation_pb2 import GenerationEvent
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from tests.clients import Client, JsonClient, Refused
from tests.edge.corpus import EVENTS
from tests.edge.envoy import until
from tests.edge.peers import ScriptedPeer

CHAT = "lamla.chat.v1.ChatService"
SEND = f"{CHAT}/SendMessage"


def message(request_id: str, text: str = "ATP?") -> chat.SendMessageRequest:
    """A message in a new conversation."""
    return chat.SendMessageRequest(request_id=request_id, text=text)


class TestStreams:
    def test_the_corpus_has_every_kind_of_event(self):
        """
        A new kind of event is compared over all protocols from its first day.
        """
        kinds = {event.WhichOneof("event") for event in EVENTS}
        oneof = GenerationEvent.DESCRIPTOR.oneofs_by_name["event"]

        assert {field.name for field in oneof.fields} == kinds

    async def test_every_event_is_the_same_in_every_protocol(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        What the gateway sends arrives field by field, in order.
        """
        gateway.events = list(EVENTS)

        stream = client.stream(SEND, message(request_id), token=token)
        received = [event async for event in stream]

        assert EVENTS == received
        assert [message(request_id)] == [call.request for call in gateway.calls]

    @pytest.mark.parametrize(
        ("method", "request_message"),
        [
            (
                "Regenerate",
                chat.RegenerateRequest(
                    request_id="0198c0de-0000-7000-8000-00000000000a",
                    message_id="0198c0de-0000-7000-8000-00000000000b",
                ),
            ),
            (
                "EditMessage",
                chat.EditMessageRequest(
                    request_id="0198c0de-0000-7000-8000-00000000000a",
                    message_id="0198c0de-0000-7000-8000-00000000000b",
                    text="ADP?",
                ),
            ),
            (
                "ContinueAnswer",
                chat.ContinueAnswerRequest(
                    request_id="0198c0de-0000-7000-8000-00000000000a",
                    message_id="0198c0de-0000-7000-8000-00000000000b",
                ),
            ),
            (
                "ResumeGeneration",
                chat.ResumeGenerationRequest(
                    generation_id="0198c0de-0000-7000-8000-00000000000a",
                    after_sequence=7,
                ),
            ),
        ],
    )
    async def test_every_streaming_method_streams(
        self,
        client: Client,
        gateway: ScriptedPeer,
        token: str,
        method: str,
        request_message: Message,
    ):
        """
        Path, query and body of each JSON form give the very request.
        """
        gateway.events = list(EVENTS)

        stream = client.stream(f"{CHAT}/{method}", request_message, token=token)
        received = [event async for event in stream]

        assert EVENTS == received
        assert [(method, request_message)] == [
            (call.name, call.request) for call in gateway.calls
        ]

    @pytest.mark.parity("A4")
    async def test_an_event_arrives_before_the_next_is_made(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        Nothing on the way waits for more: each event is read before the gateway is
        allowed to send the next.
        """
        gates = [asyncio.Event() for _ in EVENTS]
        gateway.events = [
            item for pair in zip(EVENTS, gates, strict=True) for item in pair
        ]

        received = []
        async for event in client.stream(SEND, message(request_id), token=token):
            received.append(event)
            gates[len(received) - 1].set()

        assert EVENTS == received

    async def test_a_reader_that_goes_ends_the_call(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        A closed tab is seen by the gateway at once.
        """
        gateway.events = [EVENTS[0], asyncio.Event()]

        stream = client.stream(SEND, message(request_id), token=token)
        await anext(stream)
        await stream.aclose()

        async def is_over() -> bool:
            return gateway.ended == 1

        await until(is_over)

    async def test_json_streams_say_what_they_are(
        self,
        json_client: JsonClient,
        events_client: JsonClient,
        gateway: ScriptedPeer,
        token: str,
        request_id: str,
    ):
        """
        Server-sent events come only to those who accept them.
        """
        gateway.events = list(EVENTS)

        for client in (json_client, events_client):
            async for _ in client.stream(SEND, message(request_id), token=token):
                pass

        assert ["application/json"] == json_client.content_types
        assert ["text/event-stream"] == events_client.content_types


class TestErrors:
    async def test_a_services_error_is_the_same_in_every_protocol(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        Code, message, reason and metadata of a status before the first event.
        """
        gateway.events = [
            ServiceError(
                ErrorReason.ERROR_REASON_CONVERSATION_NOT_FOUND,
                "No such conversation: x.",
                conversation_id="x",
            )
        ]

        with pytest.raises(Refused) as refused:
            async for _ in client.stream(SEND, message(request_id), token=token):
                pass

        assert "ERROR_REASON_CONVERSATION_NOT_FOUND" == refused.value.reason
        assert "No such conversation: x." == refused.value.status.message
        assert "NOT_FOUND" == refused.value.code.name

    async def test_a_broken_rule_names_its_field_in_every_protocol(
        self, client: Client, token: str, request_id: str
    ):
        """
        Validation's `BadRequest` passes through Envoy.
        """
        with pytest.raises(Refused) as refused:
            async for _ in client.stream(SEND, message(request_id, " "), token=token):
                pass

        assert "ERROR_REASON_INVALID_FIELD" == refused.value.reason
        assert ["text"] == refused.value.fields


class TestUnary:
    async def test_a_unary_answer_is_the_same_in_every_protocol(
        self, client: Client, persistence: ScriptedPeer, token: str
    ):
        """
        Persistence's methods too, with fields from path and query.
        """
        expected = conversations.ListMessagesResponse(next_page_token="next")
        persistence.answers["ListMessages"] = expected
        sent = conversations.ListMessagesRequest(
            conversation_id="0198c0de-0000-7000-8000-00000000000a",
            page_size=7,
            page_token="a b&c",
        )

        received = await client.unary(
            "lamla.chat.v1.ConversationService/ListMessages", sent, token=token
        )

        assert expected == received
        assert [sent] == [call.request for call in persistence.calls]

    async def test_a_reply_is_the_same_in_every_protocol(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        The whole answer at once.
        """
        expected = chat.ReplyResponse()
        expected.answer.text = "Adenosine triphosphate \N{SNOWMAN}"
        gateway.answers["Reply"] = expected

        sent = chat.ReplyRequest(message=message(request_id))
        received = await client.unary(f"{CHAT}/Reply", sent, token=token)

        assert expected == received
