"""Turns in tests: TurnService with what a test does not care about filled in."""

from __future__ import annotations

from typing import Any

from google.protobuf.duration_pb2 import Duration
from lamla.chat.v1 import generation_pb2
from lamla.store.v1 import turn_service_pb2 as pb
from lamla.store.v1.turn_service_pb2_grpc import TurnServiceStub

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Conversation, Generation, Message
from tests.persistence.chat.people import Person

LEASE = Duration(seconds=15)
# Over before the next call can arrive.
MOMENT = Duration(nanos=1_000)
GATEWAY = "gateway-1:20801"
COMPLETE = generation_pb2.GENERATION_STATE_COMPLETE


class Turns:
    """TurnService as gateway calls it for one person."""

    def __init__(self, stub: TurnServiceStub, person: Person) -> None:
        self.stub = stub
        self.person = person

    def of(self, person: Person) -> Turns:
        """The same for another person."""
        return Turns(self.stub, person)

    def request(self, **values: Any) -> pb.BeginTurnRequest:
        """Makes any turn; `new_message`, `edited_message` … say which."""
        return pb.BeginTurnRequest(
            **{
                "request_id": str(uuid7()),
                "gateway_endpoint": GATEWAY,
                "prompt_version": "tutor@1f0c2a9b7d3e",
                "lease_duration": LEASE,
                **values,
            }
        )

    async def begin(self, **values: Any) -> pb.BeginTurnResponse:
        """Begins it."""
        request = self.request(**values)
        return await self.stub.BeginTurn(
            request, metadata=self.person.metadata, timeout=20
        )

    async def say(
        self,
        text: str = "What is ATP?",
        *,
        conversation_id: str = "",
        parent_message_id: str = "",
        **values: Any,
    ) -> pb.BeginTurnResponse:
        """Begins a turn with a new message."""
        message = pb.NewMessage(
            conversation_id=conversation_id,
            parent_message_id=parent_message_id,
            text=text,
        )
        return await self.begin(new_message=message, **values)

    async def regenerate(self, message_id: str, **values: Any) -> pb.BeginTurnResponse:
        """Begins a turn with another answer."""
        return await self.begin(
            regenerated_answer=pb.RegeneratedAnswer(message_id=message_id), **values
        )

    async def edit(
        self, message_id: str, text: str, **values: Any
    ) -> pb.BeginTurnResponse:
        """Begins a turn with a question in other words."""
        return await self.begin(
            edited_message=pb.EditedMessage(message_id=message_id, text=text), **values
        )

    async def go_on(self, message_id: str, **values: Any) -> pb.BeginTurnResponse:
        """Begins a turn with the rest of an answer."""
        return await self.begin(
            continued_answer=pb.ContinuedAnswer(message_id=message_id), **values
        )

    async def append(
        self, *deltas: pb.GenerationDelta, lease: Duration = LEASE
    ) -> list[str]:
        """Checkpoints; returns the generations that are lost."""
        request = pb.AppendEventsRequest(deltas=deltas, lease_duration=lease)
        response = await self.stub.AppendEvents(request, timeout=20)
        return list(response.lost_generation_ids)

    def ending(self, begun: Any, text: str = "", **values: Any) -> pb.FinishTurnRequest:
        """Makes the end of a turn that began or was taken over: COMPLETE by default."""
        return pb.FinishTurnRequest(
            **{
                "generation_id": begun.generation.generation_id,
                "capability": begun.capability,
                "epoch": begun.lease.epoch,
                "state": COMPLETE,
                "finish_reason": generation_pb2.FINISH_REASON_STOP,
                "text": text,
                "model": "small",
                "provider": "local",
                **values,
            }
        )

    async def finish(
        self, begun: Any, text: str = "", **values: Any
    ) -> pb.FinishTurnResponse:
        """Ends it."""
        request = self.ending(begun, text, **values)
        return await self.stub.FinishTurn(request, timeout=20)

    async def locate(self, generation_id: str) -> pb.LocateGenerationResponse:
        """Finds a generation."""
        request = pb.LocateGenerationRequest(generation_id=generation_id)
        return await self.stub.LocateGeneration(
            request, metadata=self.person.metadata, timeout=20
        )

    async def title(self, begun: Any, title: str, **values: Any) -> bool:
        """Gives its conversation a title, as a model makes it."""
        request = pb.SetConversationTitleRequest(
            **{
                "generation_id": begun.generation.generation_id,
                "capability": begun.capability,
                "title": title,
                **values,
            }
        )
        return (await self.stub.SetConversationTitle(request, timeout=20)).accepted

    async def take_over(
        self, generation_id: str, endpoint: str = "gateway-2:20801"
    ) -> pb.TakeOverGenerationResponse:
        """Takes a lease."""
        request = pb.TakeOverGenerationRequest(
            generation_id=generation_id, gateway_endpoint=endpoint, lease_duration=LEASE
        )
        return await self.stub.TakeOverGeneration(
            request, metadata=self.person.metadata, timeout=20
        )


def piece(
    begun: Any, text: str, offset: int = 0, sequence: int = 2, **values: Any
) -> pb.GenerationDelta:
    """Makes a piece of a turn that began or was taken over."""
    return pb.GenerationDelta(
        **{
            "generation_id": begun.generation.generation_id,
            "capability": begun.capability,
            "epoch": begun.lease.epoch,
            "text": text,
            "text_offset": offset,
            "last_sequence": sequence,
            "worker_endpoint": "worker-1:20802",
            **values,
        }
    )


def texts(begun: pb.BeginTurnResponse) -> list[str]:
    """What the prompt may hold."""
    return [message.text for message in begun.history]


async def counts() -> tuple[int, ...]:
    """How many conversations, messages and generations there are."""
    models = (Conversation, Message, Generation)
    return await orm.run(
        lambda: tuple(model.objects.count() for model in models), using="service"
    )
