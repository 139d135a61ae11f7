"""SearchConversations over mutual TLS: what is found, in which order, by whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Conversation, Message, SearchEntry
from persistence.chat.search.entries import Gaps
from persistence.chat.search.find import conversation_search
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations, rows
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns


async def said(turns: Turns, question: str, answer: str) -> Any:
    """Stores a question and its answer; returns the turn."""
    begun = await turns.say(question)
    await turns.finish(begun, answer)
    return begun.generation


class TestFound:
    @pytest.mark.parametrize(
        ("query", "is_found"),
        [
            ("mitochondria", True),
            ("MITO", True),
            ("powerhouse cell", True),
            ("cell powerhou", True),
            ("powerhou cell", False),
            ("chondria", False),
            ("ENERGIE", True),
            ("énergie", True),
            ("光合", True),
            ("合作用", True),
            ("用", True),
            ("合光", False),
            ("สวัส", True),
            ("한국", True),
            ("powerhouse missing", False),
            ("' OR 1=1 --", False),
            ("%", False),
            ("!mitochondria", True),
            ("mitochondria | nothing", False),
            ("\\", False),
        ],
    )
    async def test_words_of_messages(
        self, anns: Conversations, turns: Turns, query: str, *, is_found: bool
    ):
        """
        All of them, the last as a begin, without case and accents, in any script.
        """
        await said(
            turns,
            "What are mitochondria?",
            "The powerhouse of the cell: Énergie! 植物的光合作用。สวัสดีครับ 한국어를",
        )

        assert (["What are mitochondria?"] if is_found else []) == await anns.found(
            query
        )

    async def test_a_message_is_shown_with_its_words(
        self, anns: Conversations, turns: Turns
    ):
        """
        The best message of a conversation, once; highlights count code points.
        """
        one = await said(
            turns, "What is ATP?", "👩\u200d🔬 ATP is energy, ATP is life."
        )

        page = await anns.search("atp energ")

        (hit,) = page.hits
        assert one.answer_message_id == hit.message_id
        assert one.conversation_id == hit.conversation.conversation_id
        assert "👩\u200d🔬 ATP is energy, ATP is life." == hit.snippet
        assert ["ATP", "energ", "ATP"] == [
            hit.snippet[span.start : span.end] for span in hit.highlights
        ]

    async def test_a_title_alone_has_no_message(self, anns: Conversations):
        """
        The snippet is then the title.
        """
        await anns.create("Cell biology")

        (hit,) = (await anns.search("bio")).hits

        assert ("", "Cell biology") == (hit.message_id, hit.snippet)
        assert [(5, 8)] == [(span.start, span.end) for span in hit.highlights]

    async def test_titles_weigh_more(self, anns: Conversations, turns: Turns):
        """
        Than a message that says the word over and over.
        """
        await said(turns, "Talk", "Glucose " * 50)
        await anns.create("Glucose")

        assert ["Glucose", "Talk"] == await anns.found("glucose")

    async def test_a_new_title_replaces_the_old_one(
        self, anns: Conversations, turns: Turns
    ):
        """
        Whether the user gives it or a model.
        """
        begun = await turns.say("What is ATP?")
        conversation_id = begun.generation.conversation_id
        await turns.title(begun, "Energy of cells")
        by_model = await anns.found("energy")
        await anns.update(conversation_id, title="Mine")

        assert ["Energy of cells"] == by_model
        assert [] == await anns.found("energy")
        assert ["Mine"] == await anns.found("mine")

    async def test_archived_ones_are_searched_too(self, anns: Conversations):
        """
        Out of sight is not out of reach.
        """
        created = await anns.create("Glucose")
        await anns.update(created.conversation_id, archived=True)

        (hit,) = (await anns.search("glucose")).hits

        assert hit.conversation.archived

    async def test_an_answer_is_found_when_it_has_ended(
        self, anns: Conversations, turns: Turns
    ):
        """
        At once, not in time; the question from its begin.
        """
        begun = await turns.say("Question")
        before = [await anns.found("question"), await anns.found("glucose")]
        await turns.finish(begun, "Glucose")

        assert [["Question"], []] == before
        assert ["Question"] == await anns.found("glucose")

    async def test_nobody_finds_anothers(
        self, anns: Conversations, bobs: Conversations, turns: Turns
    ):
        """
        Neither titles nor messages.
        """
        await said(turns, "Secret question", "Secret answer")

        assert [] == await bobs.found("secret")
        assert ["Secret question"] == await anns.found("secret")


class TestPages:
    async def test_each_conversation_comes_once(self, anns: Conversations):
        """
        Of equal ones the newest first; also while others are made.
        """
        for number in range(7):
            await anns.create(f"Glucose {number}")

        seen, token = [], ""
        while True:
            page = await anns.search("glucose", page_size=2, page_token=token)
            seen += [hit.conversation.title for hit in page.hits]
            token = page.next_page_token
            if not token:
                break
            await anns.create("Glucose new")

        assert [f"Glucose {number}" for number in range(7)][::-1] == seen

    async def test_a_token_is_good_for_one_search_of_one_owner(
        self, anns: Conversations, bobs: Conversations
    ):
        """
        Anything else is INVALID_FIELD on `page_token`, also when nothing is asked for.
        """
        for _ in range(2):
            await anns.create("Glucose")
        token = (await anns.search("glucose", page_size=1)).next_page_token

        for call in (
            bobs.search("glucose", page_token=token),
            anns.search("glucos", page_token=token),
            anns.search("glucose", page_token="x"),
            anns.search("?", page_token="x"),
        ):
            error = await failure(call)
            assert "INVALID_FIELD" == reason(error)
            assert ["page_token"] == [v.field for v in typed(error).field_violations]

    async def test_a_page_takes_two_statements(
        self, anns: Conversations, turns: Turns, ann: Person
    ):
        """
        However many there are.
        """
        for number in range(5):
            await said(turns, f"Glucose {number}", "Sugar")

        def counted() -> int:
            with CaptureQueriesContext(connection) as queries:
                page = conversation_search(
                    owner_id=ann.id, query="sugar", page_size=3, page_token=""
                )
            assert 3 == len(page.rows)
            return len(queries)

        assert 2 == await orm.run(counted, owner=ann.id)


class TestGaps:
    async def test_what_has_no_entry_gets_one(
        self, anns: Conversations, turns: Turns, ann: Person
    ):
        """
        Rows from before there were entries, and answers that a sweep has ended; running
        ones not yet.
        """
        await said(turns, "Glucose", "Sugar")
        await turns.say("Running")
        await orm.run(SearchEntry.objects.all().delete, using="service")
        gaps = Gaps()

        while await orm.run(gaps.close, using="service"):
            pass
        again = await orm.run(gaps.close, using="service")

        assert not again
        assert 5 == await rows(SearchEntry)
        assert ["Glucose"] == await anns.found("sugar")
        assert ["Running"] == await anns.found("running")

    async def test_goes_through_more_than_a_page(
        self, anns: Conversations, ann: Person, monkeypatch: pytest.MonkeyPatch
    ):
        """
        The whole table once, page by page.
        """
        monkeypatch.setattr("persistence.chat.search.entries.PAGE", 10)
        conversation_id = (await anns.create("One")).conversation_id

        def fill() -> None:
            Message.objects.bulk_create(
                Message(
                    id=uuid7(),
                    owner_id=ann.id,
                    conversation_id=conversation_id,
                    role=1,
                    text=f"Glucose {number}",
                )
                for number in range(95)
            )

        await orm.run(fill, owner=ann.id)
        gaps = Gaps()
        while await orm.run(gaps.close, using="service"):
            pass

        assert 96 == await rows(SearchEntry)


async def test_words_of_a_deleted_message_are_gone(anns: Conversations, turns: Turns):
    """
    Its entry goes with it.
    """
    one = await said(turns, "Talk", "Glucose")

    await anns.delete_message(one.answer_message_id)

    assert [] == await anns.found("glucose")
    assert 1 == await rows(Conversation)


async def test_a_long_text_of_any_script_is_stored(anns: Conversations, turns: Turns):
    """
    Whatever PostgreSQL's bounds on a vector are, no answer is lost for them.
    """
    chinese = "".join(chr(0x4E00 + i * 7 % 20_000) for i in range(120_000))
    for text in (
        chinese,
        " ".join(f"{'w' * 70}{i}" for i in range(20_000)),
        "a " * 60_000,
    ):
        begun = await turns.say("Long")
        finished = await turns.finish(begun, text)
        assert text == finished.message.text

    assert ["Long"] == await anns.found(chinese[500:520])
