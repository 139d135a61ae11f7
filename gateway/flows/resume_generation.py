"""Continues the stream of an answer, from any device of its user."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from gateway.events import Event
from gateway.flows.follow_generation import FollowGeneration


class ResumeGeneration:
    """Follows a generation after a given event."""

    def __init__(self, follow: FollowGeneration) -> None:
        self._follow = follow

    def __call__(
        self, generation_id: str, *, after: int, is_relayed: bool
    ) -> AsyncGenerator[Event, None]:
        """See `FollowGeneration`."""
        return self._follow(generation_id, after=after, is_relayed=is_relayed)
