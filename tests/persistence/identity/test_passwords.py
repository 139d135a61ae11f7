"""Passwords are hashed a few at a time, or signing in is an attack on memory."""

from __future__ import annotations

import asyncio
import threading

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from persistence.identity import passwords as module
from persistence.identity.hashers import BoundedArgon2
from persistence.identity.passwords import Passwords


class TestPasswords:
    async def test_a_hash_is_argon2id_with_bounded_memory(self, passwords):
        """
        OWASP's parameters, and the right password fits.
        """
        stored = await passwords.hash("correct horse battery")
        verdict = await passwords.check("correct horse battery", stored)

        assert stored.startswith("argon2$argon2id$v=19$m=47104,t=1,p=1$")
        assert verdict.is_right
        assert verdict.new_hash is None

    async def test_a_hash_of_an_older_kind_is_replaced(self, passwords):
        """
        Whoever signs in gets today's parameters.
        """
        hasher = BoundedArgon2()
        hasher.time_cost = 2
        old = hasher.encode("correct horse battery", hasher.salt())
        verdict = await passwords.check("correct horse battery", old)

        assert verdict.is_right
        assert verdict.new_hash is not None
        assert "t=1,p=1" in verdict.new_hash

    async def test_only_so_many_at_a_time(self, monkeypatch):
        """
        The rest waits, and beyond a limit is sent away.
        """
        passwords = Passwords(2)
        running, most, lock = 0, 0, threading.Lock()
        go_on = threading.Event()

        def hash_slowly(password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            go_on.wait()
            with lock:
                running -= 1
            return password

        monkeypatch.setattr(module, "_hash", hash_slowly)
        waiting = [asyncio.create_task(passwords.hash(str(i))) for i in range(100)]
        await asyncio.sleep(0.05)
        with pytest.raises(ServiceError) as caught:
            await passwords.hash("one more")
        go_on.set()
        await asyncio.gather(*waiting)

        assert ErrorReason.ERROR_REASON_OVERLOADED == caught.value.reason
        assert caught.value.retry_after is not None
        assert 2 == most
