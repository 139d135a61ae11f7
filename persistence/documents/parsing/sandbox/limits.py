"""How much of everything reading one file may take."""

from dataclasses import dataclass

MAX_PAGE_CHARACTERS = 1_000_000
"""Code points on one page; readers divide what is longer, such as huge sheets."""

MAX_EVENT_BYTES = 8 << 20
"""One event on the wire: a longest page in UTF-8, twice."""

MAX_LABEL_CHARACTERS = 500
"""A label, a title: what is longer is cut."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a reading.

    Attributes:
        memory_bytes: Address space of the child.
        page_seconds: Wall clock from one page with text to the next: a file whose
            pages are slow and empty is made to be so.
        ocr_page_seconds: The same while a page is being recognised.
        base_seconds: Wall clock for the whole file ...
        seconds_per_page: ... and this much more for each page that it has given.
        pages: Most pages.
        nice: Added to the niceness of the parent, so that reading yields to chat.
    """

    memory_bytes: int = 1 << 30
    page_seconds: float = 18
    ocr_page_seconds: float = 60
    base_seconds: float = 90
    seconds_per_page: float = 1
    pages: int = 20_000
    nice: int = 10
