"""Leases: who writes a generation, and who goes on when its writer is gone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q

from persistence.chat import errors
from persistence.chat.clock import Clock
from persistence.chat.models import Generation, State
from persistence.chat.selectors import answer_get
from persistence.chat.turns.domain import Answer

# Between a writer's address and what names one run of its process.
_SEPARATOR = "#"


def generation_take_over(
    *,
    owner_id: UUID,
    generation_id: UUID,
    gateway_endpoint: str,
    lease_duration: timedelta,
) -> Answer:
    """Gives a lease to a new writer, with the next epoch, when its writer is gone.

    Raises:
        ServiceError: `GENERATION_NOT_FOUND`, `GENERATION_ENDED`, or `LEASE_LOST` when
            the lease has not expired, nor is from an earlier run of the new writer.
    """
    gone = Q(lease_expires__lte=Clock()) | _of_an_earlier_run(gateway_endpoint)
    taken = Generation.objects.filter(
        gone, owner_id=owner_id, id=generation_id, state=State.GENERATING
    ).update(
        epoch=F("epoch") + 1,
        gateway_endpoint=gateway_endpoint,
        lease_duration=lease_duration,
        lease_expires=Clock() + lease_duration,
    )
    answer = answer_get(owner_id=owner_id, generation_id=generation_id)
    if taken:
        return answer
    if answer.message.generation.state != State.GENERATING:
        raise errors.generation_ended(generation_id)
    raise errors.lease_lost(generation_id)


def _of_an_earlier_run(endpoint: str) -> Q:
    """Selects leases of processes that listened where this one listens now.

    Should one of them live on all the same, its old epoch keeps it from writing.
    """
    address, separator, run = endpoint.partition(_SEPARATOR)
    if not run:
        return Q(pk__in=[])
    other = ~Q(gateway_endpoint=endpoint)
    return Q(gateway_endpoint__startswith=address + separator) & other
