"""Files that mean harm, or were broken: each fault is named, and harms nothing else."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Conversation
from persistence.chat.portable.documents import document_read
from persistence.chat.portable.domain import Failure
from persistence.chat.portable.store import conversations_import
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations, rows
from tests.persistence.chat.people import Person
from tests.persistence.chat.portable.chatgpt import (
    conversation,
    document,
    node,
    said,
)

GOOD = conversation([node("q", None, said("user", "One"))])
QUESTION = {
    "message_id": "1",
    "parent_message_id": None,
    "role": "user",
    "text": "One",
    "create_time": "2026-01-01T00:00:00Z",
}
ANSWER = {
    "message_id": "2",
    "parent_message_id": "1",
    "role": "assistant",
    "text": "First",
    "create_time": "2026-01-01T00:00:00Z",
}
OWN = {
    "format": "lamla.conversation/1",
    "title": "Mine",
    "create_time": "2026-01-01T00:00:00Z",
    "update_time": "2026-01-01T00:00:00Z",
    "messages": [QUESTION, ANSWER],
}


def own(**values: Any) -> dict[str, Any]:
    """Our own form, with something else in it."""
    return {**OWN, **values}


def of_answer(**values: Any) -> dict[str, Any]:
    """Our own form, with something else in the answer."""
    return own(messages=[QUESTION, {**ANSWER, **values}])


def of_question(**values: Any) -> dict[str, Any]:
    """Our own form, with something else in the question."""
    return own(messages=[{**QUESTION, **values}, ANSWER])


def chatgpt(*nodes: Any, **values: Any) -> dict[str, Any]:
    """ChatGPT's form."""
    return conversation(list(nodes), **values)


CASES: dict[str, Any] = {
    "number": 5,
    "null": None,
    "empty": {},
    "nested list": [[]],
    "mapping is a list": {"mapping": []},
    "no messages": chatgpt(),
    "only hidden": chatgpt(node("s", None, said("system", "x"))),
    "node is a text": {"mapping": {"a": "b"}},
    "message is a text": chatgpt(node("a", None, "text")),
    "author is missing": chatgpt(node("a", None, {"content": {}})),
    "role is a number": chatgpt(node("a", None, {"author": {"role": 1}})),
    "content is a list": chatgpt(node("a", None, said("user", "", content=[]))),
    "parts is a text": chatgpt(
        node(
            "a", None, said("user", "", content={"content_type": "text", "parts": "x"})
        )
    ),
    "part is a number": chatgpt(node("a", None, said("user", 7))),
    "missing parent": chatgpt(node("a", "gone", said("user", "x"))),
    "parent is a number": chatgpt({**node("a", None), "parent": 5}),
    "own parent": chatgpt(node("a", "a", said("user", "x"))),
    "circle": chatgpt(
        node("q", None, said("user", "x")),
        node("a", "b", said("user", "x")),
        node("b", "a", said("user", "x")),
    ),
    "too many": chatgpt(*(node(str(i), None, said("user", "x")) for i in range(5_001))),
    "far too many": chatgpt(*(node(str(i), None) for i in range(15_001))),
    "nul": chatgpt(node("a", None, said("user", "a\0b"))),
    "nul in title": {**GOOD, "title": "a\0b"},
    "nul in id": chatgpt(node("a\0", None, said("user", "x"))),
    "half a character": chatgpt(node("a", None, said("user", "\ud800"))),
    "half a character in title": {**GOOD, "title": "\udfff"},
    "title is a list": {**GOOD, "title": ["x"]},
    "time is a text": {**GOOD, "create_time": "now"},
    "time is true": {**GOOD, "create_time": True},
    "time is far": {**GOOD, "create_time": 1e18},
    "time is farther": {**GOOD, "update_time": 10**400},
    "time is long ago": {**GOOD, "create_time": -1e12},
    "time is infinite": {**GOOD, "create_time": float("inf")},
    "time is no number": chatgpt(node("a", None, said("user", "x", float("nan")))),
    "long message": chatgpt(node("a", None, said("user", "x" * 500_001))),
    "current node is a list": {**GOOD, "current_node": ["x"]},
    "unknown version": own(format="lamla.conversation/2"),
    "messages missing": own(messages=None),
    "messages is an object": own(messages={}),
    "message is a number": own(messages=[1]),
    "duplicate ids": own(messages=[QUESTION, QUESTION]),
    "own circle": of_question(parent_message_id="2"),
    "own missing parent": of_question(parent_message_id="9"),
    "answer to an answer": own(
        messages=[
            QUESTION,
            ANSWER,
            {**ANSWER, "message_id": "3", "parent_message_id": "2"},
        ]
    ),
    "unknown role": of_question(role="system"),
    "role is a list": of_question(role=["user"]),
    "text missing": of_question(text=None),
    "own nul": of_question(text="\0"),
    "own half": of_question(text="x\udc00"),
    "time missing": of_question(create_time=None),
    "time without a day": of_question(create_time="2026-13-45T00:00:00Z"),
    "time out of range": of_question(create_time="0001-01-01T00:00:00+23:59"),
    "unknown state": of_answer(state="lost"),
    "end is a number": of_answer(end_time=5),
    "model is a number": of_answer(model=5),
    "model is long": of_answer(model="x" * 201),
    "config is a list": of_answer(config=[1]),
    "temperature is infinite": of_answer(config={"temperature": float("inf")}),
    "length is negative": of_answer(config={"max_output_tokens": -1}),
    "usage is a text": of_answer(usage="much"),
    "tokens are negative": of_answer(usage={"prompt_tokens": -1}),
    "tokens are too many": of_answer(usage={"prompt_tokens": 2**40}),
    "duration is too long": of_answer(usage={"duration_us": 2**60}),
    "failure is a text": of_answer(failure="bad"),
    "failure without a code": of_answer(failure={}),
    "failure of unknown kind": of_answer(
        failure={"code": 5, "details": [{"type_url": "x", "value": ""}]}
    ),
    "failure that is none": of_answer(
        failure={
            "code": 5,
            "details": [
                {
                    "type_url": "type.googleapis.com/google.rpc.ErrorInfo",
                    "value": "/////w==",
                }
            ],
        }
    ),
    "pin is a number": own(pinned=1),
    "title is long": own(title="x" * 201),
    "current is elsewhere": own(current_message_id="9"),
}


class TestFailures:
    @pytest.mark.parametrize("case", CASES.values(), ids=CASES)
    def test_what_cannot_be_read_is_named_and_fails_nothing_else(self, case: Any):
        """
        Its place and a sentence; the ones before and after it are read.
        """
        before, found, after = document_read(document(OWN, case, GOOD))

        assert isinstance(found, Failure)
        assert (1, True) == (found.index, found.description.endswith("."))
        assert ["Mine", "Cells"] == [before.title, after.title]
        found.title.encode()
        assert "\0" not in found.title

    async def test_over_the_wire(self, anns: Conversations):
        """
        A document full of faults is OK, with a failure for each.
        """
        loaded = await anns.load(document(GOOD, *CASES.values()))

        assert ["Cells"] == [one.title for one in loaded.conversations]
        assert list(range(1, len(CASES) + 1)) == [f.index for f in loaded.failures]
        assert 1 == await rows(Conversation)

    def test_deep_nesting_is_a_failure_of_one(self):
        """
        However deep, and whatever brackets its texts hold.
        """
        deep = "[" * 100_000 + '"]]}\\"]"' + "]" * 100_000
        text = f"[{json.dumps(OWN)}, {deep}, {json.dumps(GOOD)}]"

        _, found, after = document_read(text)

        assert isinstance(found, Failure)
        assert "It is nested too deeply." == found.description
        assert "Cells" == after.title

    def test_a_long_chain_is_no_recursion(self):
        """
        Thousands of messages, each below the one before, in both forms.
        """
        chain = [QUESTION] + [
            {**QUESTION, "message_id": str(i + 1), "parent_message_id": str(i)}
            for i in range(1, 5_000)
        ]
        nodes = [node("0", None, said("user", "x"))]
        nodes += [node(str(i), str(i - 1), said("user", "x")) for i in range(1, 5_000)]

        one, two = document_read(document(own(messages=chain), chatgpt(*nodes)))

        assert 5_000 == len(one.messages) == len(two.messages)

    def test_answers_in_a_row_do_not_multiply(self):
        """
        A chain of answers, each with a question below, would repeat its text over
        and over.
        """
        nodes = [node("0", None, said("assistant", "x" * 800))]
        for i in range(1, 2_000):
            nodes.append(node(str(i), str(i - 1), said("assistant", "x" * 800)))
            nodes.append(node(f"q{i}", str(i), said("user", "x")))

        began = time.process_time()
        (found,) = document_read(document(chatgpt(*nodes)))

        assert isinstance(found, Failure)
        assert time.process_time() - began < 5


class TestDocuments:
    @pytest.mark.parametrize(
        "text",
        [
            "no",
            "{}",
            "[1, 2]",
            '"text"',
            "12",
            "[{}]",
            "[" * 100_000,
            '{"mapping": {}} x',
            '[{"mapping": {}}',
            '[{"mapping": {}},]',
            "[" + "1" * 10_000 + "]",
            "\ufeff[]",
        ],
        ids=range(12),
    )
    async def test_what_is_no_export_is_refused_as_a_whole(
        self, anns: Conversations, text: str
    ):
        """
        INVALID_FIELD on `document`; nothing is stored.
        """
        error = await failure(anns.load(text))

        assert "INVALID_FIELD" == reason(error)
        assert ["document"] == [v.field for v in typed(error).field_violations]

    async def test_too_many_conversations_are_refused(self, anns: Conversations):
        """
        A response must hold what became of each.
        """
        error = await failure(anns.load(json.dumps([0] * 1_001)))

        assert "INVALID_FIELD" == reason(error)

    async def test_an_empty_list_is_read(self, anns: Conversations):
        """
        There was nothing to read, and that is no fault.
        """
        loaded = await anns.load(" [ ] ")

        assert [] == list(loaded.conversations)

    @given(
        st.recursive(
            st.one_of(
                st.none(),
                st.booleans(),
                st.integers(),
                st.floats(),
                st.text(max_size=5),
                st.sampled_from(["mapping", "user", "a", "lamla.conversation/1"]),
            ),
            lambda inner: st.one_of(
                st.lists(inner, max_size=4),
                st.dictionaries(
                    st.sampled_from(
                        ["mapping", "a", "b", "message", "parent", "author", "role",
                         "content", "content_type", "parts", "format", "messages",
                         "text", "message_id", "create_time", "title", "state"]
                    ),
                    inner,
                    max_size=6,
                ),
            ),
            max_leaves=40,
        )
    )  # fmt: skip
    def test_no_json_is_too_odd(self, content: Any):
        """
        Conversations, failures, or one planned error.
        """
        try:
            found = document_read(json.dumps([content, GOOD]))
        except ServiceError:
            found = []

        assert len(found) in {0, 2}


async def test_a_file_takes_few_statements(ann: Person):
    """
    However many conversations are in it, with their words.
    """
    text = document(*[OWN, GOOD] * 200)
    found = document_read(text)

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            conversations_import(
                owner_id=ann.id, request_id=uuid7(), document=text, found=found
            )
        return len(queries)

    count = await orm.run(counted, owner=ann.id)

    assert count <= 12
    assert 400 == await rows(Conversation)
