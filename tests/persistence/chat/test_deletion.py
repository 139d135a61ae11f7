"""What is deleted is gone at once, and for good in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from lamla.chat.v1 import generation_pb2

from mesh.ids import uuid7
from persistence import orm
from persistence.chat import deletion
from persistence.chat.models import (
    Conversation,
    Generation,
    GenerationDelta,
    Message,
    SearchEntry,
    State,
)
from persistence.identity.models import User
from tests.mesh.failures import failure, reason
from tests.persistence.chat.conversations import Conversations, rows
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece
from tests.persistence.postgres import TestServer

MODELS = (Conversation, Message, Generation, GenerationDelta, SearchEntry)
CANCELLED = generation_pb2.GENERATION_STATE_CANCELLED


async def days_pass(days: int) -> None:
    """Moves all deletions into the past."""

    def shift() -> None:
        Conversation.objects.update(delete_time=F("delete_time") - timedelta(days))

    await orm.run(shift, using="service")


async def purge() -> None:
    """Sweeps."""
    await orm.run(deletion.conversations_purge, using="service")


async def chain(anns: Conversations, person: Person, count: int) -> list[str]:
    """Stores messages, each the child of the one before; returns their ids."""
    conversation_id = (await anns.create()).conversation_id
    ids = [uuid7() for _ in range(count)]

    def fill() -> None:
        Message.objects.bulk_create(
            Message(
                id=this,
                owner_id=person.id,
                conversation_id=conversation_id,
                parent_id=parent,
                role=1,
            )
            for parent, this in zip([None, *ids], ids, strict=False)
        )

    await orm.run(fill, owner=person.id)
    return [str(this) for this in ids]


class TestDelete:
    async def test_it_is_gone_from_every_method_at_once(
        self, anns: Conversations, turns: Turns
    ):
        """
        As if it had never been, for its own user too.
        """
        begun = await turns.say("Mitochondria", request_id=(again := str(uuid7())))
        generation = begun.generation
        await turns.finish(begun, "Powerhouse", state=CANCELLED)
        conversation_id = generation.conversation_id
        answer_id = generation.answer_message_id
        await anns.delete(conversation_id)

        for call in (
            anns.get(conversation_id),
            anns.messages(conversation_id),
            anns.update(conversation_id, pinned=True),
            anns.export(conversation_id),
            anns.delete(conversation_id),
            anns.delete(conversation_id, str(uuid7())),
            turns.say("Two", conversation_id=conversation_id),
            turns.say("Mitochondria", request_id=again),
        ):
            assert "CONVERSATION_NOT_FOUND" == reason(await failure(call))
        for call in (
            anns.delete_message(answer_id),
            turns.regenerate(answer_id),
            turns.go_on(answer_id),
            turns.edit(generation.user_message_id, "Other"),
        ):
            assert "MESSAGE_NOT_FOUND" == reason(await failure(call))
        for call in (
            turns.locate(generation.generation_id),
            turns.take_over(generation.generation_id),
            turns.title(begun, "Cells"),
        ):
            assert "GENERATION_NOT_FOUND" == reason(await failure(call))
        assert [] == await anns.listed()
        assert [] == await anns.found("Mitochondria")
        assert [] == await anns.found("Powerhouse")

    async def test_running_answers_are_stopped(self, anns: Conversations, turns: Turns):
        """
        The writer has lost them; back again, they are stopped with what they had.
        """
        begun = await turns.say()
        generation = begun.generation
        await turns.append(piece(begun, "ATP"), piece(begun, " is", 3, 3))
        await anns.delete(generation.conversation_id)

        lost = await turns.append(piece(begun, " a", 6, 4))
        finish = await failure(turns.finish(begun, "ATP is a"))
        await anns.undelete(generation.conversation_id)
        page = await anns.messages(generation.conversation_id)

        assert [generation.generation_id] == lost
        assert "GENERATION_NOT_FOUND" == reason(finish)
        assert ("ATP is", CANCELLED) == (page.messages[1].text, page.messages[1].state)
        assert 0 == await rows(GenerationDelta)

    async def test_again_is_not_found_unless_it_is_the_same_request(
        self, anns: Conversations
    ):
        """
        With its request id a deletion can be repeated.
        """
        conversation_id = (await anns.create()).conversation_id
        request_id = str(uuid7())
        await anns.delete(conversation_id, request_id)
        await anns.delete(conversation_id, request_id)

        error = await failure(anns.delete(conversation_id))

        assert "CONVERSATION_NOT_FOUND" == reason(error)

    async def test_a_user_takes_everything_along(self, turns: Turns, ann: Person):
        """
        Deleting the account leaves nothing of what was said.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "x"))

        await orm.run(lambda: User.objects.all().delete(), using="service")

        assert [0] * 5 == [await rows(model) for model in MODELS]


class TestUndelete:
    async def test_brings_it_back_as_it_was(self, anns: Conversations, turns: Turns):
        """
        Title, pin, place, messages, search.
        """
        begun = await turns.say("Mitochondria")
        await turns.finish(begun, "Powerhouse")
        conversation_id = begun.generation.conversation_id
        before = await anns.update(conversation_id, pinned=True)
        await anns.delete(conversation_id)

        after = await anns.undelete(conversation_id)

        assert before == after
        assert ["Mitochondria"] == await anns.found("powerhouse")
        assert ["Mitochondria", "Powerhouse"] == await anns.texts(conversation_id)

    async def test_is_idempotent(self, anns: Conversations):
        """
        Also for one that is not deleted; the same request does not bring it back twice.
        """
        conversation_id = (await anns.create("One")).conversation_id
        request_id = str(uuid7())
        await anns.undelete(conversation_id)
        await anns.delete(conversation_id)
        await anns.undelete(conversation_id, request_id)
        await anns.undelete(conversation_id, request_id)
        await anns.delete(conversation_id)

        error = await failure(anns.undelete(conversation_id, request_id))

        assert "CONVERSATION_NOT_FOUND" == reason(error)

    async def test_after_30_days_it_is_gone_for_good(
        self, anns: Conversations, turns: Turns
    ):
        """
        With all that is in it, and nothing else.
        """
        begun = await turns.say()
        await anns.delete(begun.generation.conversation_id)
        kept = await anns.create("Kept")
        await days_pass(29)
        await purge()
        in_time = await anns.undelete(begun.generation.conversation_id)
        await anns.delete(in_time.conversation_id)
        await days_pass(31)

        too_late = await failure(anns.undelete(in_time.conversation_id))
        await purge()

        assert "CONVERSATION_NOT_FOUND" == reason(too_late)
        assert [1, 0, 0, 0, 1] == [await rows(model) for model in MODELS]
        assert kept == await anns.get(kept.conversation_id)

    async def test_a_long_conversation_is_purged_at_once(
        self, anns: Conversations, ann: Person
    ):
        """
        Thousands of messages, each the child of the one before.
        """
        ids = await chain(anns, ann, 5_000)
        page = await anns.page()
        await anns.delete(page.conversations[0].conversation_id)
        await days_pass(31)

        await purge()

        assert 5_000 == len(ids)
        assert 0 == await rows(Message)


class TestDeleteMessage:
    @pytest.fixture
    async def tree(self, turns: Turns) -> dict[str, Any]:
        """One → First, Other; First → Two → Second (running)."""
        one = await turns.say("One")
        await turns.finish(one, "First")
        two = await turns.say("Two", conversation_id=one.generation.conversation_id)
        await turns.append(piece(two, "Sec"))
        other = await turns.regenerate(one.generation.answer_message_id)
        await turns.finish(other, "Other")
        return {"one": one, "two": two, "other": other}

    async def test_takes_what_follows_and_nothing_else(
        self, anns: Conversations, turns: Turns, tree: dict[str, Any]
    ):
        """
        In every branch; the writer of a running answer learns that it has lost.
        """
        first = tree["one"].generation
        count = await anns.delete_message(first.answer_message_id)

        assert 3 == count
        assert ["One", "Other"] == await anns.texts(first.conversation_id)
        assert [tree["two"].generation.generation_id] == await turns.append(
            piece(tree["two"], "ond", 3, 3)
        )
        finish = await failure(turns.finish(tree["two"], "Second"))
        assert "GENERATION_NOT_FOUND" == reason(finish)
        assert [] == await anns.found("Two")
        assert [1, 2, 1, 0, 3] == [await rows(model) for model in MODELS]

    async def test_the_place_that_was_looked_at_moves_to_what_is_left(
        self, anns: Conversations, tree: dict[str, Any]
    ):
        """
        The newest message beside or above; elsewhere it stays; nothing left, none.
        """
        first, other = tree["one"].generation, tree["other"].generation
        conversation_id = first.conversation_id
        last_id = tree["two"].generation.answer_message_id
        await anns.update(conversation_id, current_message_id=last_id)

        await anns.delete_message(first.answer_message_id)
        beside = (await anns.get(conversation_id)).current_message_id
        await anns.delete_message(other.answer_message_id)
        above = (await anns.get(conversation_id)).current_message_id
        await anns.delete_message(first.user_message_id)
        nowhere = (await anns.get(conversation_id)).current_message_id

        assert [other.answer_message_id, first.user_message_id, ""] == [
            beside,
            above,
            nowhere,
        ]

    async def test_another_place_stays(self, anns: Conversations, tree: dict[str, Any]):
        """
        Whoever reads another branch goes on reading it.
        """
        first, other = tree["one"].generation, tree["other"].generation
        await anns.update(
            first.conversation_id, current_message_id=other.answer_message_id
        )

        await anns.delete_message(first.answer_message_id)

        now = await anns.get(first.conversation_id)
        assert other.answer_message_id == now.current_message_id

    async def test_can_be_repeated_with_its_request_id(
        self, anns: Conversations, tree: dict[str, Any]
    ):
        """
        And then says the same number; another body is refused.
        """
        first, request_id = tree["one"].generation, str(uuid7())
        once = await anns.delete_message(first.answer_message_id, request_id)
        twice = await anns.delete_message(first.answer_message_id, request_id)

        without = await failure(anns.delete_message(first.answer_message_id))
        reused = await failure(anns.delete_message(first.user_message_id, request_id))

        assert (3, 3) == (once, twice)
        assert "MESSAGE_NOT_FOUND" == reason(without)
        assert "REQUEST_ID_REUSED" == reason(reused)

    async def test_nobody_deletes_anothers(
        self, bobs: Conversations, tree: dict[str, Any]
    ):
        """
        It looks like one that is not there.
        """
        message_id = tree["one"].generation.answer_message_id

        error = await failure(bobs.delete_message(message_id))

        assert "MESSAGE_NOT_FOUND" == reason(error)
        assert 5 == await rows(Message)

    async def test_a_long_branch_takes_few_statements(
        self, anns: Conversations, ann: Person
    ):
        """
        However deep: place, subtree, locks, deletion.
        """
        ids = await chain(anns, ann, 3_000)

        def counted() -> tuple[int, int]:
            with CaptureQueriesContext(connection) as queries:
                count = deletion.message_delete(
                    owner_id=ann.id, request_id=None, message_id=ids[1]
                )
            return count, len(queries)

        assert (2_999, 3) == await orm.run(counted, owner=ann.id)
        assert 1 == await rows(Message)


class TestRaces:
    async def meanwhile(
        self, server: TestServer, generation: Any, call: Callable[[], Any]
    ) -> Any:
        """Makes a call that waits for a deletion of the answer to be committed."""
        connection = await psycopg.AsyncConnection.connect(server.url("lamla_test"))
        async with connection:
            await connection.execute(
                "SELECT FROM chat_conversation WHERE id = %s FOR UPDATE",
                [generation.conversation_id],
            )
            await connection.execute(
                "DELETE FROM chat_message WHERE id = %s",
                [generation.answer_message_id],
            )
            waiting = asyncio.ensure_future(call())
            await asyncio.sleep(0.3)
            assert not waiting.done()
        return await waiting

    async def test_a_turn_follows_what_is_left(self, turns: Turns, server: TestServer):
        """
        The newest message was deleted while the turn waited: the one before it is.
        """
        one = await turns.say("One")
        await turns.finish(one, "First")
        conversation_id = one.generation.conversation_id

        begun = await self.meanwhile(
            server,
            one.generation,
            lambda: turns.say("Two", conversation_id=conversation_id),
        )

        assert ["One", "Two"] == [message.text for message in begun.history]

    async def test_what_was_named_is_not_found(
        self, anns: Conversations, turns: Turns, server: TestServer
    ):
        """
        MESSAGE_NOT_FOUND, whatever was to be done with it.
        """
        for does_reply in (True, False):
            one = await turns.say("One")
            await turns.finish(one, "First")
            generation = one.generation
            reply = partial(
                turns.say,
                "Two",
                conversation_id=generation.conversation_id,
                parent_message_id=generation.answer_message_id,
            )
            delete = partial(anns.delete_message, generation.answer_message_id)

            error = await failure(
                self.meanwhile(server, generation, reply if does_reply else delete)
            )

            assert "MESSAGE_NOT_FOUND" == reason(error)

    async def test_no_answer_runs_in_a_deleted_conversation(
        self, anns: Conversations, turns: Turns
    ):
        """
        Whichever of the two comes first.
        """
        for _ in range(10):
            conversation_id = (await anns.create("One")).conversation_id
            await asyncio.gather(
                anns.delete(conversation_id),
                *(turns.say(conversation_id=conversation_id) for _ in range(3)),
                return_exceptions=True,
            )

        running = Generation.objects.filter(state=State.GENERATING)
        assert 0 == await orm.run(running.count, using="service")
