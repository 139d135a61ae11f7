"""Reads what a test wrote, as the product does: in the child process."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path

import pytest

from persistence.documents.parsing.domain import (
    Event,
    Page,
    PageFailed,
    ParseError,
    ReadOptions,
)
from persistence.documents.parsing.reading import read_file
from persistence.documents.parsing.sandbox.limits import Limits


class Reading:
    """What reading a file gave."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.failure: ParseError | None = None

    @property
    def pages(self) -> list[Page]:
        return [event for event in self.events if isinstance(event, Page)]

    @property
    def failed(self) -> list[PageFailed]:
        return [event for event in self.events if isinstance(event, PageFailed)]

    @property
    def text(self) -> str:
        return "\n\n".join(page.text for page in self.pages)

    @property
    def reason(self) -> str | None:
        return self.failure.reason if self.failure else None


Read = Callable[..., Awaitable[Reading]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads bytes under a name, to their end or failure."""

    async def read_bytes(
        data: bytes,
        name: str = "file.bin",
        *,
        ocr_languages: tuple[str, ...] = (),
        limits: Limits | None = None,
    ) -> Reading:
        path = tmp_path / "original"
        path.write_bytes(data)
        options = ReadOptions(ocr_languages=ocr_languages)
        reading = Reading()
        events = read_file(path, name=name, options=options, limits=limits)
        try:
            async with aclosing(events):
                async for event in events:
                    reading.events.append(event)
        except ParseError as error:
            reading.failure = error
        return reading

    return read_bytes
