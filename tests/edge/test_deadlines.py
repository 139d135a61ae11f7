"""How long a call may take, and what is tried again."""

from __future__ import annotations

import asyncio
import time
from uuid import uuid4

import pytest
from google.protobuf.message import Message
from lamla.chat.v1 import chat_service_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from tests.clients import Client, GrpcWebClient, JsonClient, Refused
from tests.edge.corpus import EVENTS
from tests.edge.peers import ScriptedPeer

CONVERSATIONS = "lamla.chat.v1.ConversationService"
CONVERSATION = "0198c0de-0000-7000-8000-00000000000a"
CHAT = "lamla.chat.v1.ChatService"
AWAY = ServiceError(
    ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE, "The database is away."
)


class TestDeadlines:
    @pytest.mark.parity("A69")
    async def test_every_call_has_a_deadline(
        self,
        json_client: JsonClient,
        gateway: ScriptedPeer,
        persistence: ScriptedPeer,
        token: str,
        request_id: str,
    ):
        """
        JSON knows no deadlines, so Envoy sets them: 10 s, 2 min for a whole answer,
        1 h for a stream.
        """
        message = chat.SendMessageRequest(request_id=request_id, text="ATP?")
        gateway.events = EVENTS[:1]
        await json_client.unary(
            f"{CONVERSATIONS}/ListConversations",
            conversations.ListConversationsRequest(),
            token=token,
        )
        await json_client.unary(
            f"{CHAT}/Reply", chat.ReplyRequest(message=message), token=token
        )
        async for _ in json_client.stream(f"{CHAT}/SendMessage", message, token=token):
            pass

        left = [
            call.seconds_left or 0.0 for call in (*persistence.calls, *gateway.calls)
        ]
        limits = [10, 120, 3_600]
        for seconds, limit in zip(left, limits, strict=True):
            assert limit - 5 < seconds <= limit

    async def test_a_callers_shorter_deadline_holds(
        self,
        web_client: GrpcWebClient,
        json_client: JsonClient,
        gateway: ScriptedPeer,
        token: str,
    ):
        """
        DEADLINE_EXCEEDED, long before Envoy's own limit; Envoy and the peer both see
        to it, and whoever is first answers.
        """
        gateway.events = [asyncio.Event()]
        message = chat.SendMessageRequest(request_id=str(uuid4()), text="ATP?")

        for client in (web_client, json_client):
            begin = time.monotonic()
            with pytest.raises(Refused) as refused:
                async for _ in client.stream(
                    f"{CHAT}/SendMessage",
                    message,
                    token=token,
                    headers={"grpc-timeout": "300m"},
                ):
                    pass

            assert "DEADLINE_EXCEEDED" == refused.value.code.name
            assert time.monotonic() - begin < 60
        assert all((call.seconds_left or 9) < 1 for call in gateway.calls)


class TestRetries:
    @pytest.mark.parametrize(
        ("method", "asked"),
        [
            ("ListConversations", conversations.ListConversationsRequest()),
            (
                "SearchConversations",
                conversations.SearchConversationsRequest(query="ATP"),
            ),
            (
                "ExportConversation",
                conversations.ExportConversationRequest(
                    conversation_id=CONVERSATION,
                    format=conversations.EXPORT_FORMAT_MARKDOWN,
                ),
            ),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    async def test_reading_is_tried_again(
        self,
        client: Client,
        persistence: ScriptedPeer,
        token: str,
        method: str,
        asked: Message,
    ):
        """
        A replica that is just going away is not noticed.
        """
        persistence.answers[method] = AWAY

        with pytest.raises(Refused):
            await client.unary(f"{CONVERSATIONS}/{method}", asked, token=token)

        assert 3 == len(persistence.calls)

    async def test_writing_is_not(
        self, client: Client, persistence: ScriptedPeer, token: str, request_id: str
    ):
        """
        Whether to try again is the caller's to say, with the same `request_id`.
        """
        persistence.answers["CreateConversation"] = AWAY

        with pytest.raises(Refused) as refused:
            await client.unary(
                f"{CONVERSATIONS}/CreateConversation",
                conversations.CreateConversationRequest(request_id=request_id),
                token=token,
            )

        assert "ERROR_REASON_DATABASE_UNAVAILABLE" == refused.value.reason
        assert 1 == len(persistence.calls)

    async def test_an_import_is_not(
        self, client: Client, persistence: ScriptedPeer, token: str, request_id: str
    ):
        """
        Nor are ten seconds its limit.
        """
        persistence.answers["ImportConversations"] = AWAY
        sent = conversations.ImportConversationsRequest(
            request_id=request_id, document="{}"
        )

        with pytest.raises(Refused):
            await client.unary(
                f"{CONVERSATIONS}/ImportConversations", sent, token=token
            )

        (call,) = persistence.calls
        assert (call.seconds_left or 0) > 20

    async def test_a_whole_answer_is_not(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        Nor what it costs paid twice.
        """
        gateway.answers["Reply"] = AWAY
        message = chat.SendMessageRequest(request_id=request_id, text="ATP?")

        with pytest.raises(Refused):
            await client.unary(
                f"{CHAT}/Reply", chat.ReplyRequest(message=message), token=token
            )

        assert 1 == len(gateway.calls)

    async def test_a_generation_is_not(
        self, client: Client, gateway: ScriptedPeer, token: str, request_id: str
    ):
        """
        It may have begun, and cost.
        """
        gateway.events = [AWAY]
        message = chat.SendMessageRequest(request_id=request_id, text="ATP?")

        with pytest.raises(Refused):
            async for _ in client.stream(f"{CHAT}/SendMessage", message, token=token):
                pass

        assert 1 == len(gateway.calls)
