"""What a chunk is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a page that is found as one.

    Attributes:
        page: From 1.
        start: Where it begins in the page's text, in Unicode code points.
        end: Where it ends (exclusive).
        text: The page's text from `start` to `end`.
        headings: What it stands below, outermost first; those within it are not here.
            Of a table that was cut, its header row is the last.
    """

    page: int
    start: int
    end: int
    text: str
    headings: tuple[str, ...] = ()

    def with_context(self, title: str) -> str:
        """Returns the text with what a reader of the page would know: for both legs."""
        above = " > ".join(part for part in (title, *self.headings) if part)
        return f"{above}\n{self.text}" if above else self.text
