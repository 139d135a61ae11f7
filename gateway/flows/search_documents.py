"""Shows what an answer would be given: the same search, the same gate."""

from __future__ import annotations

from gateway.clients.chunks import Found
from gateway.evidence import GroundingState, Scope, ScopeKind
from gateway.language.scripts import language_of
from gateway.retrieval import gate
from gateway.retrieval.searching import Searching

DEFAULT_LIMIT = 10


class SearchDocuments:
    """The flow of SearchService."""

    def __init__(self, searching: Searching) -> None:
        self._searching = searching

    async def __call__(
        self, query: str, *, scope: Scope, limit: int
    ) -> tuple[Found, GroundingState | None]:
        """Returns what was found, best first, and whether it answers the query.

        None: nothing was searched.

        Raises:
            ServiceError: the scope names what is not the user's, or the store cannot be
                reached.
        """
        if scope.kind is ScopeKind.NOTHING:
            return Found(), None
        found = await self._searching.search(
            [query], scope=scope, limit=limit or DEFAULT_LIMIT, is_lenient=False
        )
        is_searched = found.scope_has_chunks or scope.kind is ScopeKind.SELECTED
        if not is_searched:
            return found, None
        return found, gate.judge(found, language_of(query))
