"""ConversationService over mutual TLS: what a user has, and nobody else's."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from lamla.chat.v1 import generation_pb2
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.ids import uuid7
from mesh.testing import TokenIssuer, bearer
from persistence.chat.models import Conversation
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations, rows
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece


class TestCreate:
    @pytest.mark.parity("A9")
    async def test_the_same_request_creates_one(self, anns: Conversations):
        """
        Twice, and twenty times at once: one row, and everybody gets it.
        """
        request_id = str(uuid7())
        first = await anns.create("Biology", request_id)
        again = await anns.create("Biology", request_id)
        request_id = str(uuid7())
        many = await asyncio.gather(
            *(anns.create("Physics", request_id) for _ in range(20))
        )

        assert first == again
        assert "Biology" == first.title
        assert 1 == len({one.conversation_id for one in many})
        assert 2 == await rows(Conversation)

    async def test_another_body_is_refused(self, anns: Conversations):
        """
        REQUEST_ID_REUSED, for another title and for another method.
        """
        request_id = str(uuid7())
        created = await anns.create("Biology", request_id)

        other = await failure(anns.create("Physics", request_id))
        method = await failure(
            anns.update(created.conversation_id, title="Biology", request_id=request_id)
        )

        assert ["REQUEST_ID_REUSED"] * 2 == [reason(other), reason(method)]
        assert request_id == typed(other).metadata["request_id"]

    async def test_a_first_message_names_one_without_a_title(
        self, anns: Conversations, turns: Turns
    ):
        """
        A title that was chosen stays.
        """
        unnamed, named = await anns.create(), await anns.create("Mine")
        for one in (unnamed, named):
            await turns.say("What is ATP?", conversation_id=one.conversation_id)

        assert "What is ATP?" == (await anns.get(unnamed.conversation_id)).title
        assert "Mine" == (await anns.get(named.conversation_id)).title

    async def test_nul_in_a_title_is_refused(self, anns: Conversations):
        """
        The field is named.
        """
        created = await anns.create()
        for call in (
            anns.create("nul \x00"),
            anns.update(created.conversation_id, title="nul \x00"),
        ):
            error = await failure(call)
            assert ["title"] == [v.field for v in typed(error).field_violations]

    async def test_a_token_may_outlive_its_account(
        self, conversations: ConversationServiceStub, issuer: TokenIssuer
    ):
        """
        A good token of a user who is gone stores nothing.
        """
        ghost = Person(uuid7(), uuid7(), bearer(issuer.token(user_id=uuid7())))

        error = await failure(Conversations(conversations, ghost).create())

        assert "SESSION_ENDED" == reason(error)


class TestOtherUsers:
    async def test_what_is_not_ours_looks_like_what_is_not_there(
        self, anns: Conversations, bobs: Conversations
    ):
        """
        Same code, same reason, same text, for every method.
        """
        hidden = (await anns.create("Secret")).conversation_id
        unknown = str(uuid7())

        async def spelled(call: Any, conversation_id: str) -> tuple[Any, ...]:
            error = await failure(call(conversation_id))
            return (
                error.code(),
                reason(error),
                error.details().replace(conversation_id, "…"),
            )

        for call in (
            bobs.get,
            bobs.delete,
            bobs.messages,
            lambda i: bobs.update(i, title="x"),
            lambda i: bobs.delete(i, str(uuid7())),
            bobs.undelete,
            bobs.export,
        ):
            theirs = await spelled(call, hidden)
            assert await spelled(call, unknown) == theirs
            assert grpc.StatusCode.NOT_FOUND == theirs[0]
        assert [] == list((await bobs.page()).conversations)
        assert "Secret" == (await anns.get(hidden)).title


class TestMessages:
    async def test_lists_all_branches_in_order_of_creation(
        self, anns: Conversations, turns: Turns
    ):
        """
        Pages follow each other without a gap.
        """
        one = await turns.say("One")
        generation = one.generation
        await turns.finish(one, "First")
        two = await turns.regenerate(generation.answer_message_id)
        await turns.edit(generation.user_message_id, "Other")
        expected = [
            generation.user_message_id,
            generation.answer_message_id,
            two.generation.answer_message_id,
        ]

        listed, token = [], ""
        while True:
            page = await anns.messages(
                generation.conversation_id, page_size=2, page_token=token
            )
            listed += page.messages
            token = page.next_page_token
            if not token:
                break

        assert 5 == len(listed)
        assert expected == [m.message_id for m in listed[:3]]
        assert ["One", "First", "", "Other", ""] == [m.text for m in listed]

    async def test_a_running_answer_has_its_text_so_far(
        self, anns: Conversations, turns: Turns
    ):
        """
        A reload in mid-answer shows what has been stored.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "ATP"), piece(begun, " is", 3, 3))

        page = await anns.messages(begun.generation.conversation_id)

        question, answer = page.messages
        assert "ATP is" == answer.text
        assert generation_pb2.GENERATION_STATE_GENERATING == answer.state
        assert generation_pb2.GENERATION_STATE_COMPLETE == question.state

    async def test_a_page_of_long_messages_is_shorter(
        self, anns: Conversations, turns: Turns
    ):
        """
        A response stays below gRPC's limit, and the token leads on.
        """
        begun = await turns.say("x" * 32_000)
        conversation_id = begun.generation.conversation_id
        for _ in range(5):
            await turns.finish(begun, "\U0001d54f" * 150_000)
            begun = await turns.say("more", conversation_id=conversation_id)

        counts, token = [], ""
        while not counts or token:
            page = await anns.messages(conversation_id, page_token=token)
            counts.append(len(page.messages))
            token = page.next_page_token

        assert 12 == sum(counts)
        assert len(counts) > 1
