"""Decides what an answer rests on, and prepares it: search, gate, passages, prompt."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isclose

import structlog

from gateway.clients.chunks import Chunk, Chunks, Found
from gateway.clients.embedder import Embedded, Embedder
from gateway.clients.worker import Job
from gateway.domain import EditedMessage, Model, NewMessage, Question, Turn
from gateway.evidence import Grounding, GroundingState, Passage, ScopeKind
from gateway.generations.plan import Plan, Prepared
from gateway.language.scripts import language_of
from gateway.language.terms import keys_of
from gateway.models import Models
from gateway.prompts.grounded import GroundedTemplate
from gateway.prompts.template import Template
from gateway.retrieval import gate
from gateway.retrieval.extracts import extracts_of
from gateway.retrieval.model_rewriting import ChosenRewriter
from gateway.retrieval.not_found import not_found_text
from gateway.retrieval.passages import blocks_of, choose, room_for
from gateway.retrieval.quoting import quotes_of
from gateway.retrieval.searching import Searching
from gateway.settings import GatewaySettings
from mesh.errors import ServiceError
from mesh.identity import current_user

log = structlog.get_logger()

# Looked at by the gate, and chosen from.
FOUND = 12
NEIGHBOURS = 1
DIVERSITY = 0.3
# What one form of a question may hold, by the contract.
QUERY_CHARACTERS = 2_000
# Unless another one is asked for: what it makes up grows with the temperature.
SMALL_TEMPERATURE = 0.1
# A temperature has travelled as 32 bits.
FLOAT_TOLERANCE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What is under way while a turn is stored: its question's vector."""

    query: str
    embedding: asyncio.Task[Embedded | None] | None = None

    def cancel(self) -> None:
        """Ends what nobody needs."""
        if self.embedding is not None:
            self.embedding.cancel()


class GroundAnswer:
    """Plans answers: from the model alone, or from what the documents say."""

    def __init__(  # noqa: PLR0913 - What grounding spans, by keyword.
        self,
        *,
        chunks: Chunks,
        searching: Searching,
        rewriter: ChosenRewriter,
        embedder: Embedder,
        models: Models,
        template: Template,
        settings: GatewaySettings,
    ) -> None:
        self._chunks = chunks
        self._embedder = embedder
        self._searching = searching
        self._rewriter = rewriter
        self._models = models
        self._template = template
        self._grounded = GroundedTemplate()
        self._settings = settings
        self.version = f"{template.version}+{self._grounded.version}"

    def begin(self, question: Question) -> Beginning:
        """Begins what can be done before the turn is stored."""
        turn = question.turn
        if not isinstance(turn, NewMessage | EditedMessage):
            return Beginning(query="")
        scope = turn.scope if isinstance(turn, NewMessage) else None
        if scope is not None and scope.kind is ScopeKind.NOTHING:
            return Beginning(query="")
        query = turn.text[:QUERY_CHARACTERS]
        task = self._searching.begin_embedding(current_user().id, query)
        return Beginning(query=query, embedding=task)

    def plan(self, turn: Turn, beginning: Beginning | None = None) -> Plan | Job:
        """Returns what to find out before the answer; a job when there is nothing."""
        kind = turn.scope.kind
        if kind is ScopeKind.ALL_DOCUMENTS:
            has_documents = turn.scope_has_chunks
            self._searching.note(current_user().id, has_documents=has_documents)
        is_selected = kind is ScopeKind.SELECTED
        if kind is ScopeKind.NOTHING or not (turn.scope_has_chunks or is_selected):
            if beginning is not None:
                beginning.cancel()
            return self._plain(turn)
        return partial(self._prepare, turn, beginning)

    async def refind(self, grounding: Grounding) -> Prepared:
        """Finds the passages again that an answer was given."""
        ids = [passage.chunk_id for passage in grounding.passages]
        found: tuple[Chunk, ...] = ()
        if ids:
            try:
                found = await self._chunks.get(ids, neighbours=NEIGHBOURS)
            except ServiceError as error:
                # The text is worth more than what it rests on.
                log.warning("passages_not_found_again", reason=error.reason_name)
        return Prepared(grounding=grounding, chunks=found, question=grounding.query)

    async def _prepare(self, turn: Turn, beginning: Beginning | None) -> Prepared:
        known = turn.view.evidence.grounding
        if known is not None:
            return await self._again(turn, known)
        if not turn.scope_has_chunks:
            return self._nothing(turn, Grounding(state=GroundingState.NONE))
        queries = await self._queries(turn)
        found = await self._searching.search(
            queries,
            scope=turn.scope,
            limit=FOUND,
            is_lenient=True,
            neighbours=NEIGHBOURS,
            diversity=DIVERSITY,
            embedded=await _vector_of(queries[0], beginning),
        )
        language = language_of(queries[0])
        state = gate.judge(found, language)
        if state is GroundingState.GROUNDED and len(queries) > 1:
            state = _checked(state, queries[0], found)
        grounding = Grounding(
            state=state,
            query=queries[1] if len(queries) > 1 else "",
            index_version=found.index_version,
        )
        if state is GroundingState.NONE:
            return self._nothing(turn, grounding)
        model = await self._model(turn)
        room = room_for(
            model,
            queries[0],
            most_tokens=self._settings.passage_tokens,
            is_local=self._models.is_built_in(turn.config.model),
        )
        relevance = partial(gate.relevance, found=found, language=language)
        chosen = choose(found.chunks, room, relevance)
        passages = tuple(map(_passage, chosen))
        grounding = Grounding(**{**vars(grounding), "passages": passages})
        return await self._answer(turn, grounding, chosen, model)

    async def _again(self, turn: Turn, grounding: Grounding) -> Prepared:
        if grounding.state is GroundingState.NONE:
            return self._nothing(turn, grounding)
        found = await self.refind(grounding)
        model = await self._model(turn)
        return await self._answer(turn, grounding, found.chunks, model)

    def _nothing(self, turn: Turn, grounding: Grounding) -> Prepared:
        if turn.scope.kind is ScopeKind.SELECTED:
            text = _after(turn.answer_prefix, not_found_text(turn.history[-1].text))
            return Prepared(text=text, grounding=grounding)
        return Prepared(job=self._plain(turn), grounding=grounding)

    async def _answer(
        self,
        turn: Turn,
        grounding: Grounding,
        chunks: Sequence[Chunk],
        model: Model | None,
    ) -> Prepared:
        question = f"{turn.history[-1].text}\n{grounding.query}"
        config = turn.config
        is_small = model is not None and model.small_built_in
        if is_small and chunks and self._settings.small_model_quotes:
            quotes = await quotes_of(chunks, question, self._embedder)
            if quotes:
                text = _after(turn.answer_prefix, quotes)
                return Prepared(text=text, grounding=grounding, chunks=tuple(chunks))
        if is_small:
            prompt = self._grounded.small_prompt(
                turn.history[-1],
                extracts_of(chunks, question),
                answer_prefix=turn.answer_prefix,
            )
            usual = self._settings.default_temperature
            if isclose(config.temperature, usual, rel_tol=FLOAT_TOLERANCE):
                config = replace(config, temperature=SMALL_TEMPERATURE)
        else:
            prompt = self._grounded.prompt(
                turn.history,
                blocks_of(chunks),
                secret=turn.capability,
                is_doubtful=grounding.state is GroundingState.PARTIAL,
                answer_prefix=turn.answer_prefix,
            )
        job = Job(
            generation_id=turn.view.id, prompt=prompt, config=config, may_quote=True
        )
        return Prepared(
            job=job, grounding=grounding, chunks=tuple(chunks), question=question
        )

    def _plain(self, turn: Turn) -> Job:
        prefix = turn.answer_prefix
        prompt = self._template.prompt(turn.history, answer_prefix=prefix)
        return Job(generation_id=turn.view.id, prompt=prompt, config=turn.config)

    async def _queries(self, turn: Turn) -> list[str]:
        question = turn.history[-1].text[:QUERY_CHARACTERS]
        model = await self._model(turn)
        rewriter = self._rewriter.of(
            turn.config.model, by_model=self._may_rewrite(turn.config.model, model)
        )
        rewritten = (await rewriter.rewrite(turn.history)).strip()
        is_other = bool(rewritten) and rewritten != question
        return [question, rewritten[:QUERY_CHARACTERS]] if is_other else [question]

    def _may_rewrite(self, name: str, model: Model | None) -> bool:
        if self._settings.rewrite != "auto":
            return self._settings.rewrite == "on"
        # A model that runs here would take longer than the search.
        return model is not None and not self._models.is_built_in(name)

    async def _model(self, turn: Turn) -> Model | None:
        return await self._models.get(turn.config.model)


async def _vector_of(query: str, beginning: Beginning | None) -> Embedded | None:
    if beginning is None or beginning.embedding is None or beginning.query != query:
        return None
    return await beginning.embedding


def _after(prefix: str, text: str) -> str:
    return f"\n\n{text}" if prefix else text


def _checked(state: GroundingState, question: str, found: Found) -> GroundingState:
    """Doubts what was found for a question with other words added to it, when nothing
    that was found knows the question's own.
    """
    own = set(keys_of(question, language_of(question)))
    for chunk in found.chunks:
        if not own or own & set(keys_of(chunk.context, chunk.language)):
            return state
    return GroundingState.PARTIAL


def _passage(chunk: Chunk) -> Passage:
    return Passage(
        chunk_id=chunk.id,
        document_id=chunk.document_id,
        document_title=chunk.document_title,
        page=chunk.page,
    )
