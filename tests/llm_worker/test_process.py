"""The process itself: `python -m llm_worker serve`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from grpc_health.v1 import health_pb2, health_pb2_grpc
from lamla.chat.v1 import generation_pb2 as chat
from lamla.llm.v1 import generation_service_pb2 as pb
from lamla.llm.v1 import generation_service_pb2_grpc as pb_grpc

from deploy.embedded.testing import free_port
from mesh.channels import PeerChannel
from mesh.credentials import Certificates
from mesh.ids import uuid7
from tests.llm_worker.embedding_subjects import embedded
from tests.llm_worker.eventually import eventually
from tests.llm_worker.vendor import selling

DEPENDENCIES = ("scripted", "openai_compatible", "embeddings")


@asynccontextmanager
async def running(certs, **variables):
    """Runs the process; yields it and a channel of gateway to it."""
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "LAMLA_CERTS_DIR": str(certs / "llm_worker"),
        "LAMLA_LLM_LISTEN": f"127.0.0.1:{port}",
        "LAMLA_DRAIN_DELAY_SECONDS": "0",
        **variables,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "llm_worker",
        "serve",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    channel = PeerChannel(
        f"127.0.0.1:{port}",
        peer="llm_worker",
        certs=Certificates(certs / "gateway", poll_seconds=0),
    )
    try:
        async with asyncio.timeout(90):
            await channel.channel.channel_ready()
        yield process, channel
    finally:
        await channel.close()
        if process.returncode is None:
            process.kill()
        await process.communicate()


def request(model="", **config):
    """Makes a request with a new id."""
    message = pb.PromptMessage(role=pb.PROMPT_ROLE_USER, text="Why?")
    return pb.GenerateRequest(
        generation_id=str(uuid7()),
        messages=[message],
        config=chat.GenerationConfig(model=model, **config),
    )


async def status(channel, service):
    """Returns what health says about `service`."""
    stub = health_pb2_grpc.HealthStub(channel.channel)
    answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
    return health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


async def until(channel, service, expected):
    """Waits until health says `expected` about `service`."""

    async def holds():
        return expected == await status(channel, service)

    await eventually(holds)


async def test_the_built_in_model_answers_and_the_process_stops(certs):
    """
    With nothing set it serves a real model; SIGTERM ends it well.
    """
    async with running(certs) as (process, channel):
        stub = channel.stub(pb_grpc.GenerationServiceStub)
        call = stub.Generate(request(max_output_tokens=3))
        events = [event async for event in call]
        await until(channel, "dependency:local", "SERVING")
        await until(channel, "dependency:embeddings", "SERVING")
        process.send_signal(signal.SIGTERM)
        out, err = await process.communicate()

    assert "smollm2-135m-instruct" == events[0].started.model
    assert 3 == events[-1].finished.usage.output_tokens
    assert 0 == process.returncode
    assert b"Why?" not in out + err
    assert all(json.loads(line)["service"] == "llm_worker" for line in out.splitlines())


@pytest.mark.parity("A54")
async def test_a_provider_that_is_down_does_not_take_the_process_down(certs):
    """
    Health names it, others answer, and the service goes on serving.
    """
    vendor = {
        "LAMLA_LLM_PROVIDERS": "openai_compatible,scripted",
        "LAMLA_LLM_BASE_URL": f"http://127.0.0.1:{free_port()}/v1",
        "LAMLA_LLM_MODEL": "gpt",
    }
    async with running(certs, **vendor) as (_, channel):
        stub = channel.stub(pb_grpc.GenerationServiceStub)
        events = [event async for event in stub.Generate(request())]
        await until(channel, "dependency:scripted", "SERVING")
        found = {
            name: await status(channel, f"dependency:{name}") for name in DEPENDENCIES
        }
        served = await status(channel, "lamla.llm.v1.GenerationService")

    assert "scripted" == events[0].started.provider
    assert "NOT_SERVING" == found["openai_compatible"]
    assert "SERVING" == served


async def test_stop_reaches_the_provider_from_another_process(certs, tmp_path):
    """
    The log of the scripted provider shows when it was closed, and that nothing was
    sent after that.
    """
    path = tmp_path / "log.jsonl"
    scripted = {
        "LAMLA_LLM_PROVIDERS": "scripted",
        "LAMLA_LLM_SCRIPTED_LOG": str(path),
    }
    async with running(certs, **scripted) as (_, channel):
        stub = channel.stub(pb_grpc.GenerationServiceStub)
        asked = request("scripted-n3000-d20")
        asked.detach_grace.FromSeconds(30)
        events = aiter(stub.Generate(asked))
        await anext(events)
        await anext(events)
        await stub.Cancel(pb.CancelRequest(generation_id=asked.generation_id))
        await eventually(lambda: '"close"' in path.read_text())
        await asyncio.sleep(0.2)
        lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert "close" == lines[-1]["event"]
    assert len(lines) < 3_000


async def test_settings_that_cannot_work_end_it_with_2(certs):
    """
    The operator reads one line, not a traceback.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "llm_worker",
        "serve",
        env={"LAMLA_LLM_PROVIDERS": "gpt", "LAMLA_CERTS_DIR": str(certs / "gateway")},
        stderr=asyncio.subprocess.PIPE,
    )
    _, err = await process.communicate()

    assert 2 == process.returncode
    assert b"LAMLA_LLM_PROVIDERS" in err
    assert b"Traceback" not in err


@pytest.mark.parity("A21")
async def test_a_model_whose_vectors_do_not_fit_ends_it_with_2(certs):
    """
    The vendor is asked before anybody is served.
    """

    async def answer(_, __, body):
        return web.json_response(embedded(body, dimension=1_536))

    async with selling(answer) as vendor:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "llm_worker",
            "serve",
            env={
                "LAMLA_CERTS_DIR": str(certs / "llm_worker"),
                "LAMLA_LLM_LISTEN": f"127.0.0.1:{free_port()}",
                "LAMLA_LLM_PROVIDERS": "scripted",
                "LAMLA_LLM_EMBEDDERS": "openai_compatible",
                "LAMLA_LLM_EMBEDDING_BASE_URL": vendor.url,
            },
            stderr=asyncio.subprocess.PIPE,
        )
        _, err = await process.communicate()

    assert 2 == process.returncode
    assert b"text-embedding-3-small have 1536 components" in err
    assert b"has 384" in err
    assert b"Traceback" not in err


@pytest.mark.parity("A11")
async def test_no_database_is_within_reach():
    """
    The worker is stateless: nothing it imports speaks to a database, and none of its
    settings could name one.
    """
    code = (
        "import sys, llm_worker.__main__ as m;"
        "from mesh.settings import variable_names;"
        "from llm_worker.providers import local, openai_compatible, scripted;"
        "print(*sys.modules, *variable_names(m.LLMWorkerSettings).values())"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    found = set(out.decode().split())

    assert "llm_worker.routing" in found
    assert set() == found & {
        *("django", "psycopg", "psycopg_pool", "sqlite3", "sqlalchemy", "asyncpg"),
        *("DATABASE_URL", "DB_HOST", "DB_PASSWORD"),
    }
