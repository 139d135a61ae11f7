"""A model puts a question into words that stand for themselves; time-bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import structlog

from gateway.clients.worker import Job, ProviderFinished, Worker
from gateway.domain import Config, HistoryMessage, Role
from gateway.events import AttemptChanged, Tokens
from gateway.prompts.template import Template
from gateway.retrieval.rewriting import CarryOver, Rewriter
from mesh.errors import ServiceError
from mesh.ids import uuid7

log = structlog.get_logger()

OUTPUT_TOKENS = 60
TEMPERATURE = 0.0
MESSAGES = 6
EXCERPT_CHARACTERS = 600
# Who writes more was answering.
MOST_CHARACTERS = 400


class ByModel:
    """Asks the model that is to answer; without a good answer in time, carries over."""

    def __init__(
        self, worker: Worker, *, model: str, timeout_seconds: float, fallback: Rewriter
    ) -> None:
        self._worker = worker
        self._model = model
        self._timeout_seconds = timeout_seconds
        self._fallback = fallback
        self._template = Template.load("rewrite")

    async def rewrite(self, history: Sequence[HistoryMessage]) -> str:
        """See `Rewriter.rewrite`."""
        carried = await self._fallback.rewrite(history)
        if not carried:
            return ""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                text = await self._ask(history)
        except (ServiceError, TimeoutError) as error:
            reason = error.reason_name if isinstance(error, ServiceError) else "timeout"
            log.info("rewriting_failed", reason=reason)
            return carried
        return text or carried

    async def _ask(self, history: Sequence[HistoryMessage]) -> str:
        text, is_finished = "", False
        async with aclosing(self._worker.generate(self._job(history))) as events:
            async for event in events:
                match event.body:
                    case Tokens():
                        text += event.body.text
                    case AttemptChanged(replace_from_offset=offset):
                        text = text[:offset]
                    case ProviderFinished():
                        is_finished = True
        lines = [line.strip().strip('"') for line in text.splitlines() if line.strip()]
        is_good = is_finished and lines and len(lines[0]) <= MOST_CHARACTERS
        return lines[0] if is_good else ""

    def _job(self, history: Sequence[HistoryMessage]) -> Job:
        *older, question = history[-MESSAGES:]
        said = [f"{one.role}: {_excerpt(one.text)}" for one in older]
        said.append(f"Question: {_excerpt(question.text)}")
        request = HistoryMessage(role=Role.USER, text="\n".join(said))
        return Job(
            generation_id=str(uuid7()),
            prompt=self._template.prompt([request]),
            config=Config(
                model=self._model,
                temperature=TEMPERATURE,
                max_output_tokens=OUTPUT_TOKENS,
            ),
            detaches=False,
        )


class ChosenRewriter:
    """Chooses who rewrites, by setting and model."""

    def __init__(self, worker: Worker, *, timeout_seconds: float) -> None:
        self._worker = worker
        self._timeout_seconds = timeout_seconds
        self._carry_over = CarryOver()

    def of(self, model: str, *, by_model: bool) -> Rewriter:
        """Returns who rewrites for an answer of `model`."""
        if not by_model:
            return self._carry_over
        return ByModel(
            self._worker,
            model=model,
            timeout_seconds=self._timeout_seconds,
            fallback=self._carry_over,
        )


def _excerpt(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_CHARACTERS else text[:EXCERPT_CHARACTERS] + "…"
