"""What happens to a call whose user is gone: a token outlives its account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError
from psycopg.errors import ForeignKeyViolation

from persistence.chat import errors

# What each foreign key to identity_user is named: `<table>_owner_fk`.
_OWNER_KEY = "_owner_fk"


@contextmanager
def owner_exists() -> Iterator[None]:
    """Ends a call that would store rows of nobody.

    Raises:
        ServiceError: `SESSION_ENDED`.
    """
    try:
        yield
    except IntegrityError as error:
        cause = error.__cause__
        if isinstance(cause, ForeignKeyViolation):
            constraint = cause.diag.constraint_name or ""
            if constraint.endswith(_OWNER_KEY):
                raise errors.session_ended() from error
        raise
