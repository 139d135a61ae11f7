"""The database goes away: failures are typed, and nothing is half-written or lost."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import grpc
import psycopg
import pytest
from django.db import connection
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1.conversation_service_pb2_grpc import (
    ConversationServiceServicer,
    ConversationServiceStub,
)
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceServicer

from mesh.ids import uuid7
from persistence.chat.turns import begin
from persistence.chat.turns.domain import BegunTurn
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.conversations import Conversations
from tests.persistence.chat.turns import Turns, counts, piece
from tests.persistence.postgres import TestServer

SECRETS = ("select", "insert", "chat_", "psycopg", "traceback", "lamla_app", ".py")


def terminate(server: TestServer) -> None:
    """Ends every connection of ours, as a restart of the server would."""
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity"
            " WHERE usename IN ('lamla_app', 'lamla_service')"
        )


def durable(server: TestServer, setting: str) -> None:
    """Has new connections wait for the disk as in production, or no more."""
    with psycopg.connect(server.url(), autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE lamla_test {setting}")
    terminate(server)


def crash(server: TestServer) -> None:
    """Kills a backend, whereupon the server restarts without writing anything."""
    superuser = psycopg.connect(server.url(), autocommit=True)
    (pid,) = superuser.execute(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'lamla_app' LIMIT 1"
    ).fetchone()
    os.kill(pid, signal.SIGKILL)
    with suppress(psycopg.OperationalError):
        while True:  # Until the server has noticed, and ends every other one.
            superuser.execute("SELECT pg_sleep(0.01)")


class TestLostConnections:
    async def test_nobody_notices_connections_that_were_closed_while_idle(
        self, turns: Turns, server: TestServer
    ):
        """
        The ORM's and the pool's are replaced within the call.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "ATP"))
        terminate(server)

        assert [] == await turns.append(piece(begun, " is", 3, 3))
        terminate(server)
        finished = await turns.finish(begun, "ATP is")
        terminate(server)
        again = await turns.say("Two", conversation_id=finished.message.conversation_id)

        assert ["What is ATP?", "ATP is", "Two"] == [m.text for m in again.history]

    async def test_a_turn_cut_in_the_middle_is_not_half_there(
        self, turns: Turns, server: TestServer, monkeypatch: pytest.MonkeyPatch
    ):
        """
        UNAVAILABLE with RetryInfo; the same request again begins it once.
        """

        def cut(*args, **kwargs):
            """Stands where everything is stored and nothing is committed."""
            terminate(server)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            return BegunTurn(*args, **kwargs)

        request_id = str(uuid7())
        with monkeypatch.context() as patched:
            patched.setattr(begin, "BegunTurn", cut)
            error = await failure(turns.say("One", request_id=request_id))

        assert "DATABASE_UNAVAILABLE" == reason(error)
        assert typed(error).retry_after is not None
        assert (0, 0, 0) == await counts()
        assert (await turns.say("One", request_id=request_id)).created
        assert (1, 2, 1) == await counts()

    @pytest.mark.parity("A6")
    async def test_what_was_acknowledged_survives_a_crash_of_the_server(
        self, turns: Turns, server: TestServer
    ):
        """
        kill -9 of PostgreSQL right after BeginTurn was answered: the question is there.
        """
        durable(server, "SET synchronous_commit = on")
        begun = await turns.say("What is ATP?")
        crash(server)
        for _ in range(1_000):
            try:
                located = await turns.locate(begun.generation.generation_id)
                break
            except grpc.aio.AioRpcError as error:
                assert "DATABASE_UNAVAILABLE" == reason(error)  # noqa: PT017 - Each try.
                await asyncio.sleep(0.1)

        durable(server, "RESET synchronous_commit")
        assert begun.generation == located.generation
        assert (1, 2, 1) == await counts()


class TestServerDown:
    @pytest.mark.parity("A37")
    async def test_every_method_says_when_to_try_again(
        self,
        turns: Turns,
        anns: Conversations,
        server: TestServer,
    ):
        """
        UNAVAILABLE, DATABASE_UNAVAILABLE, RetryInfo; no SQL, no stack, no host.
        """
        begun = await turns.say()
        generation = begun.generation
        conversation_id = generation.conversation_id

        server.stop()
        try:
            calls = (
                turns.say(),
                turns.append(piece(begun, "x")),
                turns.finish(begun, "x"),
                turns.locate(generation.generation_id),
                turns.take_over(generation.generation_id),
                turns.title(begun, "x"),
                anns.create(),
                anns.page(),
                anns.get(conversation_id),
                anns.update(conversation_id, title="x"),
                anns.delete(conversation_id),
                anns.undelete(conversation_id),
                anns.search("x"),
                anns.export(conversation_id),
                anns.load("[]"),
                anns.delete_message(generation.user_message_id),
                anns.messages(conversation_id),
            )
            errors = await asyncio.gather(*(failure(call) for call in calls))
        finally:
            server.run()

        for error in errors:
            assert "DATABASE_UNAVAILABLE" == reason(error)
            assert typed(error).retry_after is not None
            shown = f"{error.details()} {typed(error).metadata}".lower()
            assert [] == [secret for secret in SECRETS if secret in shown]
        methods = {
            name
            for service in (TurnServiceServicer, ConversationServiceServicer)
            for name in vars(service)
            if not name.startswith("_")
        }
        assert len(methods) == len(errors)
        assert (1, 2, 1) == await counts()

    @pytest.mark.parity("A8")
    async def test_the_history_is_the_same_after_a_restart(
        self, turns: Turns, conversations: ConversationServiceStub, server: TestServer
    ):
        """
        PostgreSQL is the only source of truth: nothing lives in the process.
        """
        begun = await turns.say()
        await turns.finish(begun, "A molecule.")
        running = await turns.say(
            "More?", conversation_id=begun.generation.conversation_id
        )
        await turns.append(piece(running, "Yes"))
        request = conversations_pb.ListMessagesRequest(
            conversation_id=begun.generation.conversation_id
        )
        before = await conversations.ListMessages(
            request, metadata=turns.person.metadata
        )

        server.stop()
        server.run()

        after = await conversations.ListMessages(
            request, metadata=turns.person.metadata
        )
        assert 4 == len(after.messages)
        assert before == after
