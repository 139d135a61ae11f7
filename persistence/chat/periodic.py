"""What is done for chat every so often."""

from __future__ import annotations

from persistence.chat.deletion import conversations_purge
from persistence.chat.search.entries import Gaps
from persistence.chat.turns.sweep import generations_interrupt_expired, requests_forget
from persistence.periodic import Periodic


def chat_periodic() -> tuple[Periodic, ...]:
    """Returns the work of one process."""
    return (
        Periodic("generations_interrupt_expired", generations_interrupt_expired, 10.0),
        Periodic("search_gaps", Gaps().close, 20.0),
        Periodic("requests_forget", requests_forget, 3600.0),
        Periodic("conversations_purge", conversations_purge, 3600.0),
    )
