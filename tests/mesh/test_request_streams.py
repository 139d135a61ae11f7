"""Streamed requests pass the same layers as single ones: who, what, how long, how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

from grpc import StatusCode

from mesh.errors import invalid
from mesh.identity import current_user
from mesh.interceptors import errors
from mesh.testing import bearer
from tests.mesh.echo import JOIN, Item
from tests.mesh.failures import failure, reason, typed


async def items(names: Iterable[str]) -> AsyncIterator[Any]:
    """A stream of requests."""
    for name in names:
        yield Item(name=name)


async def test_requests_reach_the_servicer_as_they_come(echo, servicer):
    """
    The second is sent when the first has been heard.
    """

    async def one_by_one() -> AsyncIterator[Any]:
        for name in ("a", "b", "c"):
            assert servicer.heard == list("abc"[: "abc".index(name)])
            yield Item(name=name)
            while name not in servicer.heard:  # noqa: ASYNC110 - As short as it gets.
                await asyncio.sleep(0.001)

    response = await echo.Join(one_by_one())

    assert "a b c" == response.text


async def test_each_is_held_to_its_rules(echo, servicer):
    """
    The servicer meets the failure where it reads; what came before was good.
    """
    error = await failure(echo.Join(items(["a", "", "c"])))

    assert StatusCode.INVALID_ARGUMENT == error.code()
    assert "INVALID_FIELD" == reason(error)
    assert ["name"] == [each.field for each in typed(error).field_violations]
    assert ["a"] == servicer.heard


async def test_what_is_no_message_is_refused_like_a_wrong_one(served):
    """
    In the middle of a stream, too.
    """

    async def bytes_() -> AsyncIterator[bytes]:
        yield Item(name="a").SerializeToString()
        yield b"\xff\xff\xff\xff"

    call = served.channel.channel.stream_unary(JOIN)

    error = await failure(call(bytes_()))

    assert "INVALID_FIELD" == reason(error)


async def test_a_failure_of_the_servicer_is_typed(echo, servicer, monkeypatch):
    """
    Also for a sender who has not come to an end.
    """
    monkeypatch.setattr(errors, "READ_ON_SECONDS", 0.1)

    async def refuse(_: Any) -> str:
        raise invalid("name", "no")

    async def for_ever() -> AsyncIterator[Any]:
        yield Item(name="a")
        yield Item(name="b")
        await asyncio.Event().wait()

    servicer.say = refuse

    error = await failure(echo.Join(for_ever()))

    assert "INVALID_FIELD" == reason(error)
    assert ["a"] == servicer.heard


async def test_a_sender_who_is_refused_learns_why(echo, servicer):
    """
    After it has sent what it had: a client of grpc.aio that the status meets while it
    sends reports INTERNAL instead.
    """
    sent = []

    async def refuse(_: Any) -> str:
        raise invalid("name", "no")

    async def slowly() -> AsyncIterator[Any]:
        for name in "abc":
            yield Item(name=name)
            sent.append(name)
            await asyncio.sleep(0.02)

    servicer.say = refuse

    error = await failure(echo.Join(slowly()))

    assert "INVALID_FIELD" == reason(error)
    assert ["a", "b", "c"] == sent


async def test_a_user_is_needed_where_the_policy_says_so(for_users, servicer, issuer):
    """
    Before the first request is read; then every one is the user's.
    """
    users = []

    async def who(_: Any) -> str:
        users.append(current_user().id)
        return ""

    servicer.say = who
    token = issuer.token()

    refused = await failure(for_users.Join(items(["a"])))
    await for_users.Join(items(["a", "b"]), metadata=bearer(token))

    user = await issuer.verifier.verify(token)
    assert "TOKEN_MISSING" == reason(refused)
    assert [user.id, user.id] == users


async def test_its_deadline_ends_a_stream(echo):
    """
    As any call's.
    """

    async def for_ever() -> AsyncIterator[Any]:
        yield Item(name="a")
        await asyncio.Event().wait()

    error = await failure(echo.Join(for_ever(), timeout=0.2))

    assert StatusCode.DEADLINE_EXCEEDED == error.code()


async def test_a_sender_who_goes_ends_the_call(echo, servicer):
    """
    The servicer is cancelled where it waits for the next request.
    """
    began, ended = asyncio.Event(), asyncio.Event()

    async def wait(_: Any) -> str:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    servicer.say = wait
    call = echo.Join(items(["a"]))
    await began.wait()
    call.cancel()

    await ended.wait()
