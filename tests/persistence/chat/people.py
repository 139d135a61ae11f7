"""People in tests: a user with a session, and the token that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from mesh.ids import uuid7
from mesh.testing import TokenIssuer, bearer
from persistence import orm
from persistence.identity.models import Session, User


@dataclass(frozen=True)
class Person:
    """A guest who is signed in on one device."""

    id: UUID
    session_id: UUID
    metadata: tuple[tuple[str, str], ...]


async def person_create(issuer: TokenIssuer) -> Person:
    """Stores a guest with a session of an hour."""
    user_id, session_id = uuid7(), uuid7()
    await orm.run(_store, user_id, session_id, owner=user_id)
    token = issuer.token(user_id=user_id, session_id=session_id)
    return Person(user_id, session_id, bearer(token))


async def session_end(person: Person) -> None:
    """Signs `person` out."""
    await orm.run(
        lambda: Session.objects.filter(id=person.session_id).update(
            end_time=timezone.now()
        ),
        owner=person.id,
    )


def _store(user_id: UUID, session_id: UUID) -> None:
    User.objects.create(id=user_id, role="guest")
    Session.objects.create(
        id=session_id,
        user_id=user_id,
        expire_time=timezone.now() + timedelta(hours=1),
    )
