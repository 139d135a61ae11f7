"""Has llm_worker embed passages, for as long as it takes.

A worker that is down, busy, being replaced or without the model is waited for:
documents stay PROCESSING.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import uniform

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason
from lamla.llm.v1 import embedding_service_pb2 as pb
from lamla.llm.v1.embedding_service_pb2_grpc import EmbeddingServiceStub

from mesh import calls
from mesh.channels import PeerChannel
from mesh.errors import ServiceError

log = structlog.get_logger()

PEER = "llm_worker"
# For a full batch on a machine that has other things to do.
TIMEOUT_SECONDS = 120.0
FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 5.0
# A worker that is busy for a moment is no news.
TOLD_SECONDS = 1.0
# The contract's: what exceeds it no model's window holds.
MOST_CHARACTERS = 8000

MISSING = ErrorReason.ERROR_REASON_EMBEDDING_MODEL_UNKNOWN
TRANSIENT = frozenset(
    {
        ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE,
        ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED,
        ErrorReason.ERROR_REASON_DRAINING,
        ErrorReason.ERROR_REASON_OVERLOADED,
        ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED,
        ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED,
        ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE,
        ErrorReason.ERROR_REASON_RATE_LIMITED,
    }
)

IsWanted = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of texts, in their order, and the model that made them."""

    model: str
    vectors: Sequence[Sequence[float]]


class Passages:
    """The one place where documents wait for the model, each for its turn.

    The turns are first come, first served, and a document takes few at a time: a small
    one is not stuck behind a huge one.

    Attributes:
        trouble: What all of them wait for; None: nothing but their turn.
    """

    def __init__(self, channel: PeerChannel, *, at_once: int) -> None:
        """Has at most `at_once` batches with the worker: one computed, one waiting."""
        self._stub = channel.stub(EmbeddingServiceStub)
        self._turns = asyncio.Semaphore(at_once)
        self.trouble: ServiceError | None = None

    async def embed(
        self, texts: Sequence[str], model: str, is_wanted: IsWanted | None = None
    ) -> Vectors:
        """Returns the vectors, however long it takes.

        Args:
            model: What the index's vectors are made with; empty: the default one.
            is_wanted: Whether to go on waiting for a model that llm_worker does not
                run; None: it is not waited for.

        Raises:
            ServiceError: waiting does not help, or `EMBEDDING_MODEL_UNKNOWN`.
        """
        request = pb.EmbedRequest(
            texts=[text[:MOST_CHARACTERS] for text in texts],
            purpose=pb.EMBEDDING_PURPOSE_PASSAGE,
            model=model,
        )
        async with self._turns:
            response = await self._ask(request, is_wanted)
        return Vectors(response.model, [each.values for each in response.embeddings])

    async def _ask(
        self, request: pb.EmbedRequest, is_wanted: IsWanted | None
    ) -> pb.EmbedResponse:
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                with calls.to(PEER):
                    response = await self._stub.Embed(
                        request, **calls.options(TIMEOUT_SECONDS)
                    )
            except ServiceError as error:
                if error.reason == MISSING:
                    if is_wanted is None or not await is_wanted():
                        raise
                    self.trouble = error
                elif error.reason not in TRANSIENT:
                    raise
                elif wait >= TOLD_SECONDS:
                    self.trouble = error
                told = error.retry_after.total_seconds() if error.retry_after else 0.0
                log.info("embedding_waits", reason=error.reason_name, seconds=wait)
            else:
                self.trouble = None
                return response
            await asyncio.sleep(max(wait, told) * uniform(0.8, 1.2))  # noqa: S311 - Not a secret.
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
