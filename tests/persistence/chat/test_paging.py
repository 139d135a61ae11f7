"""Paging of conversations: stable, opaque, and of one owner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from lamla.chat.v1 import conversation_service_pb2 as pb
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Conversation
from persistence.chat.page_tokens import (
    Place,
    page_token_make,
    page_token_read,
    time_from_number,
    time_to_number,
)
from persistence.chat.selectors import conversation_list, message_list
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)


async def fill(person: Person, count: int, **values: Any) -> list[str]:
    """Stores conversations of `person`; returns their ids, oldest first."""
    rows = [
        Conversation(id=uuid7(), owner_id=person.id, **values) for _ in range(count)
    ]
    await orm.run(Conversation.objects.bulk_create, rows, owner=person.id)
    return [str(row.id) for row in rows]


async def listed(
    stub: ConversationServiceStub, person: Person, size: int, token: str = ""
) -> tuple[list[str], str]:
    """The ids of one page, and the token of the next."""
    request = pb.ListConversationsRequest(page_size=size, page_token=token)
    page = await stub.ListConversations(request, metadata=person.metadata)
    return [c.conversation_id for c in page.conversations], page.next_page_token


class TestPages:
    @pytest.mark.parity("A10")
    async def test_inserting_while_paging_skips_and_doubles_nothing(
        self, conversations: ConversationServiceStub, ann: Person
    ):
        """
        What was there when paging began comes exactly once, newest first.
        """
        expected = (await fill(ann, 25))[::-1]

        seen, token = await listed(conversations, ann, 10)
        while token:
            await fill(ann, 3)
            page, token = await listed(conversations, ann, 10, token)
            seen += page

        assert expected == seen

    @pytest.mark.parity("A10")
    async def test_deleting_while_paging_skips_nothing_else(
        self, conversations: ConversationServiceStub, ann: Person
    ):
        """
        Also when the last conversation of the page before is deleted.
        """
        expected = (await fill(ann, 9))[::-1]

        seen, token = await listed(conversations, ann, 3)
        await orm.run(
            lambda: Conversation.objects.filter(id=seen[-1]).delete(), owner=ann.id
        )
        rest, _ = await listed(conversations, ann, 100, token)

        assert expected == seen + rest

    async def test_conversations_of_one_moment_have_an_order(
        self, conversations: ConversationServiceStub, ann: Person
    ):
        """
        Their ids decide where their times do not.
        """
        ids = await fill(ann, 7, update_time=NOON)

        seen, token = await listed(conversations, ann, 2)
        while token:
            page, token = await listed(conversations, ann, 2, token)
            seen += page

        assert ids[::-1] == seen

    async def test_the_most_recently_used_comes_first(
        self, conversations: ConversationServiceStub, turns: Turns, ann: Person
    ):
        """
        A message moves its conversation to the top.
        """
        oldest, *_ = await fill(ann, 3)
        await turns.say("Again", conversation_id=oldest)

        seen, token = await listed(conversations, ann, 100)

        assert oldest == seen[0]
        assert "" == token

    async def test_a_page_takes_one_statement_with_what_runs(
        self, conversations: ConversationServiceStub, turns: Turns, ann: Person
    ):
        """
        However many conversations there are, and whatever runs in them. Messages take
        three: the conversation, the sizes, the page.
        """
        begun = [await turns.say(str(number)) for number in range(5)]

        def counted() -> tuple[int, int]:
            with CaptureQueriesContext(connection) as queries:
                conversation_list(owner_id=ann.id, page_size=10, page_token="")
                first = len(queries)
                message_list(
                    owner_id=ann.id,
                    conversation_id=begun[0].generation.conversation_id,
                    page_size=10,
                    page_token="",
                )
            return first, len(queries) - first

        page = await conversations.ListConversations(
            pb.ListConversationsRequest(), metadata=ann.metadata
        )

        assert (1, 3) == await orm.run(counted, owner=ann.id)
        running = [list(c.active_generation_ids) for c in page.conversations]
        assert [[b.generation.generation_id] for b in begun[::-1]] == running


class TestTokens:
    async def test_a_token_is_good_for_one_list_of_one_owner(
        self, conversations: ConversationServiceStub, ann: Person, bob: Person
    ):
        """
        Anything else is INVALID_FIELD on `page_token`.
        """
        (conversation_id, *_) = await fill(ann, 3)
        _, token = await listed(conversations, ann, 1)

        for call in (
            listed(conversations, bob, 1, token),
            listed(conversations, ann, 1, token[:-4] + "AAAA"),
            listed(conversations, ann, 1, "\U0001d54f\x00"),
            listed(conversations, ann, 1, "x"),
            conversations.ListMessages(
                pb.ListMessagesRequest(
                    conversation_id=conversation_id, page_token=token
                ),
                metadata=ann.metadata,
            ),
        ):
            error = await failure(call)
            assert "INVALID_FIELD" == reason(error)
            assert ["page_token"] == [v.field for v in typed(error).field_violations]

    @given(
        st.datetimes(timezones=st.just(UTC)),
        st.uuids(),
        st.integers(-(2**63), 2**63 - 1),
    )
    def test_read_back_what_was_made(self, time, last_id, number):
        """
        To the microsecond, for any time, number and id.
        """
        place = Place(last_id, number, time_to_number(time))

        token = page_token_make("list", place)
        found = page_token_read("list", token)

        assert place == found
        assert time == time_from_number(found.second)

    @given(st.text(max_size=400))
    def test_no_text_is_a_token(self, text):
        """
        Nothing but INVALID_FIELD comes of it.
        """
        with pytest.raises(ServiceError):
            page_token_read("list", text)
