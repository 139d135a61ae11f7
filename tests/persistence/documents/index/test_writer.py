"""Chunks as they are stored with what finds them."""

from __future__ import annotations

import threading

from persistence.documents.index import writer
from tests.persistence.documents.library import Text, document_store


async def test_texts_are_analysed_away_from_the_event_loop(pool, ada, monkeypatch):
    """
    It takes a second for a thousand chunks, and others wait for the loop.
    """
    threads = set()
    terms = writer.terms

    def watched(text: str, language: str) -> list[str]:
        threads.add(threading.current_thread())
        return terms(text, language)

    monkeypatch.setattr(writer, "terms", watched)
    await document_store(pool, ada.id, Text("Kant", ["Sapere aude."] * 3))

    assert threads
    assert threading.main_thread() not in threads
