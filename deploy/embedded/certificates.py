"""Issues every peer's certificate, and issues it anew before it runs out."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from mesh.authority import Authority

# `developer` is a person with grpcurl; `launcher` asks the others for their health.
PEERS = ("envoy", "gateway", "llm_worker", "persistence", "developer", "launcher")


class Certificates:
    """The mesh's certificates under one home.

    They live for hours, so that a stolen one is soon worthless. Every process re-reads
    its own while it runs.
    """

    def __init__(
        self,
        home: Home,
        output: Output,
        *,
        lifetime: timedelta,
        peers: Sequence[str] = PEERS,
    ) -> None:
        self._home = home
        self._output = output
        self._lifetime = lifetime
        self._peers = peers
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Issues them all, and goes on doing so at half of their life."""
        self.issue(*self._peers)
        self._task = asyncio.create_task(self._renew(), name="certificates")

    async def ready(self) -> None:
        """They are ready once they are issued."""

    async def stop(self, grace: float) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lifetime.total_seconds() / 2)
            try:
                self.issue(*self._peers)
            except OSError as error:
                # A full disk, for example: half of the life is left to put it right.
                self._output.say(f"Certificates were not renewed: {error}")
            else:
                self._output.detail("Certificates were renewed.")

    def issue(self, *peers: str) -> None:
        """Issues new certificates for these peers."""
        authority = Authority.load_or_create(self._home.certificates)
        for peer in peers:
            authority.issue(peer, self._home.certificates / peer, self._lifetime)
