"""Grounding, citations and claims: stored with the text, read as they were."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import psycopg
import pytest
from lamla.chat.v1 import generation_pb2

from persistence.chat.models import Citation
from tests.persistence.chat.conversations import MARKDOWN, Conversations, rows
from tests.persistence.chat.papers import (
    Paper,
    claim,
    paper_create,
    paper_delete,
)
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece


@pytest.fixture
async def paper(ann: Person) -> Paper:
    """A document of ann."""
    return await paper_create(ann)


async def located(turns: Turns, begun: Any) -> generation_pb2.Generation:
    """The generation as it is stored."""
    return (await turns.locate(begun.generation.generation_id)).generation


class TestCheckpoints:
    @pytest.mark.parity("A24")
    async def test_evidence_is_stored_with_the_text(self, turns: Turns, paper: Paper):
        """
        What was found so far comes back in order, with the ids that it was sent with,
        also to whoever takes over.
        """
        begun = await turns.say()
        one, two = paper.citation(0, 4), paper.citation(5, 9)
        await turns.append(piece(begun, "", grounding=paper.grounding()))
        await turns.append(piece(begun, "One. ", citations=[one], claims=[claim(one)]))
        await turns.append(
            piece(begun, "Two.", 5, 4, citations=[two], claims=[claim(two)])
        )

        stored = await located(turns, begun)

        assert paper.grounding() == stored.grounding
        assert [one, two] == list(stored.citations)
        assert [claim(one), claim(two)] == list(stored.claims)

    async def test_a_checkpoint_that_comes_again_changes_nothing(
        self, turns: Turns, paper: Paper
    ):
        """
        The answer of the store was lost: the same evidence is sent again.
        """
        begun = await turns.say()
        one = paper.citation()
        delta = piece(
            begun,
            "One.",
            grounding=paper.grounding(),
            citations=[one],
            claims=[claim(one)],
        )

        await turns.append(delta)
        await turns.append(delta)
        stored = await located(turns, begun)

        assert [one] == list(stored.citations)
        assert [claim(one)] == list(stored.claims)

    async def test_another_attempt_drops_what_was_said_of_the_text_it_cuts(
        self, turns: Turns, paper: Paper
    ):
        """
        No claim stands for a text that is not there any more.
        """
        begun = await turns.say()
        one, two = paper.citation(0, 4), paper.citation(5, 9)
        await turns.append(
            piece(
                begun,
                "One. Two.",
                grounding=paper.grounding(),
                citations=[one, two],
                claims=[claim(one), claim(two)],
            )
        )

        await turns.append(piece(begun, "More", 5, 4))
        stored = await located(turns, begun)

        assert [one] == list(stored.citations)
        assert [claim(one)] == list(stored.claims)

    async def test_no_text_waits_for_a_document_that_is_being_deleted(
        self, turns: Turns, paper: Paper, server
    ):
        """
        It is stored without the citation, which comes again with the answer's end.
        """
        begun = await turns.say()
        one = paper.citation()
        with psycopg.connect(server.url("lamla_test")) as other:
            other.execute("DELETE FROM documents_documentchunk")

            lost = await asyncio.wait_for(
                turns.append(piece(begun, "One.", citations=[one])), 10
            )
            stored = await located(turns, begun)
            other.rollback()
        finished = await turns.finish(
            begun, "One.", grounding=paper.grounding(), citations=[one]
        )

        assert [] == lost
        assert [] == list(stored.citations)
        assert [one] == list(finished.message.citations)

    async def test_a_writer_that_lost_its_lease_stores_none(
        self, turns: Turns, paper: Paper
    ):
        """
        An old epoch writes neither text nor evidence.
        """
        begun = await turns.say()
        late = piece(begun, "One.", grounding=paper.grounding(), epoch=7)

        lost = await turns.append(late)

        assert [begun.generation.generation_id] == lost
        assert not (await located(turns, begun)).HasField("grounding")


class TestEnds:
    async def test_the_end_has_the_last_word(
        self, turns: Turns, anns: Conversations, paper: Paper
    ):
        """
        What the end does not name is gone; messages come back with what it names.
        """
        begun = await turns.say()
        former, last = paper.citation(0, 4), paper.citation(0, 5)
        await turns.append(
            piece(begun, "One.", citations=[former], claims=[claim(former)])
        )

        finished = await turns.finish(
            begun,
            "Other",
            grounding=paper.grounding(),
            citations=[last],
            claims=[claim(last)],
        )
        page = await anns.messages(begun.generation.conversation_id)

        assert [last] == list(page.messages[1].citations)
        assert [claim(last)] == list(page.messages[1].claims)
        assert paper.grounding() == page.messages[1].grounding
        assert finished.message == page.messages[1]

    async def test_the_same_end_again_changes_nothing(self, turns: Turns, paper: Paper):
        """
        Citations included.
        """
        begun = await turns.say()
        evidence = {
            "grounding": paper.grounding(),
            "citations": [one := paper.citation()],
            "claims": [claim(one)],
        }

        first = await turns.finish(begun, "One.", **evidence)
        again = await turns.finish(begun, "One.", **evidence)

        assert first == again


class TestChunks:
    @pytest.mark.parity("A24")
    async def test_no_citation_of_what_is_not_there_or_not_ones_own(
        self, turns: Turns, bob: Person, paper: Paper
    ):
        """
        Whatever a gateway sends, a citation resolves to a chunk of its user.
        """
        bobs = await paper_create(bob)
        good, foreign, gone = paper.citation(), bobs.citation(), paper.citation()
        gone.chunk_id = gone.document_id
        begun = await turns.say()

        await turns.finish(
            begun,
            "One.",
            grounding=paper.grounding(),
            citations=[good, foreign, gone],
            claims=[claim(good, foreign, gone)],
        )
        stored = await located(turns, begun)

        assert [good] == list(stored.citations)
        assert [good.citation_id] == list(stored.claims[0].citation_ids)

    async def test_evidence_goes_with_its_document(
        self, turns: Turns, ann: Person, paper: Paper
    ):
        """
        The answer and what was known of it stay, without a way to what is gone.
        """
        begun = await turns.say()
        one = paper.citation()
        await turns.finish(
            begun,
            "One.",
            grounding=paper.grounding(),
            citations=[one],
            claims=[claim(one)],
        )

        await paper_delete(ann, paper)
        stored = await located(turns, begun)

        assert 0 == await rows(Citation)
        assert ([], []) == (list(stored.citations), list(stored.grounding.passages))
        assert [] == list(stored.claims[0].citation_ids)
        assert generation_pb2.SUPPORT_SUPPORTED == stored.claims[0].support


class TestFiles:
    @pytest.fixture
    async def conversation_id(self, turns: Turns, paper: Paper) -> str:
        """A conversation with a grounded answer."""
        begun = await turns.say()
        one = paper.citation()
        two = generation_pb2.Claim(
            answer_start=5, answer_end=9, support=generation_pb2.SUPPORT_UNSUPPORTED
        )
        await turns.finish(
            begun,
            "One. Two.",
            grounding=paper.grounding(),
            citations=[one],
            claims=[claim(one), two],
        )
        return begun.generation.conversation_id

    async def test_markdown_has_footnotes(
        self, anns: Conversations, conversation_id: str
    ):
        """
        Each sentence names its evidence, or that there is none.
        """
        content = (await anns.export(conversation_id, MARKDOWN)).content

        assert "One.[^2] Two.[^1]" in content
        assert "[^2]: Cells, page 1: “ATP is made in mitochondria.”" in content
        assert "[^1]: Not found in the documents." in content

    async def test_a_copy_cites_the_same_chunks(
        self, anns: Conversations, bobs: Conversations, conversation_id: str
    ):
        """
        With ids of its own; in another account there is nothing to cite.
        """
        document = (await anns.export(conversation_id)).content
        copies = [
            (await one.load(document)).conversations[0].conversation_id
            for one in (anns, bobs)
        ]
        own, foreign = [
            (await one.messages(id_)).messages[1]
            for one, id_ in zip((anns, bobs), copies, strict=True)
        ]
        before = json.loads(document)["messages"][1]["citations"][0]

        assert before["chunk_id"] == own.citations[0].chunk_id
        assert before["citation_id"] != own.citations[0].citation_id
        assert [own.citations[0].citation_id] == list(own.claims[0].citation_ids)
        assert [] == list(foreign.citations)
        assert [] == list(foreign.grounding.passages)
