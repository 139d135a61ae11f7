"""TurnService.FinishTurn: the end of an answer is stored once and for good."""

from __future__ import annotations

from datetime import timedelta

import pytest
from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import ErrorInfo
from lamla.chat.v1 import conversation_service_pb2 as conversations_pb
from lamla.chat.v1 import generation_pb2
from lamla.chat.v1.conversation_service_pb2_grpc import ConversationServiceStub

from mesh.errors import status_of
from mesh.ids import uuid7
from persistence import orm
from persistence.chat import errors
from persistence.chat.models import GenerationDelta
from tests.mesh.failures import failure, reason, typed
from tests.persistence.chat.turns import COMPLETE, MOMENT, Turns, piece

FAILED = generation_pb2.GENERATION_STATE_FAILED
CANCELLED = generation_pb2.GENERATION_STATE_CANCELLED
USAGE = generation_pb2.Usage(
    prompt_tokens=2**32 - 1,
    output_tokens=7,
    time_to_first_token=Duration(nanos=120_000_000),
    duration=Duration(seconds=3),
)


class TestFinish:
    @pytest.mark.parity("A7")
    async def test_stores_text_state_and_cost_and_removes_the_deltas(
        self, turns: Turns, conversations: ConversationServiceStub
    ):
        """
        What the writer sends is the text, whatever the checkpoints were.
        """
        begun = await turns.say()
        await turns.append(piece(begun, "ATP is"))

        finished = await turns.finish(
            begun, "ATP is a molecule.", usage=USAGE, last_sequence=2**32 - 1
        )

        page = await conversations.ListMessages(
            conversations_pb.ListMessagesRequest(
                conversation_id=begun.generation.conversation_id
            ),
            metadata=turns.person.metadata,
        )
        message = finished.message
        assert message == page.messages[1]
        assert "ATP is a molecule." == message.text
        assert COMPLETE == message.state
        assert generation_pb2.FINISH_REASON_STOP == message.finish_reason
        assert USAGE == message.usage
        assert ("small", "local") == (message.model, message.provider)
        located = await turns.locate(begun.generation.generation_id)
        assert "ATP is a molecule." == located.generation.text
        assert 2**32 - 1 == located.generation.last_sequence
        assert not located.HasField("lease")
        assert 0 == await orm.run(GenerationDelta.objects.count, using="service")

    async def test_a_failure_is_kept_with_its_details(self, turns: Turns):
        """
        The status of a `failed` event is read back as it was.
        """
        begun = await turns.say()
        failed = status_of(errors.generation_interrupted())

        message = (
            await turns.finish(begun, "so far", state=FAILED, failure=failed)
        ).message

        info = ErrorInfo()
        assert message.failure.details[0].Unpack(info)
        assert "ERROR_REASON_GENERATION_INTERRUPTED" == info.reason
        assert (FAILED, "so far") == (message.state, message.text)

    async def test_an_answer_is_not_lost_for_a_character(self, turns: Turns):
        """
        NUL, which PostgreSQL cannot hold, is stored as U+FFFD; a megabyte is stored.
        """
        for text in ("nul \x00 inside", "\U0001d54f" * 250_000):
            message = (await turns.finish(await turns.say(), text)).message

            assert text.replace("\x00", "\ufffd") == message.text

    async def test_the_same_end_again_changes_nothing(self, turns: Turns):
        """
        A repeated end returns the stored answer; another end has lost.
        """
        begun = await turns.say()
        first = await turns.finish(begun, "First", usage=USAGE)

        again = await turns.finish(begun, "First", usage=USAGE)
        other = await failure(turns.finish(begun, "", state=CANCELLED))

        assert first == again
        assert "LEASE_LOST" == reason(other)


class TestRefusals:
    async def test_an_older_epoch_has_lost_its_lease(self, turns: Turns):
        """
        Of two writers the newer one writes.
        """
        begun = await turns.say(lease_duration=MOMENT)
        generation_id = begun.generation.generation_id
        taken = await turns.take_over(generation_id)

        error = await failure(turns.finish(begun, "old"))
        await turns.finish(taken, "new")

        assert "LEASE_LOST" == reason(error)
        assert {"generation_id": generation_id} == typed(error).metadata
        assert "new" == (await turns.locate(generation_id)).generation.text

    async def test_a_wrong_capability_writes_nothing(self, turns: Turns):
        """
        That of another generation is as wrong as none.
        """
        one, two = await turns.say("One"), await turns.say("Two")

        errors_ = [
            await failure(turns.finish(one, "x", capability=capability))
            for capability in (two.capability, "", "\x00", "\U0001d54f")
        ]

        assert ["CAPABILITY_INVALID"] * 4 == [reason(error) for error in errors_]

    async def test_a_deleted_generation_is_not_found(
        self, turns: Turns, conversations: ConversationServiceStub
    ):
        """
        A conversation that is deleted in mid-answer takes the answer with it.
        """
        begun = await turns.say()
        await conversations.DeleteConversation(
            conversations_pb.DeleteConversationRequest(
                conversation_id=begun.generation.conversation_id,
                request_id=str(uuid7()),
            ),
            metadata=turns.person.metadata,
        )

        error = await failure(turns.finish(begun, "x"))

        assert "GENERATION_NOT_FOUND" == reason(error)

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"finish_reason": 99}, "finish_reason"),
            ({"finish_reason": -1}, "finish_reason"),
            ({"state": 77}, "state"),
            ({"state": generation_pb2.GENERATION_STATE_GENERATING}, "state"),
            (
                {"usage": generation_pb2.Usage(duration=Duration(seconds=2**62))},
                "usage.duration",
            ),
        ],
    )
    async def test_refuses_what_is_no_end(
        self, turns: Turns, values: dict[str, object], field: str
    ):
        """
        The field is named, and the generation runs on.
        """
        begun = await turns.say()

        error = await failure(turns.finish(begun, "x", **values))

        assert "INVALID_FIELD" == reason(error)
        assert [field] == [v.field for v in typed(error).field_violations]
        assert [] == await turns.append(piece(begun, "on"))

    async def test_odd_durations_are_kept(self, turns: Turns):
        """
        Clocks go backwards; that must not cost an answer.
        """
        usage = generation_pb2.Usage(duration=Duration(seconds=-1))

        message = (await turns.finish(await turns.say(), "x", usage=usage)).message

        assert timedelta(seconds=-1) == message.usage.duration.ToTimedelta()
