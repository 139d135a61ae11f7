"""Finds who writes a generation: this process, another gateway, or nobody any more."""

from __future__ import annotations

from dataclasses import dataclass

from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.store import Store
from gateway.clients.worker import Job
from gateway.domain import Located, State
from gateway.endpoints import address_of
from gateway.generations.generation import Generation
from gateway.generations.hub import Hub
from gateway.generations.plan import Plan
from gateway.generations.writer import Writer
from mesh.errors import ServiceError
from mesh.identity import current_user


@dataclass(frozen=True)
class Here:
    """This process writes it, or has just written it."""

    writer: Writer

    @property
    def generation(self) -> Generation:
        """What it writes."""
        return self.writer.generation


@dataclass(frozen=True)
class Elsewhere:
    """Another gateway holds a live lease; `endpoint` is where it is reached."""

    endpoint: str
    located: Located


@dataclass(frozen=True)
class Ended:
    """It is stored in a terminal state."""

    located: Located


@dataclass(frozen=True)
class Nowhere:
    """Its writer is gone but its lease holds, or somebody is just taking it over."""

    located: Located


Whereabouts = Here | Elsewhere | Ended | Nowhere

# Somebody else was faster: the next look shows what they did.
OVERTAKEN = {
    ErrorReason.ERROR_REASON_LEASE_LOST,
    ErrorReason.ERROR_REASON_GENERATION_ENDED,
}


class FindGeneration:
    """Looks here, then asks the store; takes over what nobody writes any more."""

    def __init__(self, *, hub: Hub, store: Store, endpoint: str) -> None:
        """`endpoint` is this process's own, as its leases name it."""
        self._hub = hub
        self._store = store
        self._endpoint = endpoint

    async def __call__(
        self,
        generation_id: str,
        *,
        known: Located | None = None,
        plan: Plan | Job | None = None,
        may_take_over: bool = True,
    ) -> Whereabouts:
        """Finds a generation of the calling user.

        Args:
            known: What the store has just said, if it has.
            plan: How to begin it again, should nothing of it have been kept.

        Raises:
            ServiceError: `GENERATION_NOT_FOUND`.
        """
        here = self._here(generation_id)
        if here is not None:
            return here
        located = known or await self._store.locate(generation_id)
        if located.view.state is not State.GENERATING:
            return Ended(located)
        lease = located.lease
        if lease is not None and not lease.expired:
            address = address_of(lease.gateway_endpoint)
            if address != address_of(self._endpoint):
                return Elsewhere(address, located)
            if lease.gateway_endpoint == self._endpoint:
                # Begun at this moment by another call.
                return self._here(generation_id) or Nowhere(located)
            # By an earlier run of this process: its writer is gone.
        if not may_take_over:
            return Nowhere(located)
        return await self._take_over(located, plan)

    def _here(self, generation_id: str) -> Here | None:
        writer = self._hub.find(generation_id, current_user().id)
        return Here(writer) if writer else None

    async def _take_over(
        self, located: Located, plan: Plan | Job | None
    ) -> Whereabouts:
        self._hub.admit()
        try:
            taken = await self._store.take_over(located.view.id)
        except ServiceError as error:
            if error.reason in OVERTAKEN:
                return self._here(located.view.id) or Nowhere(located)
            raise
        owner_id = current_user().id
        return Here(self._hub.adopt(taken, located, owner_id=owner_id, plan=plan))
