"""Answers a message: stores the turn, begins to write the answer, follows it.

Sending, regenerating, editing and continuing are one flow; they differ in what is
stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta

from gateway.clients.store import BeginTurn, Store
from gateway.domain import Config, Question, Turn
from gateway.events import Event
from gateway.flows.follow_generation import FollowGeneration
from gateway.flows.name_conversation import NameConversation
from gateway.generations.hub import Hub
from gateway.models import Models
from gateway.retrieval.ground import Beginning, GroundAnswer
from gateway.settings import GatewaySettings
from mesh import calls
from mesh.errors import ServiceError, invalid
from mesh.identity import current_user


class AnswerMessage:
    """The flow of SendMessage, Regenerate, EditMessage and ContinueAnswer."""

    def __init__(  # noqa: PLR0913 - What the flow spans, by keyword.
        self,
        *,
        hub: Hub,
        store: Store,
        models: Models,
        ground: GroundAnswer,
        follow: FollowGeneration,
        name: NameConversation,
        settings: GatewaySettings,
    ) -> None:
        self._hub = hub
        self._store = store
        self._models = models
        self._ground = ground
        self._follow = follow
        self._name = name
        self._settings = settings

    async def __call__(self, question: Question) -> AsyncGenerator[Event, None]:
        """Yields the answer's events; its end does not end the generation.

        Raises:
            ServiceError: nothing was stored, and why.
        """
        turn = await self.begin(question)
        known, plan = None, None
        if not turn.created:
            known, plan = turn, self._ground.plan(turn)
        events = self._follow(turn.view.id, after=0, known=known, plan=plan)
        async with aclosing(events):
            async for event in events:
                yield event

    async def begin(self, question: Question) -> Turn:
        """Stores the turn and begins to write, unless it was begun before.

        Raises:
            ServiceError: nothing was stored, and why.
        """
        began = asyncio.get_running_loop().time()
        config = self._config(question)
        path = question.config.path
        model = await self._models.resolve(question.config.model, path=path)
        self._hub.admit()
        ground = self._ground.begin(question)
        # Once it is stored it must be answered, even if the caller goes meanwhile.
        beginning = asyncio.create_task(
            self._begin(question, config, model, ground, began=began),
            context=calls.detached(),
        )
        beginning.add_done_callback(_look_at)
        return await asyncio.shield(beginning)

    async def _begin(
        self,
        question: Question,
        config: Config,
        model: str,
        ground: Beginning,
        *,
        began: float,
    ) -> Turn:
        request = BeginTurn(
            request_id=question.request_id,
            turn=question.turn,
            config=config,
            prompt_version=self._ground.version,
        )
        try:
            turn = await self._store.begin(request)
        except ServiceError:
            ground.cancel()
            raise
        if turn.created:
            now = asyncio.get_running_loop().time()
            writer = self._hub.begin(
                turn,
                self._ground.plan(turn, ground),
                owner_id=current_user().id,
                model=model,
                age=timedelta(seconds=now - began),
            )
            self._name.make_room()
            if turn.title_wanted and self._settings.titles:
                self._name.after(writer, turn)
        else:
            ground.cancel()
        return turn

    def _config(self, question: Question) -> Config:
        """Fills in the defaults, except the model's: a repeated request must stay the
        same request when llm_worker's default has changed.
        """
        asked, settings = question.config, self._settings
        if asked.max_output_tokens > settings.max_output_tokens:
            raise invalid(
                f"{asked.path}.max_output_tokens",
                f"must be at most {settings.max_output_tokens}",
                reason="uint32.lte",
            )
        temperature = asked.temperature
        return Config(
            model=asked.model,
            temperature=(
                settings.default_temperature if temperature is None else temperature
            ),
            max_output_tokens=asked.max_output_tokens or settings.output_tokens,
        )


def _look_at(task: asyncio.Task[Turn]) -> None:
    """Takes note of an exception that no caller waits for any more."""
    if not task.cancelled():
        task.exception()
