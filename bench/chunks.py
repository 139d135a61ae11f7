"""Searching 100,000 chunks: how much of the exact result is found, and how fast.

Method: the whole mesh of `make run` in a scratch folder. One owner gets 99 % of the
chunks and another the rest, written into the database past the API: words with
frequencies as in text (Zipf), and vectors that lie like those of real text: each is a
real passage of bench/data/retrieval, moved by the difference of two others. The graph
is built after the rows. Every question of the set is then searched in both owners'
chunks: through the public API (SearchService, by native gRPC through Envoy, embedding
of the question included), for the times; and in the database by the way that the search
chooses and by comparing all vectors, for recall at ten.

    python -m bench.chunks [--chunks 100000] [--questions 100] [--json FILE]

Trust recall and ratios; times of a busy machine are pessimistic.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import grpc
import numpy as np
import psycopg
import typer
from lamla.documents.v1 import search_service_pb2, search_service_pb2_grpc
from lamla.identity.v1 import identity_service_pb2, identity_service_pb2_grpc
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from deploy.embedded.keyring import Keyring
from deploy.embedded.testing import Stack
from llm_worker.embeddings.base import Purpose
from llm_worker.embeddings.e5 import E5, model
from persistence.documents.vector_partitions import create_graph

DATA = Path(__file__).parent / "data" / "retrieval"
PER_DOCUMENT = 100
WORDS_OF_A_CHUNK = 110
VOCABULARY = 60_000
ASKED_WORDS = 6
# How far a vector lies from the passage that it was made of.
DEVIATION = 0.6
# As persistence/documents/retrieval/candidates.py has them.
CANDIDATES = 100
EXACT_CHUNKS = 20_000
UNLIMITED = "1000000"
ENVIRONMENT = {
    "LAMLA_LLM_PROVIDERS": "scripted",
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": UNLIMITED,
}
SEARCH = """
SELECT chunk_id FROM documents_search(
    %(owner)s, 1::smallint, NULL, %(vector)s::halfvec, %(is_exact)s,
    '{}', '{}', '{}', '{}', 1, 1, %(limit)s
) ORDER BY similarity DESC LIMIT 10
"""

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    owner: str
    chunks: int
    recall_at_10: float
    p50_ms: float
    p99_ms: float


def lines(name: str) -> list[dict[str, str]]:
    """Reads a file of the question set."""
    text = (DATA / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def unit(vectors: Matrix) -> Matrix:
    """Returns the vectors with length 1."""
    result: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return result


def lifelike(real: Matrix, count: int, random: np.random.Generator) -> Matrix:
    """Makes vectors that lie like real ones."""
    base, one, other = random.integers(0, len(real), (3, count))
    return unit(real[base] + DEVIATION * (real[one] - real[other]))


def store(
    database: psycopg.Connection, owner: uuid.UUID, vectors: Matrix, seed: int
) -> None:
    """Writes documents of an owner, past all constraints."""
    random = np.random.default_rng(seed)
    spelled = [f"w{number}" for number in range(VOCABULARY)]
    for first in range(0, len(vectors), PER_DOCUMENT):
        part = vectors[first : first + PER_DOCUMENT]
        words = np.minimum(
            random.zipf(1.2, (len(part), WORDS_OF_A_CHUNK)), VOCABULARY - 1
        )
        _store_document(database, owner, part, words, spelled)


def _store_document(
    database: psycopg.Connection,
    owner: uuid.UUID,
    vectors: Matrix,
    words: NDArray[np.int64],
    spelled: list[str],
) -> None:
    document, ids = uuid.uuid4(), [uuid.uuid4() for _ in vectors]
    database.execute(
        "INSERT INTO documents_document (id, owner_id, title, file_name, media_type,"
        " storage_name, source_url, state, chunk_count, term_count, page_count,"
        " language) VALUES (%s, %s, %s, '', 'text/plain', '', '', 3, %s, %s, 1, 'en')",
        [document, owner, f"Document {document}", len(ids), words.size],
    )
    postings: dict[str, list[int]] = {}
    with database.cursor() as cursor:
        with cursor.copy(
            "COPY documents_documentchunk (id, owner_id, document_id, ordinal, page,"
            ' start, "end", text, term_count) FROM STDIN'
        ) as copy:
            for ordinal, (chunk, row) in enumerate(zip(ids, words, strict=True)):
                text = " ".join(spelled[word] for word in row)
                copy.write_row(
                    [chunk, owner, document, ordinal, 1, 0, len(text), text, len(row)]
                )
                for word, count in zip(
                    *np.unique(row, return_counts=True), strict=True
                ):
                    entry = ordinal << 32 | int(count) << 16 | len(row)
                    postings.setdefault(spelled[word], []).append(entry)
        with cursor.copy(
            "COPY documents_posting (owner_id, term, language, document_id, segment,"
            " postings) FROM STDIN"
        ) as copy:
            for term, entries in postings.items():
                copy.write_row([owner, term, "en", document, 0, entries])
        with cursor.copy(
            "COPY documents_chunkvector (index_id, chunk_id, owner_id, document_id,"
            " embedding) FROM STDIN"
        ) as copy:
            for chunk, vector in zip(ids, vectors, strict=True):
                copy.write_row([1, chunk, owner, document, spelled_vector(vector)])


def worded(questions: list[str], random: np.random.Generator) -> list[str]:
    """Adds words to questions that chunks have: as frequent as those of text."""
    words = np.minimum(random.zipf(1.2, (len(questions), ASKED_WORDS)), VOCABULARY - 1)
    return [
        f"{question} {' '.join(f'w{word}' for word in row)}"
        for question, row in zip(questions, words, strict=True)
    ]


def spelled_vector(vector: Matrix) -> str:
    """Returns a vector as the database reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"


def recall(
    database: psycopg.Connection, owner: uuid.UUID, chunks: int, questions: Matrix
) -> float:
    """Returns how much of the exact first ten the search finds."""
    shares = []
    for vector in questions:
        asked = {
            "owner": owner,
            "vector": spelled_vector(vector),
            "limit": CANDIDATES,
        }
        found, exact = (
            {
                chunk
                for (chunk,) in database.execute(
                    SEARCH, {**asked, "is_exact": is_exact}
                )
            }
            for is_exact in (chunks <= EXACT_CHUNKS, True)
        )
        shares.append(len(found & exact) / len(exact))
    return float(np.mean(shares))


async def times(stack: Stack, token: str, questions: list[str]) -> list[float]:
    """Searches one question after another; returns milliseconds."""
    address = f"127.0.0.1:{stack.port}"
    async with grpc.aio.insecure_channel(address) as channel:
        stub = search_service_pb2_grpc.SearchServiceStub(channel)
        spent = []
        for question in questions:
            begun = time.perf_counter()
            await stub.SearchChunks(
                search_service_pb2.SearchChunksRequest(query=question),
                metadata=(("authorization", f"Bearer {token}"),),
                timeout=30,
            )
            spent.append((time.perf_counter() - begun) * 1000)
    return spent


async def guest(stack: Stack) -> tuple[uuid.UUID, str]:
    """Returns a new guest and the token."""
    async with grpc.aio.insecure_channel(f"127.0.0.1:{stack.port}") as channel:
        stub = identity_service_pb2_grpc.IdentityServiceStub(channel)
        created = await stub.CreateGuest(identity_service_pb2.CreateGuestRequest())
    return uuid.UUID(created.user.user_id), created.access_token


async def measure(stack: Stack, chunks: int, asked: int) -> list[Row]:
    """Fills the database of a mesh and searches in it."""
    engine = E5()
    passages = [f"{p['title']}\n{p['text']}" for p in lines("passages.jsonl")]
    texts = [q["text"] for q in lines("questions.jsonl")][:asked]
    real = unit(
        np.array([engine.embed(text, Purpose.PASSAGE).values for text in passages])
    )
    questions = np.array([engine.embed(text, Purpose.QUERY).values for text in texts])
    random = np.random.default_rng(1)
    small = chunks // 100
    owners = {"1 % of all": small, "99 % of all": chunks - small}
    password = Keyring(stack.home / "secrets").password("postgres-superuser")
    url = f"postgresql://postgres:{password}@127.0.0.1:{stack.ports.postgres}/lamla"
    people = {name: await guest(stack) for name in owners}
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")
        database.execute("DROP INDEX documents_chunkvector_1_hnsw")
        database.execute("UPDATE documents_indexversion SET model = %s", [model().name])
        for seed, (name, count) in enumerate(owners.items()):
            store(database, people[name][0], lifelike(real, count, random), seed)
        database.execute("SET maintenance_work_mem = '1GB'")
        database.execute(create_graph(1))
        database.execute("VACUUM ANALYZE")
        rows = []
        for name, count in owners.items():
            owner, token = people[name]
            spent = await times(stack, token, worded(texts, random))
            rows.append(
                Row(
                    owner=name,
                    chunks=count,
                    recall_at_10=recall(database, owner, count, questions),
                    p50_ms=float(np.percentile(spent, 50)),
                    p99_ms=float(np.percentile(spent, 99)),
                )
            )
    return rows


def main(
    chunks: Annotated[int, typer.Option(help="How many.")] = 100_000,
    questions: Annotated[int, typer.Option(help="How many are asked.")] = 100,
    json_file: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Prints recall and times of a search in many chunks."""
    with tempfile.TemporaryDirectory(prefix="lamla-bench-") as directory:
        stack = Stack(Path(directory) / "home", environment=ENVIRONMENT)
        stack.start()
        try:
            rows = asyncio.run(measure(stack, chunks, questions))
        finally:
            stack.stop()
    table = Table("owner", "chunks", "recall@10", "p50 ms", "p99 ms")
    for row in rows:
        table.add_row(
            row.owner,
            f"{row.chunks:,}",
            f"{row.recall_at_10:.3f}",
            f"{row.p50_ms:.1f}",
            f"{row.p99_ms:.1f}",
        )
    Console().print(table)
    if json_file:
        json_file.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    typer.run(main)
