"""Texts to ingest."""

from __future__ import annotations


def text(chapters: int, subject: str = "chapter") -> bytes:
    """Returns Markdown with a chunk or two for each chapter."""
    return "\n\n".join(
        f"# {subject.title()} {n}\n\n"
        + f"The matter of {subject} {n} is whatever came before it. " * 12
        for n in range(1, chapters + 1)
    ).encode()
