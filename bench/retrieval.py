"""How well questions find the passages that answer them, beside BM25.

Takes any set: two files of one JSON object a line (passages: id, title, text, language;
questions: id, text, language, gold: ids of passages), or files of SQuAD 1.1. Without
one it takes bench/data/retrieval, which was written for it: sixteen languages, with
near misses for each passage.

Method: the whole mesh of `make run` in a scratch folder. Each passage becomes a
document of one guest (with `--group N`, N of them share one), uploaded through the
public API; when all are ready each question goes to `SearchService.SearchChunks`.
`keyword` and `vector` are the legs as that answer gives them, `rank fusion` joins the
two by reciprocal ranks (k = 60), and `bm25s` is that package on the same passages in
this process. All languages are one collection: what is found in another language is
wrong. With `--offline` there is no mesh: the same terms, model and fusion in memory.

    python -m bench.retrieval [--passages FILE --questions FILE] [--offline]
    python -m bench.retrieval --squad dev-v1.1.json --squad-language en
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from bench.ranking.measures import Quality
from bench.ranking.mesh import Answers, connected
from bench.ranking.offline import offline as search_in_memory
from bench.ranking.offline import rank_fusion
from bench.ranking.questions import QuestionSet, joined, read_jsonl, read_squad
from bench.ranking.reference import reference
from bench.ranking.report import Rankings, absolute, figures, ratios
from deploy.embedded.testing import Stack

DATA = Path(__file__).parent / "data" / "retrieval"
DEPTH = 100
# The first start builds the page, on a machine that may be busy.
START_SECONDS = 600.0
UNLIMITED = "1000000"
ENVIRONMENT = {
    "LAMLA_LLM_PROVIDERS": "scripted",
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": UNLIMITED,
}
console = Console(width=200)


def main(  # noqa: PLR0913, PLR0917 - Each is an option of the command.
    passages: Annotated[Path, typer.Option()] = DATA / "passages.jsonl",
    questions: Annotated[Path, typer.Option()] = DATA / "questions.jsonl",
    squad: Annotated[
        list[Path] | None, typer.Option(help="SQuAD 1.1 JSON; repeatable.")
    ] = None,
    squad_language: Annotated[
        list[str] | None, typer.Option(help="Of each such file, in order.")
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option(help="Only these; repeatable.")
    ] = None,
    group: Annotated[int, typer.Option(min=1, help="Passages to a document.")] = 1,
    edge: Annotated[
        str, typer.Option(help="A mesh that runs already: host:port, without TLS.")
    ] = "",
    *,
    offline: Annotated[bool, typer.Option("--offline", help="No mesh.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Prints recall@1, @5, @10 and MRR@10 for each language."""
    data = _read(passages, questions, squad, squad_language)
    if language:
        data = QuestionSet(
            tuple(each for each in data.passages if each.language in language),
            tuple(each for each in data.questions if each.language in language),
        )
    console.print(f"{len(data.passages)} passages, {len(data.questions)} questions")
    ways: dict[str, Rankings] = (
        dict(search_in_memory(data, DEPTH)) if offline else _in_mesh(data, group, edge)
    )
    ways["bm25s"] = reference(data, DEPTH)
    judged = figures(data, ways)
    console.print(absolute(judged))
    console.print(ratios(judged))
    if json_file:
        json_file.write_text(json.dumps(_plain(judged), indent=2), encoding="utf-8")


def _read(
    passages: Path,
    questions: Path,
    squad: list[Path] | None,
    languages: list[str] | None,
) -> QuestionSet:
    if not squad:
        return read_jsonl(passages, questions)
    named = languages or ["en"] * len(squad)
    if len(named) != len(squad):
        raise typer.BadParameter("--squad-language: one for each --squad, or none")
    return joined(
        [read_squad(path, each) for path, each in zip(squad, named, strict=True)]
    )


def _in_mesh(data: QuestionSet, group: int, edge: str) -> dict[str, Rankings]:
    with (
        nullcontext(edge) if edge else _mesh() as address,
        Progress(console=Console(stderr=True)) as progress,
    ):
        answers = asyncio.run(_ask(address, data, group, progress))
    times = statistics.quantiles(answers.milliseconds, n=100)
    console.print(f"SearchChunks: p50 {times[49]:.0f} ms, p99 {times[98]:.0f} ms")
    return {
        "Lamla": answers.fused,
        "keyword": answers.keyword,
        "vector": answers.vector,
        "rank fusion": rank_fusion([answers.keyword, answers.vector]),
    }


@contextmanager
def _mesh() -> Iterator[str]:
    """Runs a mesh of its own; yields where its edge is."""
    with tempfile.TemporaryDirectory(prefix="lamla-bench-") as scratch:
        stack = Stack(Path(scratch) / "home", environment=ENVIRONMENT)
        stack.start(START_SECONDS)
        try:
            yield f"127.0.0.1:{stack.port}"
        finally:
            stack.stop()


async def _ask(
    address: str, data: QuestionSet, group: int, progress: Progress
) -> Answers:
    def shown(task: TaskID, done: int, count: int) -> None:
        progress.update(task, completed=done, total=count)

    ready = progress.add_task("documents ready", total=None)
    asked = progress.add_task("questions asked", total=len(data.questions))
    begun = time.perf_counter()
    async with connected(address) as mesh:
        await mesh.ingest(
            data.passages,
            group=group,
            progress=lambda done, count: shown(ready, done, count),
        )
        rate = len(data.passages) / (time.perf_counter() - begun)
        console.print(f"ingested {rate:.1f} passages a second")
        return await mesh.ask(
            data.questions, lambda done, count: shown(asked, done, count)
        )


def _plain(
    judged: dict[str, dict[str, Quality]],
) -> dict[str, dict[str, dict[str, object]]]:
    return {
        group: {way: asdict(each) for way, each in ways.items()}
        for group, ways in judged.items()
    }


if __name__ == "__main__":
    typer.run(main)
