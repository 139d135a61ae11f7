"""Keeps a copy of the page's index.html, so that Envoy notices a new one.

Envoy reads the file again when it is replaced by a rename, and a build writes it in
place.
"""

import asyncio
import contextlib
from pathlib import Path

_LOOK_SECONDS = 1.0
_NAME = "index.html"


class IndexCopy:
    """The copy in a directory of its own, made anew when the original changes."""

    def __init__(self, page: Path, directory: Path) -> None:
        """Takes where the page is built, and where the copy is to be."""
        self._original = page / _NAME
        self.directory = directory
        self._seen: tuple[int, ...] = ()

    def refresh(self) -> None:
        """Copies the original if it has changed; while there is none, it waits."""
        with contextlib.suppress(FileNotFoundError):
            status = self._original.stat()
            signature = (status.st_ino, status.st_mtime_ns, status.st_size)
            if signature == self._seen or not status.st_size:
                return
            self.directory.mkdir(exist_ok=True)
            new = self.directory / f"{_NAME}.new"
            new.write_bytes(self._original.read_bytes())
            new.rename(self.directory / _NAME)
            self._seen = signature

    async def follow(self) -> None:
        """Refreshes for ever."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with contextlib.suppress(OSError):  # A full disk; the next look may do.
                self.refresh()
