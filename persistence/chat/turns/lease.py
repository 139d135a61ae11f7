"""Leases: who writes a generation, and who goes on when its writer is gone."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import F

from persistence.chat import errors
from persistence.chat.clock import Clock
from persistence.chat.models import Generation, State
from persistence.chat.selectors import answer_get
from persistence.chat.turns.domain import Answer


def generation_take_over(
    *,
    owner_id: UUID,
    generation_id: UUID,
    gateway_endpoint: str,
    lease_duration: timedelta,
) -> Answer:
    """Gives an expired lease to a new writer, with the next epoch.

    Raises:
        ServiceError: `GENERATION_NOT_FOUND`, `GENERATION_ENDED`, or `LEASE_LOST` when
            the lease has not expired.
    """
    taken = Generation.objects.filter(
        owner_id=owner_id,
        id=generation_id,
        state=State.GENERATING,
        lease_expires__lte=Clock(),
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
