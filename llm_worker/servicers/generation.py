"""GenerationService over the generations of this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc
from lamla.llm.v1 import generation_service_pb2 as pb
from lamla.llm.v1 import generation_service_pb2_grpc as pb_grpc

from llm_worker import convert
from llm_worker.convert import Defaults
from llm_worker.generations import Generations


class GenerationServicer(pb_grpc.GenerationServiceServicer):
    """Converts, delegates, converts back."""

    def __init__(
        self, generations: Generations, *, defaults: Defaults, endpoint: str
    ) -> None:
        """Says in `started` that this process is reached at `endpoint`."""
        self._generations = generations
        self._defaults = defaults
        self._endpoint = endpoint

    async def Generate(
        self, request: pb.GenerateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.GenerateEvent]:
        """See `lamla.llm.v1`."""
        prompt = convert.prompt_from_proto(request, self._defaults)
        generation = self._generations.begin(prompt)
        grace = convert.seconds_from_proto(request.detach_grace)
        async with aclosing(generation.follow(grace=grace)) as events:
            async for event in events:
                yield convert.event_to_proto(event, self._endpoint)

    async def Attach(
        self, request: pb.AttachRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[pb.GenerateEvent]:
        """See `lamla.llm.v1`."""
        generation = self._generations.find(request.generation_id.lower())
        grace = convert.seconds_from_proto(request.detach_grace)
        after = request.after_sequence
        async with aclosing(generation.follow(after=after, grace=grace)) as events:
            async for event in events:
                yield convert.event_to_proto(event, self._endpoint)

    async def Cancel(
        self, request: pb.CancelRequest, context: grpc.aio.ServicerContext
    ) -> pb.CancelResponse:
        """See `lamla.llm.v1`."""
        was_running = self._generations.cancel(request.generation_id.lower())
        return pb.CancelResponse(was_running=was_running)

    async def ListModels(
        self, request: pb.ListModelsRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListModelsResponse:
        """See `lamla.llm.v1`."""
        models = self._generations.models(request.name)
        return convert.models_to_proto(models, self._defaults)
