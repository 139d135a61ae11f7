"""Matches an answer's sentences to their evidence while it is being written."""

# ruff: noqa: RUF001 - Letters and marks of many scripts are meant.
from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import structlog

from gateway.citations.answer_text import AnswerText
from gateway.citations.matching import Match, Matching
from gateway.citations.meaning import Meaning
from gateway.citations.sentences import Span
from gateway.citations.stating import states
from gateway.citations.verdict import Statement
from gateway.clients.chunks import Chunk
from gateway.clients.embedder import Embedder
from gateway.events import AttemptChanged, Tokens
from gateway.evidence import Citation, Claim, Support
from gateway.generations.generation import Generation
from gateway.language.scripts import TOLD, language_of
from mesh import calls
from mesh.ids import uuid7

log = structlog.get_logger()

# What can end a sentence; pieces of text without any wake nobody.
ENDS = frozenset(".!?…。！？｡।॥؟۔։።\n")
# How long one sentence may take while more is being written.
SENTENCE_SECONDS = 4.0
# As much of an answer shows which language it is in.
SAMPLE_CHARACTERS = 600


class Proving:
    """A task beside the writer of one answer: it reads what is written and appends
    citations and claims. Nothing waits for it until the answer's end.
    """

    def __init__(
        self,
        generation: Generation,
        chunks: Sequence[Chunk],
        *,
        question: str,
        embedder: Embedder,
    ) -> None:
        """Begins after the last claim that is known already."""
        self._generation = generation
        self._matching = Matching(chunks, question)
        self._meaning = Meaning(embedder)
        self._text = AnswerText(generation.findings.claimed_to)
        self._news = asyncio.Event()
        self._news.set()  # What is there already.
        self._ends = float("inf")  # By the loop's clock, once the text is whole.
        self._is_whole = False
        self._cuts = 0
        self._language = ""
        self._patience: asyncio.Timeout | None = None
        generation.watch = self._note
        self._task = asyncio.create_task(self._run(), context=calls.detached())

    async def finish(self, seconds: float) -> None:
        """See `Proof.finish`."""
        self._ends = asyncio.get_running_loop().time() + seconds
        self._is_whole = True
        self._news.set()
        if self._patience is not None:
            when = self._patience.when()
            self._patience.reschedule(min(when or self._ends, self._ends))
        try:
            # What is left is judged by words alone, which takes milliseconds.
            async with asyncio.timeout(seconds + 1):
                await asyncio.shield(self._task)
        except TimeoutError:
            log.warning("proof_unfinished", generation_id=self._generation.id)
        except Exception:  # An answer without proof is worth more than none.
            log.exception("proof_failed", generation_id=self._generation.id)
        self.stop()

    def stop(self) -> None:
        """See `Proof.stop`."""
        self._generation.watch = None
        self._task.cancel()

    def _note(self, body: Tokens | AttemptChanged) -> None:
        if isinstance(body, AttemptChanged):
            self._cuts += 1
            self._text.cut(body.replace_from_offset)
        elif not ENDS.isdisjoint(body.text):
            self._news.set()

    async def _run(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            is_whole = self._is_whole
            text = str(self._generation.text)
            cuts = self._cuts
            self._language = self._language_of(text)
            for span in list(self._text.next(text, is_final=is_whole)):
                await self._judge(text, span, cuts)
                await asyncio.sleep(0)  # Tokens go first.
            if is_whole:
                return

    async def _judge(self, text: str, span: Span, cuts: int) -> None:
        said = text[span.start : span.end]
        claim = Statement.of(said, self._language)
        if not states(claim):
            return
        matches = await self._matches(claim)
        if cuts != self._cuts:
            return  # The sentence may be gone.
        citations = [
            _citation(match, span)
            for match in matches
            if match.verdict.support is not Support.UNSUPPORTED
        ]
        best = matches[0].verdict if matches else None
        for citation in citations:
            self._generation.append(citation)
        self._generation.append(
            Claim(
                answer_start=span.start,
                answer_end=span.end,
                support=best.support if best else Support.UNSUPPORTED,
                score=best.score if best else 0.0,
                citation_ids=tuple(citation.id for citation in citations),
            )
        )

    async def _matches(self, claim: Statement) -> list[Match]:
        candidates = self._matching.candidates(claim)
        if self._matching.is_decided(claim, candidates):
            return self._matching.judge(claim, candidates, {})
        nearness: Mapping[str, float] = {}
        quotes = [piece.quote for piece in candidates]
        now = asyncio.get_running_loop().time()
        if now < self._ends:
            with suppress(TimeoutError):
                until = min(self._ends, now + SENTENCE_SECONDS)
                async with asyncio.timeout_at(until) as self._patience:
                    nearness = await self._meaning.nearness(claim.text, quotes)
            self._patience = None
        return self._matching.judge(claim, candidates, nearness)

    def _language_of(self, text: str) -> str:
        """Guesses the answer's language; that of the sources where guessing is vain."""
        sources = self._matching.language
        if sources and sources not in TOLD:
            return sources
        return language_of(text[-SAMPLE_CHARACTERS:]) or sources


def _citation(match: Match, span: Span) -> Citation:
    source = match.piece.source
    return Citation(
        id=str(uuid7()),
        answer_start=span.start,
        answer_end=span.end,
        document_id=source.chunk.document_id,
        document_title=source.chunk.document_title,
        chunk_id=source.chunk.id,
        page=source.chunk.page,
        source_start=source.start,
        source_end=match.piece.end,
        quote=match.piece.quote,
        score=match.verdict.score,
    )
