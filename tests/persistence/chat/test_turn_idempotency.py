"""A turn begins once, however often and however many at once ask for it."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lamla.chat.v1 import generation_pb2

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.turns import convert
from persistence.chat.turns.begin import turn_begin
from persistence.chat.turns.domain import BegunTurn
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import GATEWAY, LEASE, Turns, counts, pb, piece, texts


class TestIdempotency:
    async def test_the_same_request_returns_the_same_turn_as_it_stands(
        self, turns: Turns
    ):
        """
        With `created` false, the writer's lease, and the text so far; nothing is new.
        """
        request_id = str(uuid7())
        first = await turns.say("One", request_id=request_id)
        await turns.append(piece(first, "Fir", sequence=4))

        again = await turns.say(
            "One", request_id=request_id, gateway_endpoint="gateway-2:20801"
        )

        assert not again.created
        assert first.generation.generation_id == again.generation.generation_id
        assert first.capability == again.capability
        assert GATEWAY == again.lease.gateway_endpoint
        assert "worker-1:20802" == again.lease.worker_endpoint
        assert ("Fir", 4) == (again.generation.text, again.generation.last_sequence)
        assert ["One"] == texts(again)
        assert (1, 2, 1) == await counts()

    async def test_an_ended_turn_is_returned_not_run_again(self, turns: Turns):
        """
        A FAILED answer is reported by the same request; only Regenerate makes another.
        """
        request_id = str(uuid7())
        first = await turns.say("One", request_id=request_id)
        await turns.finish(first, "Fir", state=generation_pb2.GENERATION_STATE_FAILED)

        again = await turns.say("One", request_id=request_id)

        assert not again.created
        assert generation_pb2.GENERATION_STATE_FAILED == again.generation.state
        assert "Fir" == again.generation.text

    @pytest.mark.parametrize(
        "other",
        [
            {"text": "Two"},
            {"config": generation_pb2.GenerationConfig(temperature=0.1)},
            {"config": generation_pb2.GenerationConfig(model="large")},
        ],
    )
    async def test_another_body_with_the_same_request_id_is_refused(
        self, turns: Turns, other: dict[str, object]
    ):
        """
        REQUEST_ID_REUSED, and nothing is stored.
        """
        request_id = str(uuid7())
        await turns.say("One", request_id=request_id)

        error = await failure(
            turns.say(**{"text": "One", "request_id": request_id, **other})
        )

        assert "REQUEST_ID_REUSED" == reason(error)
        assert request_id == typed(error).metadata["request_id"]
        assert (1, 2, 1) == await counts()

    async def test_request_ids_of_others_do_not_matter(self, turns: Turns, bob: Person):
        """
        Two users may choose the same request id.
        """
        request_id = str(uuid7())
        one = await turns.say("One", request_id=request_id)
        two = await turns.of(bob).say("Two", request_id=request_id)

        assert one.created
        assert two.created

    @pytest.mark.parametrize("in_conversation", [False, True])
    async def test_of_many_at_once_exactly_one_begins_it(
        self, turns: Turns, *, in_conversation: bool
    ):
        """
        Twenty equal calls at once: one creates the turn, nineteen attach to it.
        """
        conversation_id = ""
        if in_conversation:
            conversation_id = (await turns.say("Zero")).generation.conversation_id
        before = await counts()
        request_id = str(uuid7())

        begun = await asyncio.gather(
            *(
                turns.say("One", request_id=request_id, conversation_id=conversation_id)
                for _ in range(20)
            )
        )

        after = await counts()
        assert 1 == sum(one.created for one in begun)
        assert 1 == len({one.generation.generation_id for one in begun})
        assert 1 == len({tuple(texts(one)) for one in begun})
        assert (int(not in_conversation), 2, 1) == tuple(
            new - old for new, old in zip(after, before, strict=True)
        )


class TestCost:
    async def test_a_turn_takes_two_statements(self, turns: Turns):
        """
        One finds, one stores; with `set_config` three, and a repetition as many.
        """
        request = convert.turn_request_from_proto(
            pb.BeginTurnRequest(
                request_id=str(uuid7()),
                new_message=pb.NewMessage(text="One"),
                gateway_endpoint=GATEWAY,
                lease_duration=LEASE,
            )
        )
        person = turns.person

        def counted() -> tuple[BegunTurn, int]:
            with CaptureQueriesContext(connection) as queries:
                begun = turn_begin(
                    owner_id=person.id, session_id=person.session_id, request=request
                )
            return begun, len(queries)

        begun, statements = await orm.run(counted, owner=person.id)
        again, repeated = await orm.run(counted, owner=person.id)

        assert (True, 2) == (begun.created, statements)
        assert (False, 2) == (again.created, repeated)
        assert isinstance(begun.answer.message.generation.id, UUID)
