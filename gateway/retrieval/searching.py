"""One search, as answers and SearchService make it: embed, search, embed again where
the index has another model.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from gateway.clients.chunks import Chunks, Found, Index, Search
from gateway.clients.embedder import Embedded, Embedder, Purpose
from gateway.evidence import Scope
from mesh.errors import ServiceError

log = structlog.get_logger()

# An index changes when an operator makes another one.
INDEX_SECONDS = 5.0
# Whether a user had documents the last time, of so many users.
REMEMBERED_USERS = 10_000


class Searching:
    """Searches, with vectors where there can be some.

    Without the embedding model the keyword leg answers alone; without the store nothing
    does, and that is an error: what has searched nothing must not look as if it had.
    """

    def __init__(self, chunks: Chunks, embedder: Embedder) -> None:
        self._chunks = chunks
        self._embedder = embedder
        self._index: Index | None = None
        self._index_time = -INDEX_SECONDS
        self._has_documents: OrderedDict[UUID, None] = OrderedDict()

    def note(self, user_id: UUID, *, has_documents: bool) -> None:
        """Notes whether a user has something to search."""
        if not has_documents:
            self._has_documents.pop(user_id, None)
            return
        self._has_documents[user_id] = None
        self._has_documents.move_to_end(user_id)
        if len(self._has_documents) > REMEMBERED_USERS:
            self._has_documents.popitem(last=False)

    def begin_embedding(
        self, user_id: UUID, query: str
    ) -> asyncio.Task[Embedded | None] | None:
        """Begins to embed a question before it is known what is to be searched.

        None for a user who had no documents the last time: nobody pays for nothing.
        """
        if user_id not in self._has_documents:
            return None
        task = asyncio.create_task(self.embed([query]))
        task.add_done_callback(_look_at)
        return task

    async def embed(self, queries: Sequence[str]) -> Embedded | None:
        """Embeds questions with the model of the index; None where that cannot be."""
        index = await self._current_index()
        if not index.vector_leg_enabled or not index.model:
            return None
        return await self._embed(queries, index.model)

    async def search(  # noqa: PLR0913 - What a search is made of, by keyword.
        self,
        queries: Sequence[str],
        *,
        scope: Scope,
        limit: int,
        is_lenient: bool,
        neighbours: int = 0,
        diversity: float = 0.0,
        embedded: Embedded | None = None,
    ) -> Found:
        """Searches for all forms of a question.

        Args:
            embedded: The vectors of the first queries, if they are known.

        Raises:
            ServiceError: the store cannot be searched, or the scope names what is not
                the user's.
        """
        queries = list(dict.fromkeys(queries))
        vectors = await self._complete(queries, embedded)
        search = Search(
            queries=tuple(queries),
            vectors=vectors.vectors if vectors else (),
            model=vectors.model if vectors else "",
            scope=scope,
            is_lenient=is_lenient,
            limit=limit,
            neighbours=neighbours,
            diversity=diversity,
        )
        try:
            return await self._chunks.search(search)
        except ServiceError as error:
            if error.reason != ErrorReason.ERROR_REASON_EMBEDDING_MODEL_CHANGED:
                raise
            self._index_time = -INDEX_SECONDS
            again = await self._embed(queries, error.metadata.get("model", ""))
        return await self._chunks.search(
            Search(
                **{
                    **vars(search),
                    "vectors": again.vectors if again else (),
                    "model": again.model if again else "",
                }
            )
        )

    async def _complete(
        self, queries: Sequence[str], embedded: Embedded | None
    ) -> Embedded | None:
        known = embedded.vectors if embedded else ()
        rest = queries[len(known) :]
        if not rest:
            return embedded
        more = await self.embed(rest)
        if embedded is None or more is None:
            return more if not known else None
        if more.model != embedded.model:
            return await self._embed(queries, more.model)
        return Embedded(vectors=(*known, *more.vectors), model=more.model)

    async def _embed(self, queries: Sequence[str], model: str) -> Embedded | None:
        try:
            return await self._embedder.embed(queries, Purpose.QUERY, model=model)
        except ServiceError as error:
            log.warning("questions_not_embedded", reason=error.reason_name)
            return None

    async def _current_index(self) -> Index:
        now = asyncio.get_running_loop().time()
        if self._index is None or now - self._index_time >= INDEX_SECONDS:
            self._index = await self._chunks.index()
            self._index_time = now
        return self._index


def _look_at(task: asyncio.Task[Embedded | None]) -> None:
    """Takes note of an exception that nobody waits for any more."""
    if not task.cancelled():
        task.exception()
