"""Who writes a generation, who goes on with it, and what ends one that nobody does."""

from __future__ import annotations

import asyncio

import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from lamla.chat.v1 import generation_pb2

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import GenerationDelta
from persistence.chat.periodic import chat_periodic
from persistence.chat.turns.sweep import generations_interrupt_expired
from tests.mesh.failures import failure, reason
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import GATEWAY, MOMENT, Turns, piece

GENERATING = generation_pb2.GENERATION_STATE_GENERATING
INTERRUPTED = generation_pb2.GENERATION_STATE_INTERRUPTED


class TestLocate:
    async def test_says_where_a_generation_stands_and_who_writes_it(self, turns: Turns):
        """
        Text so far, last event, lease, prompt version and time of the begin.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "ATP", sequence=5))

        located = await turns.locate(begun.generation.generation_id)

        assert "ATP" == located.generation.text
        assert 5 == located.generation.last_sequence
        assert GATEWAY == located.lease.gateway_endpoint
        assert "worker-1:20802" == located.lease.worker_endpoint
        assert (1, False) == (located.lease.epoch, located.lease.expired)
        assert begun.prompt_version == located.prompt_version
        assert begun.start_time == located.start_time

    async def test_what_is_not_ours_is_not_there(self, turns: Turns, bob: Person):
        """
        Another user's generation is as unknown as one that does not exist.
        """
        begun = await turns.say(lease_duration=MOMENT)
        bobs = turns.of(bob)
        for generation_id in (begun.generation.generation_id, str(uuid7())):
            for call in (bobs.locate, bobs.take_over):
                error = await failure(call(generation_id))

                assert "GENERATION_NOT_FOUND" == reason(error)
                assert f"No generation {generation_id}." == error.details()


class TestTakeOver:
    async def test_an_expired_lease_goes_to_the_next_epoch(self, turns: Turns):
        """
        The new writer learns the text so far and where the worker is.
        """
        begun = await turns.say(lease_duration=MOMENT)
        await turns.append(piece(begun, "ATP", sequence=5), lease=MOMENT)

        taken = await turns.take_over(begun.generation.generation_id)

        assert 2 == taken.lease.epoch
        assert "gateway-2:20801" == taken.lease.gateway_endpoint
        assert "worker-1:20802" == taken.lease.worker_endpoint
        assert not taken.lease.expired
        assert ("ATP", 5) == (taken.generation.text, taken.generation.last_sequence)
        assert begun.capability == taken.capability
        assert [] == await turns.append(piece(taken, " is", 3, 6))
        assert [begun.generation.generation_id] == await turns.append(piece(begun, "x"))

    async def test_of_many_at_once_exactly_one_takes_it(self, turns: Turns):
        """
        The others are told that a live writer holds it.
        """
        begun = await turns.say(lease_duration=MOMENT)
        generation_id = begun.generation.generation_id

        results = await asyncio.gather(
            *(turns.take_over(generation_id) for _ in range(10)), return_exceptions=True
        )

        lost = [reason(r) for r in results if isinstance(r, Exception)]
        assert ["LEASE_LOST"] * 9 == lost
        assert 2 == (await turns.locate(generation_id)).lease.epoch

    async def test_a_live_writer_keeps_its_lease(self, turns: Turns):
        """
        LEASE_LOST, and its epoch is still good.
        """
        begun = await turns.say()

        error = await failure(turns.take_over(begun.generation.generation_id))

        assert "LEASE_LOST" == reason(error)
        assert [] == await turns.append(piece(begun, "x"))

    async def test_an_ended_generation_is_not_taken(self, turns: Turns):
        """
        There is nothing left to write.
        """
        begun = await turns.say(lease_duration=MOMENT)
        await turns.finish(begun, "x")

        error = await failure(turns.take_over(begun.generation.generation_id))

        assert "GENERATION_ENDED" == reason(error)

    @pytest.mark.parametrize(
        ("holder", "taker", "is_taken"),
        [
            ("gateway-1:20801#a", "gateway-1:20801#b", True),
            ("gateway-1:20801#a", "gateway-1:20801#a", False),
            ("gateway-1:20801#a", "gateway-2:20801#b", False),
            ("gateway-1:20801#a", "gateway-1:20801", False),
            ("gateway-1:20801", "gateway-1:20801#b", False),
            ("gateway-1:20801", "gateway-1:20801", False),
            ("gateway-1:208011#a", "gateway-1:20801#b", False),
            ("gateway-1:20801#a", "gateway_1:20801#b", False),
            ("gateway-1:20801#a", "%#b", False),
        ],
    )
    async def test_what_an_earlier_run_left_is_taken_at_once(
        self, turns: Turns, holder: str, taker: str, *, is_taken: bool
    ):
        """
        Two processes cannot listen at one address: the one before is gone. Should it
        not be, its epoch is too old to write.
        """
        begun = await turns.say(gateway_endpoint=holder)
        call = turns.take_over(begun.generation.generation_id, taker)

        if not is_taken:
            assert "LEASE_LOST" == reason(await failure(call))
            return
        taken = await call
        assert (2, taker) == (taken.lease.epoch, taken.lease.gateway_endpoint)
        assert [begun.generation.generation_id] == await turns.append(piece(begun, "x"))


class TestSweep:
    async def test_an_abandoned_answer_is_interrupted_with_its_text(self, turns: Turns):
        """
        Its state is honest, it says why, and what was checkpointed is its text.
        """
        abandoned = await turns.say("abandoned", lease_duration=MOMENT)
        await turns.append(
            piece(abandoned, "ATP", 0, 2), piece(abandoned, " is", 3, 5), lease=MOMENT
        )
        silent = await turns.say("silent", lease_duration=MOMENT)
        alive = await turns.say("alive")
        await turns.append(piece(alive, "x"))

        for periodic in chat_periodic():
            await periodic.once()

        generation = (await turns.locate(abandoned.generation.generation_id)).generation
        info = ErrorInfo()
        assert generation.failure.details[0].Unpack(info)
        assert "ERROR_REASON_GENERATION_INTERRUPTED" == info.reason
        assert (INTERRUPTED, "ATP is", 6) == (
            generation.state,
            generation.text,
            generation.last_sequence,
        )
        located = await turns.locate(silent.generation.generation_id)
        assert (INTERRUPTED, "") == (located.generation.state, located.generation.text)
        located = await turns.locate(alive.generation.generation_id)
        assert (GENERATING, "x") == (located.generation.state, located.generation.text)
        assert 1 == await orm.run(GenerationDelta.objects.count, using="service")

    async def test_a_writer_that_was_only_slow_has_lost(self, turns: Turns):
        """
        A terminal state never changes, not even by a late and better end.
        """
        begun = await turns.say(lease_duration=MOMENT)
        await orm.run(generations_interrupt_expired, using="service")

        late = await failure(turns.finish(begun, "late"))
        same = await failure(turns.finish(begun, "late", state=INTERRUPTED))

        assert ["LEASE_LOST", "LEASE_LOST"] == [reason(late), reason(same)]
        assert [begun.generation.generation_id] == await turns.append(piece(begun, "x"))

    @pytest.mark.parametrize("sweeps", [4])
    async def test_sweeps_do_not_disturb_each_other(self, turns: Turns, sweeps: int):
        """
        Two processes that sweep at once end each generation once.
        """
        for number in range(10):
            await turns.say(str(number), lease_duration=MOMENT)

        await asyncio.gather(
            *(
                orm.run(generations_interrupt_expired, using="service")
                for _ in range(sweeps)
            )
        )

        assert not await orm.run(generations_interrupt_expired, using="service")
