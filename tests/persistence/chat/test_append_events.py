"""TurnService.AppendEvents: checkpoints of many generations in one statement."""

from __future__ import annotations

import asyncio

import pytest
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceStub

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import GenerationDelta
from persistence.chat.turns.append import pieces_append
from persistence.chat.turns.convert import pieces_from_proto
from persistence.pool import Connection, Pool
from tests.mesh.failures import failure, reason
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import LEASE, MOMENT, Turns, pb, piece


async def stored(turns: Turns, begun: pb.BeginTurnResponse) -> tuple[str, int]:
    """The text so far, and the last event that it holds."""
    generation = (await turns.locate(begun.generation.generation_id)).generation
    return generation.text, generation.last_sequence


class TestText:
    async def test_pieces_of_many_generations_are_stored_at_once(
        self, turns: Turns, bob: Person
    ):
        """
        One call, many generations of several users.
        """
        bobs = turns.of(bob)
        one, two = await turns.say("One"), await bobs.say("Two")

        lost = await turns.append(piece(one, "Fir", sequence=3), piece(two, "Se"))
        lost += await turns.append(piece(one, "st", 3, 5), piece(two, "cond", 2, 4))

        assert [] == lost
        assert ("First", 5) == await stored(turns, one)
        assert ("Second", 4) == await stored(bobs, two)

    async def test_a_piece_that_comes_again_is_skipped(self, turns: Turns):
        """
        A checkpoint whose answer was lost is sent again, as it was or with more.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "Fir", sequence=3))
        again = await turns.append(piece(begun, "Fir", sequence=3))
        once = await stored(turns, begun)
        await turns.append(piece(begun, "First", sequence=5))

        assert [] == again
        assert ("Fir", 3) == once
        assert ("First", 5) == await stored(turns, begun)

    async def test_a_new_attempt_replaces_the_text_from_its_offset(self, turns: Turns):
        """
        After `attempt_changed` the text is cut in the middle of a piece and goes on.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "alpha ", 0, 2))
        await turns.append(piece(begun, "beta ", 6, 3))
        await turns.append(piece(begun, "gamma", 11, 4))
        await turns.append(piece(begun, "!", 8, 6))
        cut = await stored(turns, begun)
        await turns.append(piece(begun, " more", 9, 7))
        await turns.append(piece(begun, "anew", 0, 9))

        assert ("alpha be!", 6) == cut
        assert ("anew", 9) == await stored(turns, begun)

    async def test_what_is_stored_is_always_the_begin_of_the_answer(self, turns: Turns):
        """
        A piece that would leave a gap only renews the lease.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "Fir", sequence=3))

        lost = await turns.append(piece(begun, "late", 10, 9))

        assert [] == lost
        assert ("Fir", 3) == await stored(turns, begun)

    async def test_offsets_are_code_points(self, turns: Turns):
        """
        An emoji is one, a combining accent is one; NUL becomes U+FFFD and still one.
        """
        begun = await turns.say()
        parts = ["\U0001f469\u200d\U0001f467", "e\u0301", "nul\x00!", "\U0001d54f"]
        offset = 0
        for number, part in enumerate(parts):
            await turns.append(piece(begun, part, offset, number + 2))
            offset += len(part)

        expected = "".join(parts).replace("\x00", "\ufffd")
        assert (expected, 5) == await stored(turns, begun)

    async def test_one_generation_may_come_twice_in_a_call(self, turns: Turns):
        """
        Its pieces are stored in their order.
        """
        begun = await turns.say()

        await turns.append(piece(begun, "Fir", 0, 2), piece(begun, "st", 3, 3))

        assert ("First", 3) == await stored(turns, begun)


class TestLease:
    async def test_is_renewed_by_each_checkpoint(self, turns: Turns):
        """
        With or without text, and by the database's clock.
        """
        begun = await turns.say(lease_duration=MOMENT)
        expired = (await turns.locate(begun.generation.generation_id)).lease.expired
        await turns.append(piece(begun, ""))
        lease = (await turns.locate(begun.generation.generation_id)).lease

        assert expired
        assert not lease.expired
        assert "worker-1:20802" == lease.worker_endpoint

    async def test_lost_generations_are_named_and_fail_no_others(
        self, turns: Turns, conversations: ConversationServiceStub
    ):
        """
        Taken over, ended, deleted, unknown, of another capability: each is lost.
        """
        taken = await turns.say("taken", lease_duration=MOMENT)
        await turns.take_over(taken.generation.generation_id)
        ended = await turns.say("ended")
        await turns.finish(ended, "done")
        deleted = await turns.say("deleted")
        await conversations.DeleteConversation(
            conversations_pb.DeleteConversationRequest(
                conversation_id=deleted.generation.conversation_id
            ),
            metadata=turns.person.metadata,
        )
        held = await turns.say("held")
        forged = await turns.say("forged")
        unknown = str(uuid7())

        lost = await turns.append(
            piece(taken, "x"),
            piece(ended, "x"),
            piece(held, "kept"),
            piece(deleted, "x"),
            piece(forged, "x", capability=held.capability),
            piece(forged, "x", generation_id=unknown),
        )

        names = [b.generation.generation_id for b in (taken, ended, deleted, forged)]
        assert {*names, unknown} == set(lost)
        assert ("kept", 2) == await stored(turns, held)
        assert ("", 0) == await stored(turns, forged)

    async def test_only_gateway_may_call_it(self, turns: Turns, served):
        """
        Envoy forwards users; it writes no answers.
        """
        stub = Turns(served.channel.stub(TurnServiceStub), turns.person)

        error = await failure(stub.append(piece(await turns.say(), "x")))

        assert "PEER_NOT_ALLOWED" == reason(error)


class TestStatement:
    @pytest.mark.parity("A7")
    async def test_many_generations_take_one_statement(self, turns: Turns, pool: Pool):
        """
        Between BEGIN and COMMIT there is one, however many generations there are.
        """
        begun = await asyncio.gather(*(turns.say(str(n)) for n in range(30)))
        request = pb.AppendEventsRequest(
            deltas=[piece(one, "text") for one in begun], lease_duration=LEASE
        )
        statements: list[object] = []

        async def counted(connection: Connection) -> object:
            execute = connection.execute

            async def counting(query, *args):
                statements.append(query)
                return await execute(query, *args)

            connection.execute = counting
            try:
                return await pieces_append(
                    connection,
                    pieces=pieces_from_proto(request),
                    lease_duration=LEASE.ToTimedelta(),
                )
            finally:
                del connection.execute

        assert [] == await pool.run(counted)
        assert 1 == len(statements)
        assert 30 == await orm.run(GenerationDelta.objects.count, using="service")

    async def test_two_writers_do_not_deadlock(self, turns: Turns):
        """
        Calls that name the same generations in opposite orders both succeed.
        """
        begun = await asyncio.gather(*(turns.say(str(n)) for n in range(20)))
        pieces = [piece(one, "text") for one in begun]

        for _ in range(5):
            lost = await asyncio.gather(
                turns.append(*pieces), turns.append(*reversed(pieces))
            )
            assert [[], []] == lost

    async def test_a_renewal_is_a_hot_update(self, turns: Turns, pool: Pool):
        """
        Renewing a lease touches no index: it would double the cost of a checkpoint.
        """
        begun = await turns.say()
        request = pb.AppendEventsRequest(deltas=[piece(begun, "text")])

        async def updates(connection: Connection) -> object:
            await pieces_append(
                connection,
                pieces=pieces_from_proto(request),
                lease_duration=LEASE.ToTimedelta(),
            )
            cursor = await connection.execute(
                "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables"
                " WHERE relname = 'chat_generation'"
            )
            return await cursor.fetchone()

        assert (1, 1) == await pool.run(updates)
