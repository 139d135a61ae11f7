"""The `conversations.json` of a ChatGPT export becomes conversations."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lamla.chat.v1 import conversation_pb2 as chat
from lamla.chat.v1 import generation_pb2

from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.portable.chatgpt import (
    NOON,
    conversation,
    document,
    node,
    said,
)
from tests.persistence.chat.turns import Turns

USER, ASSISTANT = chat.MESSAGE_ROLE_USER, chat.MESSAGE_ROLE_ASSISTANT
HIDDEN = {"is_visually_hidden_from_conversation": True}


async def load(anns: Conversations, nodes: list[Any], **values: Any) -> Any:
    """Reads one conversation; returns it and its messages."""
    loaded = await anns.load(document(conversation(nodes, **values)))
    assert [] == list(loaded.failures)
    (one,) = loaded.conversations
    return one, list((await anns.messages(one.conversation_id)).messages)


class TestForm:
    async def test_a_plain_conversation(self, anns: Conversations, turns: Turns):
        """
        Title, times, roles, model; the root without a message and the system's prompt
        are not for readers. It can be gone on with.
        """
        one, messages = await load(
            anns,
            [
                node("root", None),
                node("sys", "root", said("system", "You are.", None, metadata=HIDDEN)),
                node("q", "sys", said("user", "What is ATP?")),
                node("a", "q", said("assistant", "A molecule.", NOON + 5)),
            ],
        )

        assert ("Cells", messages[1].message_id) == (one.title, one.current_message_id)
        assert datetime.fromtimestamp(NOON, UTC) == one.create_time.ToDatetime(UTC)
        assert NOON + 60 == one.update_time.ToDatetime(UTC).timestamp()
        assert [(USER, "What is ATP?"), (ASSISTANT, "A molecule.")] == [
            (m.role, m.text) for m in messages
        ]
        assert "" == messages[0].parent_message_id
        assert messages[0].message_id == messages[1].parent_message_id
        assert "gpt-4o" == messages[1].model
        assert generation_pb2.GENERATION_STATE_COMPLETE == messages[1].state
        assert generation_pb2.FINISH_REASON_STOP == messages[1].finish_reason
        assert NOON + 5 == messages[1].create_time.ToDatetime(UTC).timestamp()
        begun = await turns.say("More", conversation_id=one.conversation_id)
        assert ["What is ATP?", "A molecule.", "More"] == [
            m.text for m in begun.history
        ]
        assert not begun.title_wanted

    async def test_branches_are_kept_and_the_current_one_is_known(
        self, anns: Conversations
    ):
        """
        Regenerated answers and edited questions lie beside each other.
        """
        one, messages = await load(
            anns,
            [
                node("root", None),
                node("q1", "root", said("user", "One", NOON)),
                node("a1", "q1", said("assistant", "First", NOON + 1)),
                node("a2", "q1", said("assistant", "Other", NOON + 2)),
                node("q2", "root", said("user", "Edited", NOON + 3)),
                node("a3", "q2", said("assistant", "Third", NOON + 4)),
            ],
            current_node="a1",
        )

        by_text = {m.text: m for m in messages}
        ids = {m.message_id: m.text for m in messages}
        assert ["One", "First", "Other", "Edited", "Third"] == list(by_text)
        assert ["", "One", "One", "", "Edited"] == [
            ids.get(m.parent_message_id, "") for m in messages
        ]
        assert "First" == ids[one.current_message_id]

    async def test_tools_thoughts_and_hidden_nodes_are_left_out(
        self, anns: Conversations
    ):
        """
        What follows them follows what is shown; an answer around a tool is one.
        """
        thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "hm"}]}
        call = {"content_type": "code", "language": "python", "text": "print('`')"}
        output = {"content_type": "execution_output", "text": "`"}
        asked = {"content_type": "text", "parts": ['{"query": "x"}']}
        one, messages = await load(
            anns,
            [
                node("q", None, said("user", "One")),
                node("t", "q", said("assistant", "", content=thoughts)),
                node("a1", "t", said("assistant", "Let me see.")),
                node("c", "a1", said("assistant", "", content=call, recipient="py")),
                node("o", "c", said("tool", "", content=output)),
                node("s", "o", said("assistant", "", content=asked, recipient="web")),
                node("h", "s", said("user", "secret", metadata=HIDDEN)),
                node("a2", "h", said("assistant", "Done.")),
                node("q2", "a2", said("user", "Two")),
            ],
        )

        assert [
            "One",
            "Let me see.\n\n```python\nprint('`')\n```\n\nDone.",
            "Two",
        ] == [m.text for m in messages]
        assert messages[1].message_id == messages[2].parent_message_id
        assert messages[2].message_id == one.current_message_id

    async def test_a_question_in_the_middle_of_an_answer_keeps_its_place(
        self, anns: Conversations
    ):
        """
        Where a branch follows a part of an answer, that part is a message too.
        """
        _, messages = await load(
            anns,
            [
                node("q", None, said("user", "One", NOON)),
                node("a1", "q", said("assistant", "Part", NOON + 1)),
                node("a2", "a1", said("assistant", "Rest", NOON + 2)),
                node("q2", "a1", said("user", "Two", NOON + 3)),
            ],
        )

        ids = {m.message_id: m.text for m in messages}
        assert [("One", ""), ("Part", "One"), ("Part\n\nRest", "One")] == [
            (m.text, ids.get(m.parent_message_id, "")) for m in messages[:3]
        ]
        assert "Part" == ids[messages[3].parent_message_id]

    async def test_parts_that_are_no_text_are_named(self, anns: Conversations):
        """
        Images and files are not in the export; transcripts are.
        """
        content = {
            "content_type": "multimodal_text",
            "parts": [
                {"content_type": "image_asset_pointer", "asset_pointer": "file://1"},
                "Look",
                {"content_type": "audio_transcription", "text": "spoken"},
                {"content_type": "video"},
                None,
            ],
        }
        _, messages = await load(
            anns, [node("q", None, said("user", "", content=content))]
        )

        assert ["[image]\nLook\nspoken\n[attachment]"] == [m.text for m in messages]

    async def test_missing_times_and_titles_are_made_up(self, anns: Conversations):
        """
        From what is above, the conversation, the first message.
        """
        one, messages = await load(
            anns,
            [
                node("q", None, said("user", "What is ATP?\nTell", None)),
                node("a", "q", said("assistant", "A molecule.", None)),
            ],
            title=None,
            update_time=None,
        )

        assert "What is ATP?" == one.title
        assert {NOON} == {m.create_time.ToDatetime(UTC).timestamp() for m in messages}
        assert NOON == one.update_time.ToDatetime(UTC).timestamp()

    async def test_how_an_answer_ended_is_kept(self, anns: Conversations, turns: Turns):
        """
        One that was cut or stopped can be continued.
        """

        def ended(how: str) -> dict[str, Any]:
            return {"metadata": {"finish_details": {"type": how}}}

        _, messages = await load(
            anns,
            [
                node("q", None, said("user", "One", NOON)),
                node(
                    "a", "q", said("assistant", "Cut", NOON + 1, **ended("max_tokens"))
                ),
                node(
                    "b", "q", said("assistant", "Off", NOON + 2, **ended("interrupted"))
                ),
            ],
        )

        assert generation_pb2.FINISH_REASON_LENGTH == messages[1].finish_reason
        assert generation_pb2.GENERATION_STATE_CANCELLED == messages[2].state
        for message in messages[1:]:
            begun = await turns.go_on(message.message_id)
            assert message.text == begun.answer_prefix

    async def test_old_conversations_are_listed_where_they_belong(
        self, anns: Conversations
    ):
        """
        By when they were used, below newer ones; archived ones apart.
        """
        await anns.create("Now")
        nodes = [node("q", None, said("user", "One"))]
        await anns.load(
            document(
                conversation(nodes, title="Older", update_time=NOON),
                conversation(nodes, title="Newer", update_time=NOON + 99),
                conversation(nodes, title="Away", is_archived=True),
            )
        )

        assert ["Now", "Newer", "Older"] == await anns.listed()
        assert ["Away"] == await anns.listed(archived=True)

    async def test_a_single_object_is_a_file_too(self, anns: Conversations):
        """
        One conversation out of an export.
        """
        nodes = [node("q", None, said("user", "One"))]
        content = document(conversation(nodes))

        loaded = await anns.load(content[1:-1])

        assert ["Cells"] == [one.title for one in loaded.conversations]


async def test_a_long_conversation_takes_few_statements(
    anns: Conversations, turns: Turns
):
    """
    Thousands of messages in a second or so.
    """
    nodes = [node("0", None, said("user", "Question 0"))]
    for number in range(1, 5_000):
        role = "assistant" if number % 2 else "user"
        nodes.append(
            node(
                str(number),
                str(number - 1),
                said(role, f"Text {number}", NOON + number),
            )
        )

    one, _ = await load(anns, nodes)
    seen, token = [], ""
    while len(seen) < 5_000:
        page = await anns.messages(one.conversation_id, page_size=500, page_token=token)
        seen += [m.text for m in page.messages]
        token = page.next_page_token

    assert ["Question 0", *(f"Text {number}" for number in range(1, 5_000))] == seen
    assert ["Cells"] == await anns.found("4999")
    begun = await turns.say("More", conversation_id=one.conversation_id)
    assert 100 == len(begun.history)
