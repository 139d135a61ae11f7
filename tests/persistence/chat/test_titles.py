"""Titles that models make: welcome until the user has given one."""

from __future__ import annotations

import pytest
from lamla.chat.v1 import generation_pb2

from mesh.ids import uuid7
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.turns import Turns

FAILED = generation_pb2.GENERATION_STATE_FAILED


class TestWanted:
    async def test_while_there_is_only_the_first_message(
        self, anns: Conversations, turns: Turns
    ):
        """
        A title of the user's or of a model is enough.
        """
        first = await turns.say("What is ATP?")
        conversation_id = first.generation.conversation_id
        second = await turns.say("More", conversation_id=conversation_id)
        await turns.title(first, "Energy")
        third = await turns.say("Even more", conversation_id=conversation_id)
        named = await anns.create("Mine")
        fourth = await turns.say("One", conversation_id=named.conversation_id)
        unnamed = await anns.create()
        fifth = await turns.say("One", conversation_id=unnamed.conversation_id)

        assert [True, True, False, False, True] == [
            begun.title_wanted for begun in (first, second, third, fourth, fifth)
        ]

    async def test_a_repetition_says_what_holds_now(self, turns: Turns):
        """
        The turn is the same, the title may have been made.
        """
        request_id = str(uuid7())
        first = await turns.say("One", request_id=request_id)
        again = await turns.say("One", request_id=request_id)
        await turns.title(first, "Energy")
        later = await turns.say("One", request_id=request_id)

        assert [True, True, False] == [
            begun.title_wanted for begun in (first, again, later)
        ]


class TestSet:
    async def test_a_models_title_replaces_the_first_message(
        self, anns: Conversations, turns: Turns
    ):
        """
        In one line; the place in the list stays. The same again is accepted.
        """
        begun = await turns.say("What is ATP?")
        before = await anns.get(begun.generation.conversation_id)

        accepted = [await turns.title(begun, " Energy\nof \t cells ") for _ in "ab"]
        after = await anns.get(begun.generation.conversation_id)

        assert [True, True] == accepted
        assert "Energy of cells" == after.title
        assert before.update_time == after.update_time

    async def test_a_users_title_stays(self, anns: Conversations, turns: Turns):
        """
        Given before or after a model's.
        """
        begun = await turns.say("What is ATP?")
        conversation_id = begun.generation.conversation_id
        await turns.title(begun, "Energy")
        await anns.update(conversation_id, title="Mine")

        accepted = await turns.title(begun, "Cells")

        assert not accepted
        assert "Mine" == (await anns.get(conversation_id)).title

    async def test_it_outlives_the_turn(self, anns: Conversations, turns: Turns):
        """
        A title may be ready after the answer, whatever became of that.
        """
        begun = await turns.say("What is ATP?")
        await turns.finish(begun, "", state=FAILED, finish_reason=0)

        assert await turns.title(begun, "Energy")
        assert ["Energy"] == await anns.listed()

    @pytest.mark.parametrize("title", ["", " ", "\n\t", "x" * 201])
    async def test_no_title_is_refused(self, turns: Turns, title: str):
        """
        INVALID_FIELD names the field.
        """
        begun = await turns.say()

        error = await failure(turns.title(begun, title))

        assert ["title"] == [v.field for v in typed(error).field_violations]

    async def test_what_cannot_be_stored_is_replaced(
        self, anns: Conversations, turns: Turns
    ):
        """
        A model may write anything.
        """
        begun = await turns.say()

        assert await turns.title(begun, "A\0B")
        assert ["A\ufffdB"] == await anns.listed()

    async def test_only_its_writer_may(self, turns: Turns):
        """
        A capability of another generation, or none, permits nothing.
        """
        one, two = await turns.say(), await turns.say()

        for capability in ("", two.capability):
            error = await failure(turns.title(one, "x", capability=capability))
            assert "CAPABILITY_INVALID" == reason(error)
