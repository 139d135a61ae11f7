"""How often a sentence that is shown as SUPPORTED is supported.

Method: pairs of a sentence and its evidence in sixteen languages, labelled by hand:
said in the same words or in others, in another language, or with a wrong number, unit,
name, or turned round. Each is judged as an answer's sentence is, with the evidence
among that of all other pairs of its language; with the sentence vectors of llm_worker's
default model, and by words alone. The rules were made with the pairs in
bench/data/citations.jsonl; those in citations_held_out.jsonl were written without a
look at any verdict, to see whether the rules hold elsewhere.

    python -m bench.citations [--held-out] [--words-only] [--wrong]

Printed: precision and recall of SUPPORTED, how many of each kind got which verdict, and
what a judgement costs.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from gateway.citations.matching import Matching
from gateway.citations.meaning import Meaning
from gateway.citations.verdict import Statement
from gateway.clients.chunks import Chunk
from gateway.clients.embedder import Embedded, Embedder, Purpose
from gateway.evidence import Support
from llm_worker.embeddings.base import Embedder as Model
from llm_worker.embeddings.base import Purpose as ModelPurpose
from llm_worker.embeddings.registry import CONSTRUCTORS
from llm_worker.settings import LLMWorkerSettings
from mesh.ids import uuid7

DATA = Path(__file__).parent / "data" / "citations.jsonl"
HELD_OUT = DATA.with_name("citations_held_out.jsonl")


@dataclass(frozen=True)
class Pair:
    """A sentence, its evidence, and what a person says of the two."""

    id: str
    language: str
    source_language: str
    kind: str
    label: str
    claim: str
    evidence: str


class Local:
    """The embedding model, in this process."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def embed(
        self, texts: Sequence[str], purpose: Purpose, *, model: str = ""
    ) -> Embedded:
        """See `gateway.clients.embedder.Embedder.embed`."""
        del purpose, model
        made = await self._model.embed(texts, ModelPurpose.PASSAGE)
        vectors = tuple(tuple(map(float, one.values)) for one in made)
        return Embedded(vectors=vectors, model=self._model.model.name)


def read(path: Path = DATA) -> list[Pair]:
    """Returns the labelled pairs."""
    return [Pair(**json.loads(line)) for line in path.read_text().splitlines()]


def chunk(text: str, language: str) -> Chunk:
    """Returns evidence as a page of its own."""
    return Chunk(
        id=str(uuid7()),
        document_id=str(uuid7()),
        document_title="",
        page=1,
        start=0,
        end=len(text),
        text=text,
        context=text,
        context_start=0,
        language=language,
    )


async def judge(pair: Pair, others: Sequence[str], meaning: Meaning | None) -> Support:
    """Judges one sentence as an answer's is judged."""
    texts = [pair.evidence, *(text for text in others if text != pair.evidence)]
    chunks = [chunk(text, pair.source_language) for text in texts]
    matching = Matching(chunks, "")
    claim = Statement.of(pair.claim, pair.language)
    candidates = matching.candidates(claim)
    nearness: Any = {}
    if meaning is not None and not matching.is_decided(claim, candidates):
        quotes = [piece.quote for piece in candidates]
        nearness = await meaning.nearness(claim.text, quotes)
    matches = matching.judge(claim, candidates, nearness)
    return matches[0].verdict.support if matches else Support.UNSUPPORTED


async def run(
    pairs: Sequence[Pair], *, words_only: bool
) -> tuple[list[tuple[Pair, Support]], float]:
    """Judges pairs; returns the verdicts and the seconds that they took."""
    meaning = None
    if not words_only:
        settings = LLMWorkerSettings()
        embedder = CONSTRUCTORS[settings.embedders[0]](settings)
        await embedder.start()
        await embedder.check()
        local: Embedder = Local(embedder)
        meaning = Meaning(local)
    began = time.perf_counter()
    verdicts = []
    for pair in pairs:
        same = {p.evidence for p in pairs if p.source_language == pair.source_language}
        verdicts.append((pair, await judge(pair, sorted(same), meaning)))
    return verdicts, time.perf_counter() - began


def report(console: Console, verdicts: Sequence[tuple[Pair, Support]]) -> None:
    """Prints what became of each kind, and how far SUPPORTED can be trusted."""
    kinds: dict[str, Counter[str]] = {}
    for pair, support in verdicts:
        kinds.setdefault(f"{pair.label}: {pair.kind}", Counter())[support.value] += 1
    table = Table("label: kind", "supported", "partial", "unsupported")
    for name in sorted(kinds):
        counts = kinds[name]
        table.add_row(name, *(str(counts[s.value]) for s in Support))
    console.print(table)
    shown = [pair for pair, support in verdicts if support is Support.SUPPORTED]
    right = [pair for pair in shown if pair.label == Support.SUPPORTED.value]
    wanted = [pair for pair, _ in verdicts if pair.label == Support.SUPPORTED.value]
    console.print(
        f"{len(verdicts)} pairs; SUPPORTED: precision {len(right) / len(shown):.3f}, "
        f"recall {len(right) / len(wanted):.3f}"
    )


def main(
    *,
    held_out: Annotated[
        bool, typer.Option(help="Those that no rule was made with.")
    ] = False,
    words_only: Annotated[bool, typer.Option(help="Without sentence vectors.")] = False,
    wrong: Annotated[
        bool, typer.Option(help="Show each that is judged wrong.")
    ] = False,
) -> None:
    """Judges the shipped pairs."""
    console = Console()
    verdicts, seconds = asyncio.run(
        run(read(HELD_OUT if held_out else DATA), words_only=words_only)
    )
    report(console, verdicts)
    console.print(
        f"{1_000 * seconds / len(verdicts):.1f} ms for each, vectors included"
    )
    if wrong:
        for pair, support in verdicts:
            if pair.label != support.value:
                console.print(
                    f"[{pair.id} {pair.kind}] {support.value}: {pair.claim} "
                    f"<- {pair.evidence}",
                    markup=False,
                )


if __name__ == "__main__":
    typer.run(main)
