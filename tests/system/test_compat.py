"""The older paths against the whole mesh: recorded requests, replayed.

Each is what an older client sends, byte for byte but for ids, with and without a token.
"""

from __future__ import annotations

import json
import os
import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.testing import Stack
from tests.system.conftest import guest, newest_generation, scripted
from tests.system.pages import plain_page

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
TOKENS = 6
RECORDED = Path(__file__).with_name("older_requests.json")


@dataclass(frozen=True)
class Recorded:
    """One request of an older client.

    Attributes:
        keys: Exactly those of the answer.
    """

    method: str
    path: str
    body: dict[str, Any] | None
    keys: set[str]


@dataclass(frozen=True)
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def recorded(name: str) -> Recorded:
    """The request of that name in the recording."""
    entry = json.loads(RECORDED.read_text())[name]
    return Recorded(
        entry["method"], entry["path"], entry["body"], set(entry["answer_keys"])
    )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A mesh whose model takes its time, so that what is buffered shows."""
    home = tmp_path_factory.mktemp("compat")
    with scripted(
        home,
        LAMLA_LLM_SCRIPTED_MODEL=f"scripted-n{TOKENS}-d300",
        LAMLA_GATEWAY_TITLES="false",
        LAMLA_PAGE_DIR=plain_page(home),
    ) as stack:
        yield stack


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A mesh whose model breaks off after five tokens."""
    home = tmp_path_factory.mktemp("failing")
    with scripted(
        home,
        LAMLA_LLM_SCRIPTED_MODEL="scripted-n20-f5",
        LAMLA_GATEWAY_TITLES="false",
        LAMLA_PAGE_DIR=plain_page(home),
    ) as stack:
        yield stack


@pytest.fixture(params=["nobody", "a user"])
def token(request: pytest.FixtureRequest, stack: Stack) -> str:
    """A token, and none."""
    return guest(stack) if request.param == "a user" else ""


def opened(stack: Stack, sent: Recorded, token: str, path: str = "") -> Any:
    """Sends a request and returns the answer, which is not yet read."""
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(  # noqa: S310 - Our own address.
        stack.url + (path or sent.path),
        method=sent.method,
        data=None if sent.body is None else json.dumps(sent.body).encode(),
        headers=headers,
    )
    return urllib.request.urlopen(request, timeout=60)  # noqa: S310


def replay(stack: Stack, sent: Recorded, token: str = "", path: str = "") -> Got:
    """Sends a request and reads the answer, whatever its status."""
    try:
        answer = opened(stack, sent, token, path)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Got(answer.status, headers, answer.read().decode())


def until_status(stack: Stack, sent: Recorded, status: int) -> Got:
    """Sends a request until it is answered with `status`."""
    end = time.monotonic() + 60
    while (got := replay(stack, sent)).status != status:
        assert time.monotonic() < end, got.text
        time.sleep(0.2)
    return got


def events(text: str) -> list[dict[str, Any]]:
    """Reads server-sent events as they are written, nothing forgiven."""
    blocks = text.split("\n\n")
    assert "" == blocks.pop()
    return [json.loads(block.removeprefix("data: ")) for block in blocks]


class TestChat:
    def test_a_message_is_answered(self, stack: Stack, token: str):
        """
        `POST /api/chat/` gives `{response}`, the whole answer.
        """
        sent = recorded("chat")
        got = replay(stack, sent, token)

        assert 200 == got.status
        assert sent.keys == got.json.keys()
        assert got.json["response"]

    def test_a_stream_is_the_answer_in_pieces(self, stack: Stack, token: str):
        """
        `POST /api/chat/stream/`: `{"response": …}` each, then `{"done": true}`.
        """
        whole = replay(stack, recorded("chat"), token).json["response"]
        got = replay(stack, recorded("chat_stream"), token)
        *pieces, last = events(got.text)

        assert "text/event-stream" == got.headers["content-type"]
        assert {"done": True} == last
        assert all(["response"] == list(piece) for piece in pieces)
        assert whole == "".join(piece["response"] for piece in pieces)

    def test_pieces_come_as_they_are_made(self, stack: Stack):
        """
        The first is read before the provider makes the third.
        """
        arrivals = []
        with opened(stack, recorded("chat_stream"), "") as answer:
            for line in answer:
                if line.startswith(b"data: "):
                    arrivals.append(time.monotonic())
        made = [
            line["time"]
            for line in newest_generation(stack)
            if line["event"] == "token"
        ]

        assert TOKENS == len(made)
        pairs = [*zip(arrivals, made[2:], strict=False)]
        in_time = [arrival < after_next for arrival, after_next in pairs]
        # Were pieces held back, all would be late; a busy machine delays one or two.
        assert sum(in_time) > len(pairs) / 2

    @pytest.mark.parametrize("name", ["chat", "chat_stream"])
    @pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": 7}])
    def test_what_is_no_message_is_refused(
        self, stack: Stack, name: str, body: dict[str, Any]
    ):
        """
        400 with a typed body.
        """
        sent = recorded(name)
        got = replay(stack, Recorded(sent.method, sent.path, body, set()))

        assert 400 == got.status
        assert {"code", "message", "details"} >= got.json.keys()


class TestConversations:
    def test_a_conversation_is_created_listed_and_added_to(
        self, stack: Stack, token: str
    ):
        """
        `POST …/conversations/`, `GET` and `POST …/{id}/messages/`; its id alone leads
        back to one that was begun without a token.
        """
        create, add = recorded("create_conversation"), recorded("add_message")
        made = replay(stack, create, token).json
        path = add.path.replace("{id}", made["id"])
        added = [replay(stack, add, token, path) for _ in range(2)]
        listed = replay(stack, recorded("list_conversations"), token)

        assert create.keys == made.keys()
        assert create.body is not None
        assert create.body["title"] == made["title"]
        assert UUID.fullmatch(made["id"])
        assert TIME.fullmatch(made["created_at"])
        for got in added:
            assert 200 == got.status, got.text
            assert add.keys == got.json.keys()
            assert made["id"] == got.json["conversation_id"]
            assert "assistant" == got.json["role"]
            assert got.json["content"] == got.json["response"]
            assert TIME.fullmatch(got.json["created_at"])
        # The second answer is another: the model was told the first exchange.
        assert added[0].json["content"] != added[1].json["content"]
        if token:
            assert [made["id"]] == [each["id"] for each in listed.json]
            assert all(create.keys == each.keys() for each in listed.json)
        else:
            assert [] == listed.json

    def test_without_a_token_nobodys_conversation_is_reached(self, stack: Stack):
        """
        Only what was begun without one: 404, as for what does not exist.
        """
        add = recorded("add_message")
        owner = guest(stack)
        made = replay(stack, recorded("create_conversation"), owner).json
        anonymous = replay(stack, recorded("create_conversation")).json
        attempts = [
            (made["id"], ""),
            (made["id"], guest(stack)),
            (anonymous["id"], owner),
            ("0198c0de-0000-7000-8000-000000000002", ""),
        ]
        answers = [
            replay(stack, add, token, add.path.replace("{id}", id_))
            for id_, token in attempts
        ]

        assert [404] * len(attempts) == [got.status for got in answers]
        assert 1 == len({got.json["code"] for got in answers})


class TestHealth:
    @pytest.mark.parametrize("name", ["health", "chat_health"])
    def test_each_dependency_is_named(self, stack: Stack, name: str):
        """
        200 and `serving` while all is well.
        """
        sent = recorded(name)
        got = replay(stack, sent)

        assert 200 == got.status
        assert sent.keys == got.json.keys()
        assert "serving" == got.json["status"]
        parts = {"database", "gateway", "llm_worker"}
        assert parts == got.json["dependencies"].keys()
        for dependency in got.json["dependencies"].values():
            assert "serving" == dependency["status"]

    def test_a_peer_that_hangs_is_named(self, stack: Stack):
        """
        503 while it does, 200 soon after.
        """
        sent = recorded("health")
        pid = stack.pid("llm_worker")
        os.kill(pid, signal.SIGSTOP)
        try:
            sick = until_status(stack, sent, 503)
        finally:
            os.kill(pid, signal.SIGCONT)
        well = until_status(stack, sent, 200)

        assert sent.keys == sick.json.keys()
        states = {
            name: dependency["status"]
            for name, dependency in sick.json["dependencies"].items()
        }
        assert "serving" != states.pop("llm_worker")
        assert {"database": "serving", "gateway": "serving"} == states
        assert "serving" == well.json["status"]

    def test_the_database_is_asked_now(self, stack: Stack):
        """
        Never from a cache.
        """
        sent = recorded("database_health")
        got = replay(stack, sent)

        assert 200 == got.status
        assert sent.keys == got.json.keys()
        assert "ok" == got.json["status"]
        assert got.json["latency_ms"] > 0
        assert "no-store" in got.headers["cache-control"]


class TestFailure:
    def test_a_failure_is_the_last_event(self, failing: Stack):
        """
        What was made comes first, then `{"error": {…}}`, and no `done`.
        """
        got = replay(failing, recorded("chat_stream"))
        *pieces, last = events(got.text)

        assert 200 == got.status
        assert pieces
        assert all(["response"] == list(piece) for piece in pieces)
        assert ["error"] == list(last)
        assert {"code", "message", "details"} == last["error"].keys()
        (info, *_) = last["error"]["details"]
        assert "ERROR_REASON_PROVIDER_INTERRUPTED" == info["reason"]

    def test_a_failure_of_a_whole_answer_is_a_status(self, failing: Stack):
        """
        503, typed: half an answer is not passed off as one.
        """
        got = replay(failing, recorded("chat"))

        assert got.status >= 500
        assert {"code", "message", "details"} == got.json.keys()
