"""TurnService.BeginTurn with the rest of an answer: it begins with what there was."""

from __future__ import annotations

import asyncio

import pytest
from lamla.chat.v1 import generation_pb2

from mesh.ids import uuid7
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import MOMENT, Turns, counts, piece, texts

LENGTH = generation_pb2.FINISH_REASON_LENGTH
FILTER = generation_pb2.FINISH_REASON_CONTENT_FILTER
STATES = {
    "cancelled": generation_pb2.GENERATION_STATE_CANCELLED,
    "interrupted": generation_pb2.GENERATION_STATE_INTERRUPTED,
    "failed": generation_pb2.GENERATION_STATE_FAILED,
}


@pytest.fixture
async def cut(turns: Turns):
    """An answer that reached its length."""
    begun = await turns.say("One")
    await turns.finish(begun, "👩\u200d🔬 ATP is", finish_reason=LENGTH)
    return begun.generation


class TestContinue:
    async def test_is_a_new_answer_that_begins_with_the_old_one(
        self, turns: Turns, anns: Conversations, cut
    ):
        """
        Beside it, with the same question; its prefix is stored as two events.
        """
        begun = await turns.go_on(cut.answer_message_id)

        new = begun.generation
        assert begun.created
        assert "👩\u200d🔬 ATP is" == begun.answer_prefix == new.text
        assert 2 == new.last_sequence
        assert cut.user_message_id == new.user_message_id
        assert cut.answer_message_id != new.answer_message_id
        assert ["One"] == texts(begun)
        page = await anns.messages(new.conversation_id)
        assert ["One", "👩\u200d🔬 ATP is", "👩\u200d🔬 ATP is"] == [
            m.text for m in page.messages
        ]

    async def test_checkpoints_follow_the_prefix(self, turns: Turns, cut):
        """
        Offsets count its code points; the end holds the whole text.
        """
        begun = await turns.go_on(cut.answer_message_id)
        prefix = begun.answer_prefix
        lost = await turns.append(piece(begun, " energy", len(prefix), 3))
        located = await turns.locate(begun.generation.generation_id)
        finished = await turns.finish(begun, f"{prefix} energy.")

        assert [] == lost
        assert f"{prefix} energy" == located.generation.text
        assert 3 == located.generation.last_sequence
        assert f"{prefix} energy." == finished.message.text

    async def test_telling_the_prefix_again_changes_nothing(self, turns: Turns, cut):
        """
        A writer that checkpoints its second event, which is stored, is not refused.
        """
        begun = await turns.go_on(cut.answer_message_id)

        lost = await turns.append(piece(begun, begun.answer_prefix, 0, 2))
        located = await turns.locate(begun.generation.generation_id)

        assert [] == lost
        assert begun.answer_prefix == located.generation.text

    async def test_who_takes_over_knows_where_the_prefix_ends(self, turns: Turns, cut):
        """
        In code points, whatever was stored since.
        """
        begun = await turns.go_on(cut.answer_message_id, lease_duration=MOMENT)
        prefix = begun.answer_prefix
        await turns.append(piece(begun, " energy", len(prefix), 3), lease=MOMENT)

        taken = await turns.take_over(begun.generation.generation_id)

        assert len(prefix) == taken.answer_prefix_length
        assert f"{prefix} energy" == taken.generation.text

    @pytest.mark.parametrize("state", STATES.values(), ids=STATES)
    async def test_what_was_not_whole_goes_on(self, turns: Turns, state):
        """
        Stopped, interrupted, failed: whatever text there is, also none.
        """
        for text in ("ATP", ""):
            begun = await turns.say("One")
            await turns.finish(begun, text, state=state, finish_reason=0)

            rest = await turns.go_on(begun.generation.answer_message_id)

            assert text == rest.answer_prefix == rest.generation.text
            assert (2 if text else 0) == rest.generation.last_sequence

    async def test_the_same_request_returns_the_same_turn(self, turns: Turns, cut):
        """
        Also at once; with the prefix, as it stands.
        """
        request_id = str(uuid7())
        many = await asyncio.gather(
            *(
                turns.go_on(cut.answer_message_id, request_id=request_id)
                for _ in range(8)
            )
        )
        other = await failure(
            turns.regenerate(cut.answer_message_id, request_id=request_id)
        )

        assert 1 == len({one.generation.generation_id for one in many})
        assert 1 == sum(one.created for one in many)
        assert {"👩\u200d🔬 ATP is"} == {one.answer_prefix for one in many}
        assert "REQUEST_ID_REUSED" == reason(other)
        assert (1, 3, 2) == await counts()

    async def test_a_continued_answer_can_be_continued(self, turns: Turns, cut):
        """
        The prefix is then all of it.
        """
        one = await turns.go_on(cut.answer_message_id)
        await turns.finish(one, f"{one.answer_prefix} energy", finish_reason=LENGTH)

        two = await turns.go_on(one.generation.answer_message_id)

        assert f"{one.answer_prefix} energy" == two.answer_prefix


class TestRefused:
    async def test_a_whole_answer_has_no_rest(self, turns: Turns):
        """
        FAILED_PRECONDITION, GENERATION_ENDED: the model ended it, or a filter did.
        """
        for finish_reason in (generation_pb2.FINISH_REASON_STOP, FILTER):
            begun = await turns.say("One")
            await turns.finish(begun, "First", finish_reason=finish_reason)

            error = await failure(turns.go_on(begun.generation.answer_message_id))

            assert "GENERATION_ENDED" == reason(error)
            assert (
                begun.generation.generation_id
                == (typed(error).metadata["generation_id"])
            )

    async def test_one_that_is_being_generated_is_not_continued(self, turns: Turns):
        """
        GENERATION_IN_PROGRESS names it.
        """
        begun = await turns.say("One")

        error = await failure(turns.go_on(begun.generation.answer_message_id))

        assert "GENERATION_IN_PROGRESS" == reason(error)
        assert begun.generation.generation_id == typed(error).metadata["generation_id"]

    async def test_questions_and_others_answers_are_refused(
        self, turns: Turns, bob: Person, cut
    ):
        """
        MESSAGE_ROLE_MISMATCH, MESSAGE_NOT_FOUND; nothing is stored.
        """
        before = await counts()
        role = await failure(turns.go_on(cut.user_message_id))
        foreign = await failure(turns.of(bob).go_on(cut.answer_message_id))
        unknown = await failure(turns.go_on(str(uuid7())))

        assert "MESSAGE_ROLE_MISMATCH" == reason(role)
        assert ["MESSAGE_NOT_FOUND"] * 2 == [reason(foreign), reason(unknown)]
        assert before == await counts()


async def test_an_answer_without_a_word_is_not_in_the_history(turns: Turns):
    """
    A model that reads an empty answer of its own is lost for words.
    """
    one = await turns.say("One")
    conversation_id = one.generation.conversation_id
    await turns.finish(one, " \n", state=STATES["failed"], finish_reason=0)
    running = await turns.say("Two", conversation_id=conversation_id)
    three = await turns.say("Three", conversation_id=conversation_id)

    assert ["One", "Two"] == texts(running)
    assert ["One", "Two", "Three"] == texts(three)
