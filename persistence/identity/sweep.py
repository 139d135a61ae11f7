"""Deletes what has expired: tokens, sessions, and guests without one."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from mesh.policy import Role
from persistence.identity.models import RefreshToken, Session, User

# Rows in one transaction: locks are short, and a backlog is worked off in pieces.
BATCH = 500
# With each go its documents, 40 µs for a chunk of them.
GUESTS = 20
# A guest may have more than a statement of a user's may take, and goes all the same.
_TIMEOUT = "SET LOCAL statement_timeout = '10min'"
# A session that has ended is kept for as long as its access tokens may be shown, and
# a while longer: who comes with one of its tokens is told that it has ended.
KEPT = timedelta(days=1)


def expired_delete() -> bool:
    """Deletes one batch; says whether there may be more. Spans owners."""
    over = Q(end_time__lt=Now() - KEPT) | Q(expire_time__lt=Now() - KEPT)
    live = Session.objects.filter(user=OuterRef("pk")).exclude(over)
    guests = User.objects.filter(~Exists(live), role=Role.GUEST.value)
    stale = (
        (RefreshToken.objects.filter(expire_time__lt=Now() - KEPT), BATCH),
        (Session.objects.filter(over), BATCH),
        # The database takes along whatever is theirs.
        (guests, GUESTS),
    )
    with connection.cursor() as cursor:
        cursor.execute(_TIMEOUT)
    # Every kind, however many there are of the first.
    deleted = [_delete(rows, most) for rows, most in stale]
    return any(deleted)


def _delete(rows: QuerySet[Model], most: int) -> bool:
    keys = list(rows.values_list("pk", flat=True)[:most])
    if keys:
        rows.model._default_manager.filter(pk__in=keys).delete()  # noqa: SLF001 - Documented: https://docs.djangoproject.com/en/5.2/topics/db/managers/#default-managers
    return len(keys) == most
