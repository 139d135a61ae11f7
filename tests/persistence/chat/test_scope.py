"""Which documents a conversation's answers rest on."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from lamla.documents.v1 import retrieval_scope_pb2 as scope_pb

from mesh.ids import uuid7
from tests.mesh.failures import failure, reason
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.papers import Paper, paper_create, paper_delete
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, pb

ALL = scope_pb.RetrievalScope(kind=scope_pb.SCOPE_KIND_ALL_DOCUMENTS)
NOTHING = scope_pb.RetrievalScope(kind=scope_pb.SCOPE_KIND_NOTHING)


@pytest.fixture
async def paper(ann: Person) -> Paper:
    """A document of ann."""
    return await paper_create(ann)


async def say(turns: Turns, scope: Any, **values: Any) -> pb.BeginTurnResponse:
    """Sends a message with a scope."""
    message = pb.NewMessage(text="Why?", scope=scope, **values)
    return await turns.begin(new_message=message)


class TestTurns:
    async def test_a_turn_without_documents_has_nothing_to_search(self, turns: Turns):
        """
        Nobody embeds a question for somebody who has no documents.
        """
        begun = await turns.say()

        assert not begun.HasField("scope")
        assert not begun.scope_has_chunks

    async def test_all_documents_are_searched_unless_something_is_said(
        self, turns: Turns, paper: Paper
    ):
        """
        Documents that are ready count, of the user alone.
        """
        assert paper
        begun = await turns.say()
        nothing = await say(turns, NOTHING)

        assert begun.scope_has_chunks
        assert (NOTHING, False) == (nothing.scope, nothing.scope_has_chunks)

    async def test_documents_that_are_not_ready_or_not_ones_own_do_not_count(
        self, turns: Turns, ann: Person, bob: Person
    ):
        """
        They are searched once they are ready.
        """
        paper = await paper_create(ann, is_ready=False)
        await paper_create(bob)

        everything, selected = await turns.say(), await say(turns, paper.scope())

        assert not everything.scope_has_chunks
        assert (paper.scope(), False) == (selected.scope, selected.scope_has_chunks)

    async def test_a_scope_holds_for_the_conversation(
        self, turns: Turns, anns: Conversations, paper: Paper
    ):
        """
        From the message that set it until another one does; other ways to ask keep it.
        """
        first = await say(turns, paper.scope())
        id_ = first.generation.conversation_id
        second = await turns.say("Why?", conversation_id=id_)
        again = await turns.regenerate(first.generation.answer_message_id)
        stored = (await anns.get(id_)).scope
        last = await say(turns, ALL, conversation_id=id_)

        assert [paper.scope()] * 3 == [first.scope, second.scope, again.scope]
        assert paper.scope() == stored
        assert not last.HasField("scope")
        assert not (await anns.get(id_)).HasField("scope")

    async def test_a_collection_is_what_it_holds_now(
        self, turns: Turns, ann: Person, paper: Paper
    ):
        """
        Without its document it is empty, and that is no error later on.
        """
        scope = paper.scope(collection_ids=[paper.collection_id])
        first = await say(turns, scope)
        await paper_delete(ann, paper)
        second = await turns.say("?", conversation_id=first.generation.conversation_id)

        assert first.scope_has_chunks
        assert (scope, False) == (second.scope, second.scope_has_chunks)

    async def test_the_same_request_with_another_scope_is_another_one(
        self, turns: Turns, paper: Paper
    ):
        """
        What was asked for is part of what a repetition must repeat.
        """
        request = turns.request(
            new_message=pb.NewMessage(text="Why?", scope=paper.scope())
        )
        first = await turns.stub.BeginTurn(request, metadata=turns.person.metadata)
        again = await turns.stub.BeginTurn(request, metadata=turns.person.metadata)
        request.new_message.scope.CopyFrom(NOTHING)

        error = await failure(
            turns.stub.BeginTurn(request, metadata=turns.person.metadata)
        )

        assert (False, first.scope) == (again.created, again.scope)
        assert "REQUEST_ID_REUSED" == reason(error)


class TestForeign:
    @pytest.mark.parametrize(
        ("field", "expected"),
        [
            ("document_ids", "DOCUMENT_NOT_FOUND"),
            ("collection_ids", "COLLECTION_NOT_FOUND"),
        ],
    )
    async def test_ids_of_others_are_not_found(  # noqa: PLR0913, PLR0917 - Fixtures.
        self,
        turns: Turns,
        anns: Conversations,
        bob: Person,
        paper: Paper,
        field: str,
        expected: str,
    ):
        """
        Neither in a message, of which nothing is stored, nor in an update.
        """
        foreign = await paper_create(bob)
        id_ = getattr(foreign, field.removesuffix("s"))
        own = getattr(paper, field.removesuffix("s"))
        scope = paper.scope(**{field: [own, id_]})
        conversation = await anns.create()

        sent = await failure(say(turns, scope))
        unknown = await failure(say(turns, paper.scope(**{field: [str(uuid7())]})))
        updated = await failure(anns.update(conversation.conversation_id, scope=scope))

        assert [expected] * 3 == [reason(one) for one in (sent, unknown, updated)]
        assert grpc.StatusCode.NOT_FOUND == sent.code()
        assert 1 == len((await anns.page()).conversations)


class TestUpdates:
    async def test_a_scope_can_be_changed(self, anns: Conversations, paper: Paper):
        """
        The page attaches documents before the next message.
        """
        id_ = (await anns.create()).conversation_id

        chosen = await anns.update(id_, scope=paper.scope())
        renamed = await anns.update(id_, title="Cells")
        everything = await anns.update(id_, scope=ALL)

        assert paper.scope() == chosen.scope
        assert paper.scope() == renamed.scope
        assert not everything.HasField("scope")
