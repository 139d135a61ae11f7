"""Every public method is routed; `envoy --mode validate` accepts what is rendered."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from google.api import annotations_pb2
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from gateway.envoy.settings import TEMPLATES, EdgeSettings, Place
from gateway.envoy.templates import PLACEHOLDER, fill
from tests.clients import Client
from tests.edge.envoy import binary
from tests.edge.peers import (
    COMPAT_SERVICE,
    GATEWAY_SERVICES,
    PERSISTENCE_SERVICES,
    ScriptedPeer,
)

PUBLIC = [
    found
    for name in (*GATEWAY_SERVICES, *PERSISTENCE_SERVICES)
    if name != COMPAT_SERVICE  # For JSON only: test_compat.py.
    for found in descriptor_pool.Default().FindServiceByName(name).methods
    if found.GetOptions().HasExtension(annotations_pb2.http)
]


SENTENCE = "correct horse"
VALUES = {
    "data": bytes(32),
    "data_sha256": bytes(32),
    "document": SENTENCE,
    "email": "a@example.org",
    "file_name": SENTENCE,
    "format": 1,
    "kind": SENTENCE,
    "name": SENTENCE,
    "password": SENTENCE,
    "query": SENTENCE,
    "size_bytes": 1,
    "text": SENTENCE,
    "title": SENTENCE,
    "url": "https://example.org/kant.pdf",
}


def some(method: MethodDescriptor) -> Message:
    """A request that keeps the contract's rules well enough to be recorded."""
    request = GetMessageClass(method.input_type)()
    _fill(request)
    return request


def _fill(message: Message) -> None:
    for field in message.DESCRIPTOR.fields:
        if field.name.endswith("_id"):
            setattr(message, field.name, str(uuid4()))
        elif field.name in VALUES and not field.message_type:
            setattr(message, field.name, VALUES[field.name])
        elif field.name == "errors":
            _fill(getattr(message, field.name).add())
        elif field.name in {"file", "message"}:
            _fill(getattr(message, field.name))


class TestMethods:
    @pytest.mark.parity("A15")
    @pytest.mark.parametrize("method", PUBLIC, ids=lambda method: method.name)
    async def test_every_public_method_reaches_its_owner(
        self,
        client: Client,
        gateway: ScriptedPeer,
        persistence: ScriptedPeer,
        token: str,
        method: MethodDescriptor,
    ):
        """
        In every protocol: the process that implements the service gets the request as
        it was sent, and no code of ours stands between.
        """
        service = method.containing_service.full_name
        owner = gateway if service in GATEWAY_SERVICES else persistence
        name = f"{service}/{method.name}"
        sent = some(method)

        if method.server_streaming:
            async for _ in client.stream(name, sent, token=token):
                pass
        else:
            await client.unary(name, sent, token=token)

        assert [(method.name, sent)] == [
            (call.name, call.request) for call in owner.calls
        ]


class TestTemplates:
    async def test_envoy_accepts_several_endpoints_and_names(
        self, place: Callable[[], Place]
    ):
        """
        The form that production uses.
        """
        many = replace(
            place(),
            gateway=["10.0.0.1:20801", "10.0.0.2:20801"],
            persistence=["persistence.lamla.svc:20803", "[::1]:20803"],
        )
        config = fill(many, EdgeSettings(cors_origins=("https://a.org", "http://b:1")))
        process = await asyncio.create_subprocess_exec(
            *(binary(), "--mode", "validate", "--config-path", str(config)),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()

        assert 0 == process.returncode, output.decode()[-2_000:]

    def test_the_readme_names_every_placeholder(self):
        """
        A launcher's author reads it, not the templates.
        """
        used = {
            name
            for template in TEMPLATES.glob("*.yaml")
            for name in PLACEHOLDER.findall(template.read_text())
        }
        readme = (TEMPLATES / "README.md").read_text()

        assert set() == {name for name in used if f"`{name}`" not in readme}
