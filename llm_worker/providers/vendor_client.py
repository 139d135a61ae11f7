"""A vendor's client that does not fail when a kept connection was closed meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from typing import TypeVar

import aiohttp
import httpx2
import openai
from openai import AsyncOpenAI, DefaultAioHttpClient

T = TypeVar("T")

CONNECT_SECONDS = 10.0


class VendorClient:
    """The SDK's client, and a second one that keeps no connection."""

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        timeout_seconds: float | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Connects when first used.

        Args:
            timeout_seconds: For an answer's next bytes; None: the caller looks to it.
        """
        self._kept = AsyncOpenAI(
            base_url=base_url,
            # The SDK insists on one; servers without keys ignore it.
            api_key=api_key or "none",
            max_retries=0,
            http_client=DefaultAioHttpClient(),
            timeout=openai.Timeout(timeout_seconds, connect=CONNECT_SECONDS),
            default_headers=headers,
        )
        self.base_url = str(self._kept.base_url)

    async def asked(self, ask: Callable[[AsyncOpenAI], Awaitable[T]]) -> T:
        """Returns what `ask` does.

        It is called again, with a new connection, when a vendor closes one instead of
        answering: servers close what was idle, without a word, and just then it may
        be used again. The other kept ones may be as useless.
        """
        try:
            return await ask(self._kept)
        except openai.APIConnectionError as error:
            if not _is_dropped(error):
                raise
        return await ask(self._unkept)

    async def close(self) -> None:
        """Closes all connections."""
        await self._kept.close()
        if "_unkept" in vars(self):
            await self._unkept.close()

    @cached_property
    def _unkept(self) -> AsyncOpenAI:
        limits = httpx2.Limits(keepalive_expiry=0)
        return self._kept.with_options(http_client=DefaultAioHttpClient(limits=limits))


def fault(error: openai.APIConnectionError) -> str:
    """Returns in words what became of the connection."""
    if _is_dropped(error):
        return "the vendor closed the connection"
    return "no connection"


def _is_dropped(error: openai.APIConnectionError) -> bool:
    """Says whether a connection that was made ended before the answer began.

    The SDK tells such an end by the same type as one that could not be made in time.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, aiohttp.ClientConnectionError):
        cause = cause.__cause__
    not_made = (aiohttp.ClientConnectorError, aiohttp.ServerTimeoutError)
    return cause is not None and not isinstance(cause, not_made)
