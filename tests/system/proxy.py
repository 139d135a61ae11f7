"""A wire that can be cut: stands between a browser and Envoy."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from deploy.embedded.testing import free_port

CHUNK_BYTES = 65_536


class Wire:
    """Carries every connection to `target` until it is cut."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.cuts = 0
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        """Where a browser finds the mesh behind the wire."""
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[Wire]:
        """Carries in a thread of its own."""
        thread = threading.Thread(target=self._run)
        thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        try:
            yield self
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()

    def cut(self) -> None:
        """Resets every connection there is now; new ones are carried."""

        async def reset() -> None:
            for writer in tuple(self._open):
                writer.transport.abort()
            self.cuts += 1

        asyncio.run_coroutine_threadsafe(reset(), self._loop).result(10)

    def _run(self) -> None:
        self._loop.run_forever()
        self._loop.run_until_complete(self._end())
        self._loop.close()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._open):
            writer.transport.abort()
        carrying = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*carrying, return_exceptions=True)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            onward_reader, onward = await asyncio.open_connection(
                "127.0.0.1", self._target
            )
            self._open |= {writer, onward}
            try:
                await asyncio.gather(
                    self._copy(reader, onward), self._copy(onward_reader, writer)
                )
            finally:
                self._open -= {writer, onward}
                onward.transport.abort()
                writer.transport.abort()

    async def _copy(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        while chunk := await source.read(CHUNK_BYTES):
            sink.write(chunk)
            await sink.drain()
        sink.write_eof()
