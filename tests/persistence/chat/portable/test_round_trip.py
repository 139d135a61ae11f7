"""Out and in again: everything is as it was, but for the ids."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1 import generation_pb2
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, status_of
from mesh.ids import uuid7
from tests.mesh.failures import failure, reason
from tests.persistence.chat.conversations import MARKDOWN, Conversations
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece

FAILED = generation_pb2.GENERATION_STATE_FAILED
CANCELLED = generation_pb2.GENERATION_STATE_CANCELLED
IDS = ("conversation_id", "message_id", "parent_message_id", "generation_id")
USAGE = generation_pb2.Usage(
    prompt_tokens=12,
    output_tokens=34,
    time_to_first_token=Duration(nanos=123_456_000),
    duration=Duration(seconds=7, nanos=1_000),
)
FAILURE = status_of(
    ServiceError(
        ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED, "Too many.", provider="x"
    )
)


@pytest.fixture
async def conversation_id(anns: Conversations, turns: Turns) -> str:
    """A conversation with branches, every state, and odd text."""
    one = await turns.say(
        'One "quoted" \\ <b>\n```py\nx = "é👩\u200d🔬"\n```',
        config=generation_pb2.GenerationConfig(
            model="small", temperature=0.1, max_output_tokens=50
        ),
    )
    conversation_id = one.generation.conversation_id
    await turns.finish(one, "First", usage=USAGE)
    two = await turns.say("Two", conversation_id=conversation_id)
    await turns.finish(two, "Sec", state=FAILED, failure=FAILURE, finish_reason=0)
    rest = await turns.go_on(two.generation.answer_message_id)
    await turns.finish(
        rest, "Second", finish_reason=generation_pb2.FINISH_REASON_LENGTH
    )
    other = await turns.regenerate(one.generation.answer_message_id)
    await turns.finish(other, "Other", state=CANCELLED, finish_reason=0)
    edited = await turns.edit(one.generation.user_message_id, "Edited")
    await turns.finish(edited, "")
    await anns.update(
        conversation_id,
        title="Ångström: a/b?",
        pinned=True,
        current_message_id=rest.generation.answer_message_id,
    )
    return conversation_id


def without_ids(document: str) -> dict[str, Any]:
    """The content of a file, with each id replaced by its place."""
    content = json.loads(document)
    places = {
        message["message_id"]: place
        for place, message in enumerate(content["messages"])
    }
    content["conversation_id"] = ""
    content["current_message_id"] = places.get(content["current_message_id"])
    for message in content["messages"]:
        message["message_id"] = places[message["message_id"]]
        message["parent_message_id"] = places.get(message["parent_message_id"])
        message.pop("generation_id", None)
    return content


async def shown(who: Conversations, conversation_id: str) -> list[dict[str, Any]]:
    """The messages as the service shows them, without their ids."""
    page = await who.messages(conversation_id)
    places = {message.message_id: str(i) for i, message in enumerate(page.messages)}
    found = []
    for message in page.messages:
        content = MessageToDict(message, preserving_proto_field_name=True)
        content["parent_message_id"] = places.get(message.parent_message_id)
        found.append({k: v for k, v in content.items() if k not in IDS[:2] + IDS[3:]})
    return found


class TestRoundTrip:
    async def test_everything_comes_back(
        self, anns: Conversations, bobs: Conversations, conversation_id: str
    ):
        """
        All branches, states, models, usage, failures, times, the pin and the place,
        also for another user.
        """
        exported = await anns.export(conversation_id)
        loaded = await bobs.load(exported.content)
        (copy,) = loaded.conversations
        again = await bobs.export(copy.conversation_id)

        assert [] == list(loaded.failures)
        assert conversation_id != copy.conversation_id
        assert without_ids(exported.content) == without_ids(again.content)
        assert await shown(anns, conversation_id) == await shown(
            bobs, copy.conversation_id
        )
        original = await anns.get(conversation_id)
        for name in ("title", "create_time", "update_time", "pinned", "archived"):
            assert getattr(original, name) == getattr(copy, name)

    async def test_a_list_of_files_is_a_file(
        self, anns: Conversations, conversation_id: str
    ):
        """
        One object, or several in a list.
        """
        content = (await anns.export(conversation_id)).content

        loaded = await anns.load(f"[{content}, {content}]")

        assert 2 == len({one.conversation_id for one in loaded.conversations})

    async def test_one_that_runs_is_written_as_far_as_it_is(
        self, anns: Conversations, turns: Turns
    ):
        """
        Nobody generates the copy's: it is interrupted.
        """
        begun = await turns.say("One")
        await turns.append(piece(begun, "Fir"))
        content = (await anns.export(begun.generation.conversation_id)).content
        (copy,) = (await anns.load(content)).conversations

        _, answer = (await anns.messages(copy.conversation_id)).messages

        assert "generating" == json.loads(content)["messages"][1]["state"]
        assert "Fir" == answer.text
        assert generation_pb2.GENERATION_STATE_INTERRUPTED == answer.state
        assert answer.failure.details

    async def test_a_copy_can_be_gone_on_with(
        self, anns: Conversations, turns: Turns, conversation_id: str
    ):
        """
        It is a conversation like any other: said, regenerated, searched, deleted.
        """
        content = (await anns.export(conversation_id)).content
        await anns.delete(conversation_id)
        (copy,) = (await anns.load(content)).conversations
        begun = await turns.say(
            "More",
            conversation_id=copy.conversation_id,
            parent_message_id=copy.current_message_id,
        )
        await turns.regenerate(copy.current_message_id)
        await turns.go_on(copy.current_message_id)

        assert ["First", "Two", "Second", "More"] == [
            message.text for message in begun.history
        ][1:]
        assert ["Ångström: a/b?"] == await anns.found("second")
        assert ["Ångström: a/b?"] == await anns.found("angstrom")

    async def test_an_empty_conversation_comes_back(self, anns: Conversations):
        """
        With its title and no messages.
        """
        created = await anns.create("Empty")
        content = (await anns.export(created.conversation_id)).content

        (copy,) = (await anns.load(content)).conversations

        assert ("Empty", created.create_time) == (copy.title, copy.create_time)


class TestExport:
    async def test_markdown_is_of_the_current_branch(
        self, anns: Conversations, conversation_id: str
    ):
        """
        Title, dates, who said what, how it ended; code as it was written.
        """
        exported = await anns.export(conversation_id, MARKDOWN)

        assert "text/markdown" == exported.content_type
        assert "Ångström a b.md" == exported.file_name
        lines = exported.content.split("\n")
        assert "# Ångström: a/b?" == lines[0]
        assert [True, True] == [
            lines[2].startswith("Begun 20"),
            lines[2].endswith(" UTC"),
        ]
        assert '```py\nx = "é👩\u200d🔬"\n```' in exported.content
        headings = [line.split(" · ")[0] for line in lines if line.startswith("## ")]
        assert ["## You", "## Assistant (small)"] * 2 == headings
        assert "Other" not in exported.content
        assert "Edited" not in exported.content

    async def test_markdown_says_how_an_answer_ended_and_ends_its_code(
        self, anns: Conversations, turns: Turns
    ):
        """
        A block that was cut off does not swallow the rest of the file.
        """
        begun = await turns.say("One")
        await turns.finish(
            begun, "Look:\n~~~~py\nx = 1\n~~~", state=CANCELLED, finish_reason=0
        )
        await turns.say("Two", conversation_id=begun.generation.conversation_id)

        content = (
            await anns.export(begun.generation.conversation_id, MARKDOWN)
        ).content

        assert "x = 1\n~~~\n~~~~\n\n## You" in content
        assert "## Assistant (small, stopped)" in content
        assert "## Assistant (still being generated)" in content

    async def test_json_names_its_form(self, anns: Conversations, conversation_id: str):
        """
        A program can tell what it reads, and which version.
        """
        exported = await anns.export(conversation_id)
        content = json.loads(exported.content)

        assert "application/json" == exported.content_type
        assert "Ångström a b.json" == exported.file_name
        assert "lamla.conversation/1" == content["format"]
        assert content["create_time"].endswith("Z")

    async def test_one_that_no_file_holds_is_refused(
        self, anns: Conversations, turns: Turns
    ):
        """
        Before its text is read: REQUEST_TOO_LARGE, RESOURCE_EXHAUSTED.
        """
        begun = await turns.say("One")
        conversation_id = begun.generation.conversation_id
        for _ in range(2):
            await turns.finish(begun, "x" * 2_200_000)
            begun = await turns.say("More", conversation_id=conversation_id)

        for form in (conversations_pb.EXPORT_FORMAT_JSON, MARKDOWN):
            error = await failure(anns.export(conversation_id, form))
            assert "REQUEST_TOO_LARGE" == reason(error)


class TestRepetition:
    async def test_the_same_request_returns_the_same_conversations(
        self, anns: Conversations, ann: Person
    ):
        """
        And failures; what was deleted since stays deleted.
        """
        one = (await anns.export((await anns.create("One")).conversation_id)).content
        two = (await anns.export((await anns.create("Two")).conversation_id)).content
        document, request_id = f"[{one}, 1, {two}]", str(uuid7())
        first = await anns.load(document, request_id)
        again = await anns.load(document, request_id)
        await anns.delete(first.conversations[0].conversation_id)
        later = await anns.load(document, request_id)

        assert first == again
        assert ["One", "Two"] == [c.title for c in first.conversations]
        assert [(1, "")] == [(f.index, f.title) for f in first.failures]
        assert ["Two"] == [c.title for c in later.conversations]
        assert ["Two", "Two", "One"] == await anns.listed()

    async def test_another_document_is_refused(self, anns: Conversations):
        """
        REQUEST_ID_REUSED.
        """
        request_id = str(uuid7())
        await anns.load("[]", request_id)

        error = await failure(anns.load("[ ]", request_id))

        assert "REQUEST_ID_REUSED" == reason(error)
