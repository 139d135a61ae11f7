"""TurnService.BeginTurn: a question, an answer, a lease, and the branch to them."""

from __future__ import annotations

import pytest
from lamla.chat.v1 import conversation_pb2 as chat
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1 import generation_pb2
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.ids import uuid7
from persistence.chat.turns.begin import HISTORY_CHARACTERS
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.people import Person, session_end
from tests.persistence.chat.turns import (
    GATEWAY,
    LEASE,
    Turns,
    counts,
    pb,
    piece,
    texts,
)

USER, ASSISTANT = chat.MESSAGE_ROLE_USER, chat.MESSAGE_ROLE_ASSISTANT
GENERATING = generation_pb2.GENERATION_STATE_GENERATING


class TestNewMessage:
    async def test_stores_a_question_and_an_answer_that_is_being_generated(
        self, turns: Turns, conversations: ConversationServiceStub
    ):
        """
        Without a conversation one is created; everything has its id, the lease is ours.
        """
        begun = await turns.say("What is ATP?\nPlease be short.")

        generation = begun.generation
        assert begun.created
        assert GENERATING == generation.state
        assert 1 == begun.lease.epoch
        assert GATEWAY == begun.lease.gateway_endpoint
        assert not begun.lease.expired
        held = begun.lease.expire_time.ToDatetime() - begun.start_time.ToDatetime()
        assert LEASE.seconds == held.total_seconds()
        assert [(USER, "What is ATP?\nPlease be short.")] == [
            (m.role, m.text) for m in begun.history
        ]
        page = await conversations.ListMessages(
            conversations_pb.ListMessagesRequest(
                conversation_id=generation.conversation_id
            ),
            metadata=turns.person.metadata,
        )
        question, answer = page.messages
        assert generation.user_message_id == question.message_id
        assert generation.answer_message_id == answer.message_id
        assert "" == question.parent_message_id
        assert question.message_id == answer.parent_message_id
        assert GENERATING == answer.state
        assert generation.generation_id == answer.generation_id
        assert "tutor@1f0c2a9b7d3e" == answer.prompt_version

    async def test_the_first_message_names_the_conversation(
        self, turns: Turns, conversations: ConversationServiceStub
    ):
        """
        The title is the first line, cut at a word; a later message leaves it.
        """
        first = await turns.say("Explain the citric acid cycle " * 4 + "\nat length")
        conversation_id = first.generation.conversation_id
        await turns.say("And glycolysis?", conversation_id=conversation_id)

        got = await conversations.GetConversation(
            conversations_pb.GetConversationRequest(conversation_id=conversation_id),
            metadata=turns.person.metadata,
        )

        expected = "Explain the citric acid cycle Explain the citric acid cycle"
        assert expected == got.conversation.title
        assert got.conversation.create_time.ToDatetime() < (
            got.conversation.update_time.ToDatetime()
        )

    async def test_follows_the_newest_message(self, turns: Turns):
        """
        The history is the branch from the first message to the new question.
        """
        one = await turns.say("One")
        await turns.finish(one, "First")
        conversation_id = one.generation.conversation_id

        two = await turns.say("Two", conversation_id=conversation_id)

        assert ["One", "First", "Two"] == texts(two)
        assert [USER, ASSISTANT, USER] == [m.role for m in two.history]

    async def test_a_parent_makes_a_branch(self, turns: Turns):
        """
        Messages of another branch are not in the history.
        """
        one = await turns.say("One")
        await turns.finish(one, "First")
        generation = one.generation
        conversation_id = generation.conversation_id
        await turns.say("Two", conversation_id=conversation_id)

        other = await turns.say(
            "Other",
            conversation_id=conversation_id,
            parent_message_id=generation.answer_message_id,
        )

        assert ["One", "First", "Other"] == texts(other)

    async def test_the_history_holds_what_is_stored_of_a_running_answer(
        self, turns: Turns
    ):
        """
        A question asked while the answer before it runs sees that answer so far.
        """
        one = await turns.say("One")
        await turns.append(piece(one, "Fir"), piece(one, "st", 3, 3))

        two = await turns.say("Two", conversation_id=one.generation.conversation_id)

        assert ["One", "First", "Two"] == texts(two)

    async def test_a_long_history_keeps_its_newest_messages(self, turns: Turns):
        """
        At most 100 messages, and no more text than a response can carry.
        """
        begun = await turns.say("0")
        conversation_id = begun.generation.conversation_id
        for number in range(1, 60):
            await turns.finish(begun, f"answer {number}")
            begun = await turns.say(str(number), conversation_id=conversation_id)
        hundred = texts(begun)
        for _ in range(14):
            await turns.finish(begun, "x" * 32_000)
            begun = await turns.say("y" * 32_000, conversation_id=conversation_id)
        bounded = texts(begun)

        assert 100 == len(hundred)
        assert ["answer 10", "10"] == hundred[:2]
        assert "59" == hundred[-1]
        assert HISTORY_CHARACTERS // 32_000 == len(bounded)

    async def test_text_of_any_kind_comes_back_as_it_was(self, turns: Turns):
        """
        Emoji, combining characters, right-to-left text and 32,000 characters.
        """
        family = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
        mixed = f"{family} e\u0301 \u202e\u0645\u0631\u062d\u0628\u0627"
        for text in (mixed, "\U0001d54f" * 32_000, "tab\tand\r\nlines "):
            begun = await turns.say(text)

            assert [text] == texts(begun)

    @pytest.mark.parametrize(
        ("message", "field"),
        [
            ({"text": "nul \x00 inside"}, "new_message.text"),
            ({"text": " \n\t"}, "new_message.text"),
            ({"text": "x" * 32_001}, "new_message.text"),
            ({"conversation_id": "7"}, "new_message.conversation_id"),
            ({"parent_message_id": "\x00"}, "new_message.parent_message_id"),
        ],
    )
    async def test_refuses_what_cannot_be_stored(
        self, turns: Turns, message: dict[str, str], field: str
    ):
        """
        The field is named, and nothing is stored.
        """
        new = pb.NewMessage(**{"text": "Hello", **message})
        error = await failure(turns.begin(new_message=new))

        assert "INVALID_FIELD" == reason(error)
        assert [field] == [v.field for v in typed(error).field_violations]
        assert (0, 0, 0) == await counts()


class TestOtherTurns:
    async def test_regenerating_answers_the_same_question_again(self, turns: Turns):
        """
        The new answer stands beside the old one; the history ends with the question.
        """
        one = await turns.say("One")
        await turns.finish(one, "First")

        again = await turns.regenerate(one.generation.answer_message_id)

        assert one.generation.user_message_id == again.generation.user_message_id
        assert one.generation.answer_message_id != again.generation.answer_message_id
        assert ["One"] == texts(again)
        assert (1, 3, 2) == await counts()

    async def test_editing_asks_beside_the_old_question(self, turns: Turns):
        """
        The new question has the parent of the old one.
        """
        one = await turns.say("One")
        await turns.finish(one, "First")
        two = await turns.say("Two", conversation_id=one.generation.conversation_id)

        edited = await turns.edit(two.generation.user_message_id, "Three")

        assert ["One", "First", "Three"] == texts(edited)
        assert two.generation.user_message_id != edited.generation.user_message_id

    async def test_a_message_of_the_other_role_is_refused(self, turns: Turns):
        """
        Only answers are regenerated and only questions are edited.
        """
        generation = (await turns.say("One")).generation
        question, answer = generation.user_message_id, generation.answer_message_id

        errors = [
            await failure(turns.regenerate(question)),
            await failure(turns.edit(answer, "Two")),
        ]

        assert ["MESSAGE_ROLE_MISMATCH"] * 2 == [reason(error) for error in errors]
        assert [question, answer] == [typed(e).metadata["message_id"] for e in errors]


class TestNotFound:
    async def test_what_is_not_ours_looks_like_what_is_not_there(
        self, turns: Turns, bob: Person
    ):
        """
        Another user's conversation and message fail as unknown ones do.
        """
        generation = (await turns.say("One")).generation
        bobs = turns.of(bob)

        def spelled(error, hidden):
            return error.code(), error.details().replace(hidden, "…"), reason(error)

        for call, hidden in (
            (lambda i: bobs.say("x", conversation_id=i), generation.conversation_id),
            (bobs.regenerate, generation.answer_message_id),
            (lambda i: bobs.edit(i, "x"), generation.user_message_id),
        ):
            unknown = str(uuid7())
            theirs = spelled(await failure(call(hidden)), hidden)
            nobodys = spelled(await failure(call(unknown)), unknown)
            assert nobodys == theirs
        assert (1, 2, 1) == await counts()

    async def test_a_parent_must_be_in_the_conversation(self, turns: Turns):
        """
        A message of another conversation of the same user is no parent.
        """
        one, two = await turns.say("One"), await turns.say("Two")

        elsewhere = turns.say(
            "Three",
            conversation_id=one.generation.conversation_id,
            parent_message_id=two.generation.answer_message_id,
        )
        nowhere = turns.say("Three", parent_message_id=two.generation.answer_message_id)

        assert "MESSAGE_NOT_FOUND" == reason(await failure(elsewhere))
        assert "MESSAGE_NOT_FOUND" == reason(await failure(nowhere))

    async def test_a_session_that_ended_begins_nothing(self, turns: Turns):
        """
        The token is still good, the session is not: SESSION_ENDED.
        """
        await session_end(turns.person)

        assert "SESSION_ENDED" == reason(await failure(turns.say()))
        assert (0, 0, 0) == await counts()
