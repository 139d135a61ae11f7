"""Issues every peer's certificate, and issues it anew before it runs out."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from deploy.embedded.errors import StartError
from deploy.embedded.lock import locked
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from deploy.embedded.rotation import Peers, Rotation
from mesh.authority import Authority

# `developer` is a person with grpcurl; `launcher` asks the others for their health.
PEERS = (
    *("envoy", "gateway", "llm_worker", "persistence", "ingest"),
    *("developer", "launcher"),
)

# Longer than any certificate lives that it signs.
AUTHORITY_MARGIN = timedelta(days=60)


class Certificates:
    """The mesh's certificates under one home.

    They live for hours, so that a stolen one is soon worthless; the authority lives for
    years. Every process re-reads its own files while it runs.
    """

    def __init__(
        self,
        home: Home,
        output: Output,
        *,
        lifetime: timedelta,
        presented: Peers,
        peers: Sequence[str] = PEERS,
    ) -> None:
        """Takes how long a certificate lives, and who tells which ones are in use."""
        self._home = home
        self._output = output
        self._lifetime = lifetime
        self._presented = presented
        self._peers = peers
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Issues them all, and goes on doing so at half of their life."""
        self._put_right()
        self.issue()
        self._task = asyncio.create_task(self._renew(), name="certificates")

    async def ready(self) -> None:
        """They are ready once they are issued."""

    async def stop(self, grace: float) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def issue(self, *peers: str) -> None:
        """Issues new certificates for these peers, or for all."""
        with self.authority() as authority:
            for peer in peers or self._peers:
                authority.issue(peer, self._home.certificates / peer, self._lifetime)

    @contextmanager
    def authority(self) -> Iterator[Authority]:
        """The authority; meanwhile no other process changes or uses it."""
        with locked(self._home.certificates / "authority.lock"):
            yield Authority.load_or_create(self._home.certificates)

    async def rotate_authority(self) -> None:
        """Replaces the authority. Nobody who runs refuses anybody meanwhile.

        Raises:
            StartError: another rotation runs, or a peer does not follow.
        """
        lock = self._home.run / "rotation.lock"
        await Rotation(self, self._presented, lock, self._output.say).run()

    def _put_right(self) -> None:
        """Replaces an authority that runs out, or ends a rotation that was cut off.

        Before anything runs: nobody has to be waited for.
        """
        with self.authority() as authority:
            if self._expires_soon(authority) or authority.is_prepared:
                authority.rotate_ca()
            if authority.trusts_former:
                authority.forget_old_cas()
                self._output.say("The authority of the certificates was replaced")

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._lifetime.total_seconds() / 2)
            try:
                self.issue()
                with self.authority() as authority:
                    is_due = self._expires_soon(authority)
                if is_due:
                    await self.rotate_authority()
            except (OSError, StartError) as error:
                # A full disk, for example: half of the life is left to put it right.
                self._output.say(f"Certificates were not renewed: {error}")
            else:
                self._output.detail("Certificates were renewed.")

    def _expires_soon(self, authority: Authority) -> bool:
        return authority.not_after - datetime.now(UTC) < AUTHORITY_MARGIN
