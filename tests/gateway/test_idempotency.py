"""The same request again attaches to the same generation, whatever its state."""

from __future__ import annotations

import asyncio

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError
from mesh.ids import uuid7
from tests.gateway.harness import (
    forget_ended,
    kinds,
    read,
    read_one,
    read_until,
    reason_of,
    text_of,
)
from tests.mesh.failures import stream_failure


class TestSameRequest:
    @pytest.mark.parity("A9")
    async def test_attaches_to_a_running_answer(self, gateway, worker, store):
        """
        Two calls with one request id: one answer, one provider call, equal streams.
        """
        gate = asyncio.Event()
        worker.script = ["mito", gate, "chondria"]
        request_id = str(uuid7())
        first = gateway.send(request_id=request_id)
        head = await read_until(first, "tokens")
        second = gateway.send(request_id=request_id)
        begun = [await read_one(second)]
        gate.set()

        left, right = head + await read(first), begun + await read(second)

        assert left == right
        assert 1 == len(worker.jobs) == len(store.rows)

    async def test_both_at_once(self, gateway, worker):
        """
        Two devices that send the same at the same moment get the same.
        """
        request_id = str(uuid7())

        left, right = await asyncio.gather(
            read(gateway.send(request_id=request_id)),
            read(gateway.send(request_id=request_id)),
        )

        assert left == right
        assert 1 == len(worker.jobs)

    async def test_gives_an_ended_answer(self, gateway, worker):
        """
        Long after its end the stored answer is told, nothing is generated.
        """
        request_id = str(uuid7())
        first = await read(gateway.send(request_id=request_id))
        forget_ended(gateway)

        again = await read(gateway.send(request_id=request_id))

        assert ["snapshot", "completed"] == kinds(again)
        assert text_of(first) == text_of(again)
        assert first[-1] == again[-1]
        assert 1 == len(worker.jobs)

    async def test_reports_a_failed_answer(self, gateway, worker):
        """
        What failed is reported, not run again: the same status, byte for byte.
        """
        reason = ErrorReason.ERROR_REASON_PROVIDER_REJECTED
        worker.script = ["mito", ServiceError(reason, "No.", provider="scripted")]
        request_id = str(uuid7())
        first = await read(gateway.send(request_id=request_id))
        forget_ended(gateway)

        again = await read(gateway.send(request_id=request_id))

        assert "ERROR_REASON_PROVIDER_REJECTED" == reason_of(again[-1])
        assert first[-1] == again[-1]
        assert 1 == len(worker.jobs)

    async def test_begins_again_what_nobody_ever_wrote(
        self, gateway, worker, store, monkeypatch
    ):
        """
        A gateway that died right after the message was stored loses nothing: the same
        request makes another one write the answer.
        """
        store.endpoint = "gateway:dead"
        request_id = str(uuid7())
        with monkeypatch.context() as dying:
            dying.setattr(gateway.application.hub, "begin", _die)
            await stream_failure(gateway.send(request_id=request_id))
        (id_,) = store.rows
        store.expire(id_)
        store.endpoint = "gateway:1"

        again = await read(gateway.send(request_id=request_id))

        assert "completed" == kinds(again)[-1]
        assert "mitochondria." == text_of(again)
        assert 1 == len(worker.jobs)


def _die(*_: object, **__: object) -> None:
    raise RuntimeError("Killed before the answer was begun.")
