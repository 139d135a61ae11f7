"""How much is seeded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """So many documents of so many chunks each, and so many conversations."""

    documents: int
    chunks: int
    conversations: int


SIZES = {
    "small": Size(documents=5, chunks=50, conversations=20),
    "medium": Size(documents=20, chunks=100, conversations=100),
    "large": Size(documents=50, chunks=200, conversations=500),
}
