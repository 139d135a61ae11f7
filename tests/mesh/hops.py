"""Two hops: envoy calls gateway, whose servicer calls persistence."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.testing import serving
from tests.mesh.echo import OPEN, SERVICE, EchoStub, ScriptedEcho


@dataclass
class Hops:
    """Both servicers, and a stub to each of them.

    Attributes:
        front: The servicer of gateway; a test makes it call `onward`.
        onward: What gateway calls persistence with.
        back: The servicer of persistence.
        echo: What envoy calls gateway with.
    """

    front: ScriptedEcho
    onward: EchoStub
    back: ScriptedEcho
    echo: EchoStub


@asynccontextmanager
async def two_hops(certs: Path) -> AsyncIterator[Hops]:
    """Serves both."""
    front, back = ScriptedEcho(), ScriptedEcho()
    async with (
        serving(
            back.register, SERVICE, certs=certs, policy=OPEN, peer="persistence"
        ) as behind,
        serving(front.register, SERVICE, certs=certs, policy=OPEN) as before,
    ):
        channel = PeerChannel(
            behind.address,
            peer="persistence",
            certs=Certificates(certs / "gateway"),
        )
        try:
            yield Hops(
                front=front,
                onward=channel.stub(EchoStub),
                back=back,
                echo=before.channel.stub(EchoStub),
            )
        finally:
            await channel.close()
