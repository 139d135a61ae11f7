"""Makes generations for tests of what works with them."""

from __future__ import annotations

from typing import Any

from gateway.domain import GenerationView, State
from gateway.events import Started
from gateway.generations.generation import Generation
from mesh.ids import uuid7
from tests.gateway.store import MOMENT


def a_generation(**values: Any) -> Generation:
    """Makes a generation; `values` are of its view."""
    ids = {
        "conversation_id": str(uuid7()),
        "user_message_id": str(uuid7()),
        "answer_message_id": str(uuid7()),
    }
    view = GenerationView(
        **{
            "id": str(uuid7()),
            "state": State.GENERATING,
            **ids,
            **values,
        }
    )
    started = Started(
        **ids, model="tiny", provider="", prompt_version="t@0", start_time=MOMENT
    )
    return Generation(
        view,
        owner_id=uuid7(),
        started=started,
        kept_events=100,
        heartbeat_seconds=10,
    )
