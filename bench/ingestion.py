"""How fast documents become searchable, and what it costs whom.

Method: the whole mesh of `make run` in a scratch folder, with the built-in embedding
model. A text PDF of N pages is uploaded through the public API; its row is looked at
until it is READY. CPU is what the operating system accounts to each process between
upload and end, parsers (children of ingest) apart. Meanwhile a guest chats with the
scripted provider, whose first token comes after 200 ms, before and during the
ingestion; what is printed is what was seen minus these.

    python -m bench.ingestion [--pages 300] [--edge HOST:PORT --home DIRECTORY]

With `--edge` a mesh that runs already is measured, whose LAMLA_HOME is `--home`. On a
busy machine trust CPU and its shares; wall clock last.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import psutil
import typer
from lamla.documents.v1 import document_pb2
from rich.console import Console
from rich.table import Table

from bench.documents.library import Library
from bench.documents.pdf import pdf
from deploy.embedded.testing import Stack

PROCESSES = ("ingest", "llm_worker", "postgres", "persistence", "gateway", "envoy")
PARSERS = "parsers"
FIRST_MS = 200
MODEL = f"scripted-n5-d10-t{FIRST_MS}"
CHATS = 20
# What is uploaded first, and asked for: the question is embedded too.
FACT, QUESTION = b"Models are loaded when first needed.", "When are models loaded?"
START_SECONDS = 600.0
UNLIMITED = "1000000"
ENVIRONMENT = {
    "LAMLA_LLM_PROVIDERS": "scripted",
    "LAMLA_EDGE_GENERATE_PER_MINUTE": UNLIMITED,
    "LAMLA_EDGE_GENERATE_PER_HOUR": UNLIMITED,
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": UNLIMITED,
}
console = Console(width=120)


def main(
    pages: Annotated[int, typer.Option(min=1, help="Of the PDF.")] = 300,
    edge: Annotated[str, typer.Option(help="host:port of a mesh that runs.")] = "",
    home: Annotated[Path, typer.Option(help="Its LAMLA_HOME.")] = Path(".lamla"),
    *,
    chat: Annotated[bool, typer.Option(help="Measure the chat too.")] = True,
) -> None:
    """Measures, prints, and leaves nothing running."""
    with _mesh(edge, home) as (address, its_home), Library(address) as guest:
        warm = guest.upload("warm.txt", FACT)
        _wait(guest, warm)
        quiet = [guest.first_token_ms(QUESTION, MODEL) for _ in range(CHATS * chat)]
        content = pdf(pages)
        before, begun = _cpu_seconds(its_home), time.perf_counter()
        document_id = guest.upload("bench.pdf", content)
        busy = _chat_meanwhile(guest, document_id) if chat else []
        document = _wait(guest, document_id)
        elapsed, after = time.perf_counter() - begun, _cpu_seconds(its_home)
        memory = psutil.Process(_pid(its_home, "ingest")).memory_info().rss >> 20
    spent = {name: after[name] - before[name] for name in after}
    console.print(_table(document, spent, elapsed))
    console.print(f"Memory of ingest at the end: {memory} MiB")
    for name, times in (("before", quiet), ("during", busy)):
        if times:
            median, slowest = statistics.median(times), max(times)
            console.print(
                f"Time to first token {name}: median {median - FIRST_MS:.0f} ms,"
                f" slowest {slowest - FIRST_MS:.0f} ms, {len(times)} answers"
            )


@contextmanager
def _mesh(edge: str, home: Path) -> Iterator[tuple[str, Path]]:
    if edge:
        yield edge, home
        return
    with tempfile.TemporaryDirectory(prefix="lamla-bench-") as scratch:
        page = Path(scratch) / "page"
        page.mkdir()
        (page / "index.html").write_text("<!doctype html>")
        stack = Stack(
            Path(scratch) / "home",
            environment=ENVIRONMENT | {"LAMLA_PAGE_DIR": str(page)},
        )
        stack.start(START_SECONDS)
        try:
            yield f"127.0.0.1:{stack.port}", stack.home
        finally:
            stack.stop()


def _chat_meanwhile(guest: Library, document_id: str) -> list[float]:
    times: list[float] = []
    while len(times) < CHATS:
        if guest.get(document_id).state == document_pb2.DOCUMENT_STATE_READY:
            break
        times.append(guest.first_token_ms(QUESTION, MODEL))
    return times


def _wait(guest: Library, document_id: str) -> document_pb2.Document:
    while True:
        document = guest.get(document_id)
        if document.state == document_pb2.DOCUMENT_STATE_READY:
            return document
        if document.state == document_pb2.DOCUMENT_STATE_FAILED:
            raise typer.BadParameter(document.failure.message)
        time.sleep(0.2)


def _cpu_seconds(home: Path) -> dict[str, float]:
    spent = dict.fromkeys((PARSERS, *PROCESSES), 0.0)
    for name in PROCESSES:
        root = psutil.Process(_pid(home, name))
        own = root.cpu_times()
        spent[name] += own.user + own.system
        for child in root.children(recursive=True):
            times = child.cpu_times()
            spent[PARSERS if name == "ingest" else name] += times.user + times.system
        if name == "ingest":
            # Parsers that have ended are accounted to who has waited for them.
            spent[PARSERS] += own.children_user + own.children_system
    return spent


def _pid(home: Path, name: str) -> int:
    return int((home / "run" / f"{name}.pid").read_text().split()[0])


def _table(
    document: document_pb2.Document, spent: dict[str, float], elapsed: float
) -> Table:
    pages, chunks = document.page_count, document.chunk_count
    everything = sum(spent.values())
    table = Table(
        title=f"{pages} pages, {chunks} chunks in {elapsed:.1f} s:"
        f" {pages / elapsed:.1f} pages/s, {chunks / elapsed:.1f} chunks/s"
    )
    for heading in ("process", "CPU s", "share", "pages per CPU-s", "ms per chunk"):
        table.add_column(heading, justify="right")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        table.add_row(
            name,
            f"{seconds:.1f}",
            f"{seconds / everything:.1%}",
            f"{pages / seconds:.1f}" if seconds else "-",
            f"{seconds * 1000 / chunks:.2f}",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
