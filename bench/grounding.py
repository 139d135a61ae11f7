"""How often the relevance gate is wrong, where documents answer and where they do not.

Method: the shipped passages (bench/data/retrieval, sixteen languages, with near misses
for each) are dealt to two guests of a mesh, so that what answers a question belongs to
one of them. Each question is asked of both: of the one whose documents answer it, and
of the other one, who has documents about other things and near misses of it. Both are
also asked what no document of theirs is about. Printed is the gate's word, as
`SearchService.SearchChunks` gives it, by where the answer is and by language.

    python -m bench.grounding [--edge HOST:PORT] [--signals FILE]

`--signals` writes what the gate sees of each question, for another calibration.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import grpc
import typer
from lamla.documents.v1 import (
    grounding_pb2,
    search_service_pb2,
    search_service_pb2_grpc,
)
from rich.console import Console
from rich.table import Table

from bench.ranking.mesh import Mesh
from bench.ranking.questions import Passage, Question, read_jsonl
from deploy.embedded.testing import Stack

DATA = Path(__file__).parent / "data" / "retrieval"
START_SECONDS = 600.0
CALL_SECONDS = 60.0
AT_ONCE = 4
# As many as an answer's gate looks at.
LIMIT = 12
UNLIMITED = {
    "LAMLA_LLM_PROVIDERS": "scripted",
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": "1000000",
}
IN, NEAR, OUT = "in the documents", "not in them, near misses are", "foreign to them"
FOREIGN = {
    "en": (
        "Who painted the Mona Lisa?",
        "What is the capital of Australia?",
        "How do I change a bicycle tyre?",
        "Who won the football world cup in 2014?",
        "How tall is the Eiffel Tower?",
        "Who is the CEO of Apple?",
        "Tell me a joke about cats",
        "Explain quantum entanglement",
        "What does the French word 'fenêtre' mean?",
    ),
    "de": (
        "Wer schrieb den Faust?",
        "Wie koche ich Reis?",
        "Wann wurde die Berliner Mauer gebaut?",
        "Was ist ein Primzahlzwilling?",
    ),
    "fr": ("Qui a écrit Les Misérables ?", "Comment faire une omelette ?"),
    "es": ("¿Quién descubrió América?", "¿Cuál es la capital de Perú?"),
    "it": ("Chi ha dipinto la Cappella Sistina?",),
    "pt": ("Quem foi o primeiro presidente do Brasil?",),
    "zh": ("谁写了红楼梦", "法国的首都是哪里"),
    "ja": ("日本の首都はどこですか", "サッカーのルールを教えて"),
    "ko": ("한국의 대통령은 누구입니까",),
    "ru": ("Кто написал «Войну и мир»?", "Какая столица Японии?"),
    "ar": ("من هو مؤلف ألف ليلة وليلة؟",),
    "hi": ("भारत के पहले प्रधानमंत्री कौन थे?",),
}
console = Console()


def main(
    edge: Annotated[
        str, typer.Option(help="A mesh that runs already: host:port, without TLS.")
    ] = "",
    signals: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """Prints how often the gate says GROUNDED, PARTIAL and NONE."""
    if edge:
        rows = asyncio.run(_ask_all(edge))
    else:
        with tempfile.TemporaryDirectory(prefix="lamla-bench-") as folder:
            home = Path(folder) / "lamla"
            stack = Stack(home, environment=UNLIMITED)
            stack.start(START_SECONDS)
            try:
                rows = asyncio.run(_ask_all(f"127.0.0.1:{stack.port}"))
            finally:
                stack.stop()
    if signals is not None:
        signals.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    _report(rows)


async def _ask_all(address: str) -> list[dict[str, Any]]:
    data = read_jsonl(DATA / "passages.jsonl", DATA / "questions.jsonl")
    sides = _deal(data.passages, data.questions)
    rows: list[dict[str, Any]] = []
    async with grpc.aio.insecure_channel(address) as channel:
        search = search_service_pb2_grpc.SearchServiceStub(channel)
        for side in (0, 1):
            mesh = Mesh(channel)
            mine = [p for p in data.passages if sides[p.id] == side]
            await mesh.ingest(mine, group=1, progress=_silent)
            metadata = await mesh._metadata()  # noqa: SLF001 - The guest's token.
            limit = asyncio.Semaphore(AT_ONCE)

            async def ask(question: Question, side: int = side) -> None:
                request = search_service_pb2.SearchChunksRequest(
                    query=question.text, limit=LIMIT
                )
                async with limit:  # noqa: B023 - Awaited within the loop.
                    found = await search.SearchChunks(
                        request,
                        metadata=metadata,  # noqa: B023 - Awaited within the loop.
                        timeout=CALL_SECONDS,
                    )
                is_in = any(sides[gold] == side for gold in question.gold)
                near = NEAR if question.gold else OUT
                rows.append(_row(question, found, answer=IN if is_in else near))

            questions = (*data.questions, *_foreign())
            await asyncio.gather(*(ask(question) for question in questions))
    return rows


def _foreign() -> list[Question]:
    return [
        Question(f"{language}-{n}", text, language, frozenset(), "foreign")
        for language, texts in FOREIGN.items()
        for n, text in enumerate(texts)
    ]


def _silent(done: int, count: int) -> None:
    """Reports nothing."""


def _deal(passages: Sequence[Passage], questions: Sequence[Question]) -> dict[str, int]:
    """Returns whose each passage is; those that answer one question stay together."""
    group = {passage.id: passage.id for passage in passages}
    for question in questions:
        first, *others = sorted(question.gold)
        for other in others:
            old, new = group[other], group[first]
            group = {id_: new if g == old else g for id_, g in group.items()}
    return {
        id_: hashlib.sha256(name.encode()).digest()[0] % 2
        for id_, name in group.items()
    }


def _row(
    question: Question,
    found: search_service_pb2.SearchChunksResponse,
    *,
    answer: str,
) -> dict[str, Any]:
    return {
        "id": question.id,
        "language": question.language,
        "kind": question.kind,
        "answer": answer,
        "grounding": grounding_pb2.GroundingState.Name(found.grounding).rsplit("_")[-1],
        "index_version": found.index_version,
        "chunks": [
            {
                "score": chunk.score,
                "similarity": chunk.vector.score if chunk.HasField("vector") else None,
                "bm25": chunk.keyword.score if chunk.HasField("keyword") else None,
            }
            for chunk in found.chunks
        ],
    }


def _report(rows: Sequence[dict[str, Any]]) -> None:
    for key in ("kind", "language"):
        table = Table(key, "answer is", "GROUNDED", "PARTIAL", "NONE", "questions")
        counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
        for row in rows:
            counts[row["answer"], row[key]][row["grounding"]] += 1
            if key == "kind":
                counts[row["answer"], "all"][row["grounding"]] += 1
        for (answer, value), counted in sorted(counts.items()):
            total = sum(counted.values())
            shares = [
                f"{counted[s] / total:.2f}" for s in ("GROUNDED", "PARTIAL", "NONE")
            ]
            table.add_row(value, answer, *shares, str(total))
        console.print(table)


if __name__ == "__main__":
    typer.run(main)
