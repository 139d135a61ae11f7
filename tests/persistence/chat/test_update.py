"""What of a conversation its user changes: title, pin, archive, where it is read."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.services import Changes, conversation_update
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns


class TestTitle:
    async def test_a_repetition_changes_nothing(self, anns: Conversations):
        """
        Not even a title that was given since. The place in the list stays.
        """
        created = await anns.create("One")
        conversation_id, request_id = created.conversation_id, str(uuid7())
        await anns.update(conversation_id, title="Two", request_id=request_id)
        await anns.update(conversation_id, title="Three")

        again = await anns.update(conversation_id, title="Two", request_id=request_id)

        assert "Three" == again.title
        assert created.update_time == again.update_time

    async def test_another_body_is_refused(self, anns: Conversations):
        """
        Each thing that can be set is part of the request.
        """
        conversation_id = (await anns.create("One")).conversation_id
        request_id = str(uuid7())
        await anns.update(conversation_id, pinned=True, request_id=request_id)

        for values in ({"pinned": False}, {"archived": True}, {"title": "Two"}, {}):
            error = await failure(
                anns.update(conversation_id, request_id=request_id, **values)
            )
            assert "REQUEST_ID_REUSED" == reason(error)

    async def test_an_empty_title_is_refused(self, anns: Conversations):
        """
        Absent is "as it is"; empty is nothing at all.
        """
        conversation_id = (await anns.create("One")).conversation_id

        error = await failure(anns.update(conversation_id, title=""))

        assert ["title"] == [v.field for v in typed(error).field_violations]


class TestPlaces:
    async def test_pinned_ones_come_first_and_archived_ones_apart(
        self, anns: Conversations
    ):
        """
        Within each, the most recently used first.
        """
        ids = {
            title: (await anns.create(title)).conversation_id
            for title in ("One", "Two", "Three", "Four")
        }
        await anns.update(ids["One"], pinned=True)
        await anns.update(ids["Two"], archived=True)
        changed = await anns.update(ids["Three"], pinned=True)

        assert changed.pinned
        assert ["Three", "One", "Four"] == await anns.listed()
        assert ["Two"] == await anns.listed(archived=True)

    async def test_what_is_absent_stays(self, anns: Conversations):
        """
        Setting one thing leaves the others; false is a value.
        """
        conversation_id = (await anns.create("One")).conversation_id
        await anns.update(conversation_id, pinned=True, archived=True)
        now = await anns.update(conversation_id, archived=False)

        assert ("One", True, False) == (now.title, now.pinned, now.archived)

    async def test_paging_goes_from_the_pinned_to_the_others(self, anns: Conversations):
        """
        One by one, with conversations made meanwhile: nothing skipped, nothing twice.
        """
        for number in range(6):
            created = await anns.create(str(number))
            if number % 2:
                await anns.update(created.conversation_id, pinned=True)

        seen, token = [], ""
        while True:
            page = await anns.page(page_size=1, page_token=token)
            seen += [one.title for one in page.conversations]
            if len(seen) < 6:
                await anns.create("new")
            token = page.next_page_token
            if not token:
                break

        assert ["5", "3", "1"] == seen[:3]
        assert ["4", "2", "0"] == [one for one in seen[3:] if one != "new"]
        assert 6 == len(seen) - seen.count("new")

    async def test_a_token_is_of_the_list_or_the_archive(self, anns: Conversations):
        """
        Not of both.
        """
        for _ in range(2):
            await anns.create()
        token = (await anns.page(page_size=1)).next_page_token

        error = await failure(anns.page(page_token=token, archived=True))

        assert "INVALID_FIELD" == reason(error)


class TestCurrentMessage:
    async def test_another_device_finds_the_branch(
        self, anns: Conversations, turns: Turns
    ):
        """
        Until something new is said, which is then what one looks at.
        """
        one = (await turns.say("One")).generation
        await turns.regenerate(one.answer_message_id)
        conversation_id = one.conversation_id

        await anns.update(conversation_id, current_message_id=one.answer_message_id)
        before = await anns.get(conversation_id)
        await turns.say("Two", conversation_id=conversation_id)
        after = await anns.get(conversation_id)

        assert one.answer_message_id == before.current_message_id
        assert "" == after.current_message_id

    async def test_it_must_be_in_the_conversation(
        self, anns: Conversations, turns: Turns, bob: Person
    ):
        """
        A message of another conversation, or of somebody else, is not found.
        """
        conversation_id = (await anns.create()).conversation_id
        elsewhere = (await turns.say()).generation.user_message_id
        foreign = (await turns.of(bob).say()).generation.user_message_id

        for message_id in (elsewhere, foreign, str(uuid7())):
            error = await failure(
                anns.update(conversation_id, current_message_id=message_id)
            )
            assert "MESSAGE_NOT_FOUND" == reason(error)
            assert message_id == typed(error).metadata["message_id"]


@pytest.mark.usefixtures("database")
async def test_a_change_takes_few_statements(anns: Conversations, ann: Person):
    """
    The request, the lock, the words of the title, the change, the answer.
    """
    conversation_id = (await anns.create("One")).conversation_id

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            conversation_update(
                owner_id=ann.id,
                request_id=uuid7(),
                conversation_id=conversation_id,
                changes=Changes(title="Two", pinned=True),
            )
        return len(queries)

    assert 5 == await orm.run(counted, owner=ann.id)
