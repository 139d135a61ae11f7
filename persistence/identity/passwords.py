"""Hashes and checks passwords, a few at a time.

A hash takes 46 MiB and some 30 ms of a core: without a bound, sign-ins are an attack
on memory.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import FieldViolation, ServiceError, invalid_fields

R = TypeVar("R")

# Beyond this many for each thread, a caller would wait longer than it is patient.
WAITING_PER_THREAD = 50
RETRY_AFTER = timedelta(seconds=2)


@dataclass(frozen=True)
class Verdict:
    """Whether a password is right.

    Attributes:
        new_hash: What to store instead when the stored one is of an older kind.
    """

    is_right: bool
    new_hash: str | None = None


class Passwords:
    """The only place that hashes passwords for calls."""

    def __init__(self, concurrent: int) -> None:
        """Allows `concurrent` hashes at a time."""
        self._threads = ThreadPoolExecutor(concurrent, "argon2")
        self._waiting = 0
        self._most = concurrent * WAITING_PER_THREAD
        # Checked for an unknown account, which then takes as long as a known one.
        self._decoy = make_password(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """Returns the hash to store for a new password.

        Raises:
            ServiceError: `INVALID_FIELD` for a password that is common; `OVERLOADED`.
        """
        return await self._run(lambda: _hash(password))

    async def check(self, password: str, stored: str | None) -> Verdict:
        """Compares a password with a stored hash; None: there is no such account.

        Raises:
            ServiceError: `OVERLOADED`.
        """
        verdict = await self._run(lambda: _check(password, stored or self._decoy))
        return verdict if stored is not None else Verdict(is_right=False)

    async def _run(self, work: Callable[[], R]) -> R:
        if self._waiting >= self._most:
            raise ServiceError(
                ErrorReason.ERROR_REASON_OVERLOADED,
                "Too many sign-ins are waiting.",
                retry_after=RETRY_AFTER,
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def _hash(password: str) -> str:
    try:
        validate_password(password)
    except ValidationError as error:
        raise invalid_fields(
            [FieldViolation("password", message) for message in error.messages]
        ) from None
    return make_password(password)


def _check(password: str, stored: str) -> Verdict:
    is_right, is_outdated = verify_password(password, stored)
    new_hash = make_password(password) if is_right and is_outdated else None
    return Verdict(is_right, new_hash)
