"""What the mesh adds to a stream: time to first token, and CPU for each token.

Method: the whole mesh of `make run` in a scratch folder, with the scripted provider at
a known pace (200 tokens, 20 ms apart, the first after 200 ms). N clients call
`SendMessage` over native gRPC through Envoy's public port; each begins its next stream
when one ends. The time to first token printed is what was seen minus the provider's own
200 ms. CPU is what the operating system accounts to each process between the first and
the last token; the client's is not part of the sum.

    python -m bench.stream [--streams 1 --streams 50 …] [--rounds 2] [--json FILE]

Everything runs on loopback and ends by itself. On a busy machine trust CPU for each
token, then ratios between rows of one run; absolute times last.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import grpc
import psutil
import typer
from lamla.chat.v1 import chat_service_pb2, chat_service_pb2_grpc, generation_pb2
from lamla.identity.v1 import identity_service_pb2, identity_service_pb2_grpc
from rich.console import Console
from rich.table import Table

from deploy.embedded.testing import Stack

TOKENS = 200
GAP_MS = 20
FIRST_MS = 200
MODEL = f"scripted-n{TOKENS}-d{GAP_MS}-t{FIRST_MS}"
# Envoy allows 100 concurrent streams on a connection; clients of ours take fewer.
STREAMS_PER_CHANNEL = 50
PROCESSES = ("envoy", "gateway", "llm_worker", "persistence", "postgres")
UNLIMITED = "1000000"
EDGE = {
    "LAMLA_EDGE_GENERATE_PER_MINUTE": UNLIMITED,
    "LAMLA_EDGE_GENERATE_PER_HOUR": UNLIMITED,
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": UNLIMITED,
}


@dataclass
class Samples:
    """What the clients of one run saw."""

    first_token_ms: list[float] = field(default_factory=list)
    tokens: int = 0
    events: int = 0
    streams: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    streams: int
    answers: int
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    tokens_per_second: float
    tokens_per_event: float
    cpu_us_per_token: dict[str, float]

    @property
    def total_us_per_token(self) -> float:
        """CPU of all processes of the mesh for one token, in microseconds."""
        return sum(self.cpu_us_per_token.values())


async def one_stream(
    stub: chat_service_pb2_grpc.ChatServiceAsyncStub, token: str, samples: Samples
) -> None:
    """Reads one answer to its end."""
    request = chat_service_pb2.SendMessageRequest(
        request_id=str(uuid.uuid4()),
        text="Explain photosynthesis.",
        config=generation_pb2.GenerationConfig(model=MODEL, max_output_tokens=TOKENS),
    )
    begun = time.perf_counter()
    first = 0.0
    tokens = 0
    outcome = "nothing"
    try:
        call = stub.SendMessage(
            request, timeout=120, metadata=(("authorization", f"Bearer {token}"),)
        )
        async for event in call:
            kind = event.WhichOneof("event")
            if kind == "tokens":
                first = first or time.perf_counter()
                tokens += event.tokens.token_count
                samples.events += 1
            outcome = kind or outcome
    except grpc.aio.AioRpcError as error:
        outcome = f"{error.code().name}: {error.details()}"
    if outcome != "completed" or tokens != TOKENS:
        samples.failures.append(f"{outcome} after {tokens} tokens")
        return
    samples.first_token_ms.append((first - begun) * 1000 - FIRST_MS)
    samples.tokens += tokens
    samples.streams += 1


async def client(
    stub: chat_service_pb2_grpc.ChatServiceAsyncStub,
    token: str,
    samples: Samples,
    *,
    delay: float,
    rounds: int,
) -> None:
    """Reads answers one after another."""
    await asyncio.sleep(delay)
    for _ in range(rounds):
        await one_stream(stub, token, samples)


def cpu_seconds(stack: Stack) -> dict[str, float]:
    """Returns the CPU time of each process with its children, in seconds."""
    spent = dict.fromkeys(PROCESSES, 0.0)
    for name in PROCESSES:
        root = psutil.Process(stack.pid(name))
        for process in [root, *root.children(recursive=True)]:
            times = process.cpu_times()
            spent[name] += times.user + times.system
    return spent


async def measure(stack: Stack, *, streams: int, rounds: int) -> Row:
    """Runs `streams` clients at once, each for `rounds` answers."""
    address = f"127.0.0.1:{stack.port}"
    channels = [
        # A pool of its own keeps grpc from sharing one connection between channels.
        grpc.aio.insecure_channel(
            address, options=[("grpc.use_local_subchannel_pool", 1)]
        )
        for _ in range(-(-streams // STREAMS_PER_CHANNEL))
    ]
    identity = identity_service_pb2_grpc.IdentityServiceStub(channels[0])
    guest = await identity.CreateGuest(identity_service_pb2.CreateGuestRequest())
    stubs = [chat_service_pb2_grpc.ChatServiceStub(c) for c in channels]
    await one_stream(stubs[0], guest.access_token, Samples())
    samples = Samples()
    # Arrivals are spread over one stream's length, as people's are.
    spread = (FIRST_MS + TOKENS * GAP_MS) / 1000
    before, begun = cpu_seconds(stack), time.perf_counter()
    await asyncio.gather(
        *(
            client(
                stubs[i % len(stubs)],
                guest.access_token,
                samples,
                delay=spread * i / streams,
                rounds=rounds,
            )
            for i in range(streams)
        )
    )
    elapsed, after = time.perf_counter() - begun, cpu_seconds(stack)
    for channel in channels:
        await channel.close()
    for failure in sorted(set(samples.failures)):
        Console(stderr=True).print(f"failed: {failure}")
    first = samples.first_token_ms or [0.0]
    cuts = statistics.quantiles(first, n=100) if len(first) > 1 else first * 100
    tokens = max(samples.tokens, 1)
    return Row(
        streams=streams,
        answers=samples.streams,
        failed=len(samples.failures),
        p50_ms=cuts[49],
        p95_ms=cuts[94],
        p99_ms=cuts[98],
        tokens_per_second=samples.tokens / elapsed,
        tokens_per_event=tokens / max(samples.events, 1),
        cpu_us_per_token={
            name: (after[name] - before[name]) * 1e6 / tokens for name in before
        },
    )


def report(rows: list[Row]) -> Table:
    """Writes the rows as a table; CPU in microseconds for each token."""
    table = Table(title=f"{TOKENS} tokens, {GAP_MS} ms apart, through the whole mesh")
    for heading in (
        "streams",
        "answers",
        "failed",
        "added TTFT p50 / p95 / p99 ms",
        "tokens/s",
        "tokens/event",
        *(f"{name} µs" for name in PROCESSES),
        "sum µs/token",
        "tokens per CPU-s",
        "ratio to first",
    ):
        table.add_column(heading, justify="right")
    for row in rows:
        ratio = row.total_us_per_token / rows[0].total_us_per_token
        table.add_row(
            str(row.streams),
            str(row.answers),
            str(row.failed),
            f"{row.p50_ms:.1f} / {row.p95_ms:.1f} / {row.p99_ms:.1f}",
            f"{row.tokens_per_second:.0f}",
            f"{row.tokens_per_event:.2f}",
            *(f"{row.cpu_us_per_token[name]:.0f}" for name in PROCESSES),
            f"{row.total_us_per_token:.0f}",
            f"{1e6 / row.total_us_per_token:.0f}",
            f"{ratio:.2f}",
        )
    return table


def main(
    streams: Annotated[
        list[int] | None, typer.Option(help="How many at once; repeatable.")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Answers for each client.")] = 2,
    out: Annotated[
        Path | None, typer.Option("--json", help="Where to write the rows.")
    ] = None,
) -> None:
    """Starts the mesh, measures, prints, stops."""
    with tempfile.TemporaryDirectory(prefix="lamla-bench-") as scratch:
        environment = {"LAMLA_LLM_PROVIDERS": "scripted", **EDGE}
        with Stack(Path(scratch) / "home", environment=environment) as stack:
            rows = [
                asyncio.run(measure(stack, streams=n, rounds=rounds))
                for n in streams or [1, 50, 200]
            ]
    Console(width=200).print(report(rows))
    if out:
        out.write_text(json.dumps([asdict(row) for row in rows], indent=2))


if __name__ == "__main__":
    typer.run(main)
