"""Channels to particular processes of one kind, made when first needed."""

from __future__ import annotations

from mesh.channels import PeerChannel
from mesh.credentials import Certificates

# Endpoints come and go with replicas; the one that was not used for longest goes first.
MAX_CHANNELS = 64


class ChannelPool:
    """One channel per endpoint. Each must prove by its certificate that it is `peer`,
    so that an endpoint is a hint where to look and never a grant of trust.
    """

    def __init__(self, peer: str, certs: Certificates) -> None:
        self._peer = peer
        self._certs = certs
        self._channels: dict[str, PeerChannel] = {}

    async def get(self, endpoint: str) -> PeerChannel:
        """Returns the channel to `endpoint`, `host:port`."""
        channel = self._channels.pop(endpoint, None)
        if channel is None:
            channel = PeerChannel(endpoint, peer=self._peer, certs=self._certs)
        self._channels[endpoint] = channel  # Now the last one used.
        if len(self._channels) > MAX_CHANNELS:
            await self._channels.pop(next(iter(self._channels))).close()
        return channel

    async def close(self) -> None:
        """Closes all channels."""
        while self._channels:
            _, channel = self._channels.popitem()
            await channel.close()
