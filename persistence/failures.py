"""What an error of the database means for the caller.

Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""

from __future__ import annotations

from datetime import timedelta

import psycopg
from django.db import DataError, InterfaceError, OperationalError
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError, deadline_exceeded, invalid

RETRY_AFTER = timedelta(seconds=1)

# Serialization failure, deadlock: rolled back, and good when tried again.
CONFLICTS = {"40001", "40P01"}
# Query cancelled by `statement_timeout`, lock not had within `lock_timeout`.
TIMEOUTS = {"57014", "55P03"}
# Connection lost, out of resources or connections, shutting down, wrong or missing
# login or database: the operator's to put right, and the same call is good after.
UNAVAILABLE_CLASSES = {"08", "53", "57", "28", "3D", "58"}
IDLE_IN_TRANSACTION = "25P03"
UNREACHABLE = (
    InterfaceError,
    OperationalError,
    psycopg.InterfaceError,
    psycopg.OperationalError,
)


def sqlstate(error: BaseException) -> str | None:
    """Returns the server's code for an error of psycopg or Django; None without one."""
    for candidate in (error, error.__cause__):
        code = getattr(candidate, "sqlstate", None)
        if code:
            return str(code)
    return None


def is_conflict(error: BaseException) -> bool:
    """Whether the transaction was rolled back and may be run again as it is."""
    return sqlstate(error) in CONFLICTS


def service_error(error: Exception) -> Exception:
    """Returns what to raise for an error of psycopg or Django."""
    if isinstance(error, DataError | psycopg.DataError) and "NUL" in str(error):
        return invalid("", "Text cannot contain the character U+0000.")
    if not isinstance(error, UNREACHABLE):
        return error
    code = sqlstate(error)
    if code in TIMEOUTS:
        return deadline_exceeded()
    # Without a code the server did not answer at all.
    if code is None or code[:2] in UNAVAILABLE_CLASSES or code == IDLE_IN_TRANSACTION:
        return database_unavailable()
    if code in CONFLICTS:
        return database_unavailable()
    return error


def database_unavailable() -> ServiceError:
    """Makes the error for a database that cannot be reached."""
    return ServiceError(
        ErrorReason.ERROR_REASON_DATABASE_UNAVAILABLE,
        "The database cannot be reached.",
        retry_after=RETRY_AFTER,
    )
