"""Reads server-sent events as vendors of chat completions write them.

Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. Only `data` is
looked at, and each line of it stands for itself, as no vendor breaks JSON into lines.
"""

from __future__ import annotations

# A line longer than this is no chunk of an answer, and would fill our memory.
MAX_LINE_BYTES = 1_000_000


class LineTooLongError(Exception):
    """What the vendor sends is not a stream of events."""


class DataLines:
    """Cuts bytes, wherever they are split, into the payloads of `data`."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Returns the payloads that `data` completes.

        Raises:
            LineTooLongError: a line does not end.
        """
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > MAX_LINE_BYTES:
            raise LineTooLongError
        return [line[5:].strip() for line in lines if line.startswith(b"data:")]

    def end(self) -> list[bytes]:
        """Returns the payload of a last line that was not ended."""
        return self.feed(b"\n") if self._rest else []
