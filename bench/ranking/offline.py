"""Lamla's two legs and their fusion in memory, without a mesh: for quick research.

The terms, the embedding model and the fusion are the product's own; only the searching
is done here, exactly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid5

import numpy as np
from numpy.typing import NDArray

from bench.ranking.bm25 import BM25, K1, Match
from bench.ranking.questions import Passage, Question, QuestionSet
from llm_worker.embeddings.base import Purpose
from llm_worker.embeddings.e5 import E5, model
from persistence.documents.keywords.questions import question_language
from persistence.documents.keywords.terms import QueryTerm, query_terms, terms
from persistence.documents.retrieval.domain import Candidate
from persistence.documents.retrieval.fusion import fuse
from persistence.documents.retrieval.models import knowledge_of

RRF_K = 60
# What divides must not be 0.
LEAST = 1e-9
NOTHING = Match()
_NAMES = UUID(int=0)

Rankings = dict[str, list[str]]
Vectors = NDArray[np.float32]


def offline(data: QuestionSet, depth: int) -> dict[str, Rankings]:
    """Returns the rankings of each way to search, by its name."""
    legs = Legs(data.passages)
    result: dict[str, Rankings] = defaultdict(dict)
    for question in data.questions:
        candidates = legs.candidates(question, depth)
        asked_in = question_language(question.text, legs.languages)
        fused = fuse(candidates, knowledge_of(model().name), asked_in)
        keyword = sorted(
            (each for each in fused if each.keyword_rank),
            key=lambda each: each.keyword_rank,
        )
        vector = sorted(
            (each for each in fused if each.vector_rank),
            key=lambda each: each.vector_rank,
        )
        ways = {"Lamla": fused, "keyword": keyword, "vector": vector}
        for way, ranked in ways.items():
            result[way][question.id] = [
                legs.passage_id(each.candidate.chunk_id) for each in ranked
            ]
    result["rank fusion"] = rank_fusion([result["keyword"], result["vector"]])
    return result


def rank_fusion(legs: Sequence[Rankings]) -> Rankings:
    """Fuses by ranks alone (Cormack, Clarke and Büttcher, 2009)."""
    result: Rankings = {}
    for question in legs[0]:
        scores: dict[str, float] = defaultdict(float)
        for leg in legs:
            for rank, passage in enumerate(leg[question], 1):
                scores[passage] += 1 / (RRF_K + rank)
        result[question] = sorted(scores, key=lambda each: (-scores[each], each))
    return result


class Legs:
    """Both legs over all passages."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        """Takes terms and vectors of the passages; some 30 of them a second."""
        self._passages = passages
        self._ids = [uuid5(_NAMES, passage.id) for passage in passages]
        self._by_id = dict(zip(self._ids, passages, strict=True))
        self.languages = sorted({passage.language for passage in passages})
        whole = [f"{passage.title}\n{passage.text}" for passage in passages]
        self._words = BM25(
            [
                [_key(passage.language, term) for term in terms(text, passage.language)]
                for passage, text in zip(passages, whole, strict=True)
            ]
        )
        self._engine = E5()
        self._vectors = self._embedded(whole, Purpose.PASSAGE)

    def passage_id(self, chunk_id: UUID) -> str:
        """Returns the id of the passage that a candidate stands for."""
        return self._by_id[chunk_id].id

    def candidates(self, question: Question, depth: int) -> list[Candidate]:
        """Returns what either leg names, with the scores of both."""
        matches, total = self._keyword(
            query_terms(question.text, self.languages, with_grammar=True)
        )
        named = sorted(matches, key=lambda each: (-matches[each].score, each))
        worded = set(named[:depth])
        similarity = self._vectors @ self._embedded([question.text], Purpose.QUERY)[0]
        near = {int(number) for number in np.argsort(-similarity)[:depth]}
        return [
            Candidate(
                chunk_id=self._ids[number],
                document_id=self._ids[number],
                language=self._passages[number].language,
                similarity=float(similarity[number]),
                bm25=matches[number].score if number in matches else None,
                strength=matches.get(number, NOTHING).score / (total * (K1 + 1)),
                coverage=matches.get(number, NOTHING).held / total,
                is_near=number in near,
                is_worded=number in worded,
            )
            for number in near | worded
        ]

    def _keyword(self, asked: Iterable[QueryTerm]) -> tuple[dict[int, Match], float]:
        words: dict[int, tuple[float, list[str]]] = {}
        for term in asked:
            _, keys = words.setdefault(term.token, (term.weight, []))
            keys.append(_key(term.language, term.text))
        matches, total = self._words.search(list(words.values()))
        return matches, max(total, LEAST)

    def _embedded(self, texts: Sequence[str], purpose: Purpose) -> Vectors:
        return np.array(
            [self._engine.embed(text, purpose).values for text in texts], np.float32
        )


def _key(language: str, term: str) -> str:
    return f"{language}:{term}"
