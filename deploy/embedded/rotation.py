"""Replaces the authority that signs the peers' certificates, under a running mesh.

Everybody trusts the next one before anybody shows a certificate of it, and the former
one until nobody does. What is done is kept on disk, so that a rotation that was
interrupted is carried on by the next.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from deploy.embedded.errors import StartError
from deploy.embedded.lock import held
from mesh.authority import Authority
from mesh.credentials import POLL_SECONDS

# A process looks at its files when it uses them, and not more often than that; a
# client that has just looked begins its next call with what it saw.
SETTLE_SECONDS = 2.5 * POLL_SECONDS
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.2


class Issuer(Protocol):
    """Keeps the authority and issues the peers' certificates."""

    def authority(self) -> AbstractContextManager[Authority]: ...

    def issue(self) -> None: ...


class Peers(Protocol):
    """Those who present the certificates."""

    async def stale(self) -> list[str] | None: ...


class Rotation:
    """One home's rotation, for the launcher and for a person's command."""

    def __init__(
        self, issuer: Issuer, peers: Peers, lock: Path, say: Callable[[str], None]
    ) -> None:
        """Takes who issues, who presents, and how to tell a person.

        Args:
            lock: a file that one rotation holds at a time.
        """
        self._issuer = issuer
        self._peers = peers
        self._lock = lock
        self._say = say

    async def run(self) -> None:
        """Rotates; nobody who runs refuses anybody meanwhile.

        Raises:
            StartError: another rotation runs, or a peer does not take its new
                certificate; the former authority is trusted on.
        """
        running = "The authority is being rotated already (pid {pid})."
        with held(self._lock, or_else=running):
            if not self._was_interrupted():
                await self._do(Authority.prepare_ca)
                self._say("Every peer trusts the next authority")
                await self._do(Authority.rotate_ca)
            else:
                await self._do(_nothing)
            self._say("Every peer shows a certificate of the new authority")
            await self._do(Authority.forget_old_cas)
            self._say("The former authority is not trusted any more")

    def _was_interrupted(self) -> bool:
        """Whether an earlier rotation got as far as the change of who signs."""
        with self._issuer.authority() as authority:
            return authority.trusts_former and not authority.is_prepared

    async def _do(self, step: Callable[[Authority], None]) -> None:
        with self._issuer.authority() as authority:
            step(authority)
        self._issuer.issue()
        await self._settle()

    async def _settle(self) -> None:
        stale = await self._peers.stale()
        if stale is None:
            return  # Nothing runs: who starts reads what is there.
        await asyncio.sleep(SETTLE_SECONDS)
        end = time.monotonic() + _PATIENCE_SECONDS
        while stale := await self._peers.stale():
            if time.monotonic() > end:
                names = ", ".join(sorted(set(stale)))
                raise StartError(
                    f"Still with the former certificate: {names}. The authority's"
                    " rotation stops here, nobody is refused; start it again later."
                )
            await asyncio.sleep(_LOOK_SECONDS)


def _nothing(authority: Authority) -> None:
    """Leaves the authority as it is."""
