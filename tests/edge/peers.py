"""The peers behind Envoy, scripted: real servers, mutual TLS, tokens verified."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import grpc
from aiohttp import web
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from lamla.documents.v1 import (  # noqa: F401 - Into the descriptor pool.
    collection_service_pb2,
    document_service_pb2,
    search_service_pb2,
    upload_service_pb2,
)
from lamla.store.v1 import turn_service_pb2  # noqa: F401 - Into the descriptor pool.

from mesh.credentials import Certificates
from mesh.policy import USERS, Policy, rule
from mesh.server import PeerServer
from mesh.testing import TokenIssuer, settings

COMPAT_SERVICE = "lamla.compat.v1.CompatService"
GATEWAY_SERVICES = (
    "lamla.chat.v1.ChatService",
    COMPAT_SERVICE,
    "lamla.documents.v1.SearchService",
    "lamla.telemetry.v1.ClientReportService",
)
PERSISTENCE_SERVICES = (
    "lamla.chat.v1.ConversationService",
    "lamla.documents.v1.CollectionService",
    "lamla.documents.v1.DocumentService",
    "lamla.documents.v1.UploadService",
    "lamla.identity.v1.IdentityService",
    "lamla.store.v1.TurnService",
)
WITHOUT_TOKEN = {"CreateGuest", "Register", "Login", "Refresh", "Logout", "GetJwks"}


@dataclass
class Received:
    """One call that a scripted peer got."""

    name: str
    request: Message
    metadata: dict[str, str]
    seconds_left: float | None


@dataclass
class ScriptedPeer:
    """Serves every method of some services by script.

    Attributes:
        answers: What a unary method returns, or raises, by its simple name; an empty
            response where nothing is said.
        events: What each stream is made of, in order: a message is sent, an
            `asyncio.Event` waited for, an exception raised.
        initial_metadata: What each stream sends before its first message.
        calls: What was received.
        ended: Streams that ended, for whatever reason.
    """

    services: tuple[str, ...]
    answers: dict[str, Message | Exception] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    initial_metadata: tuple[tuple[str, str], ...] = ()
    calls: list[Received] = field(default_factory=list)
    ended: int = 0

    def reset(self) -> None:
        """Forgets script and record."""
        self.answers, self.events, self.calls, self.ended = {}, [], [], 0
        self.initial_metadata = ()

    @property
    def policy(self) -> Policy:
        """Lets Envoy call everything, for users where a method wants them."""
        return {
            f"/{found.containing_service.full_name}/{found.name}": rule(
                peers={"envoy", "developer"},
                roles=None if found.name in WITHOUT_TOKEN else USERS,
                token_optional=found.containing_service.full_name == COMPAT_SERVICE,
            )
            for found in self._methods()
        }

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the services to `server`."""
        for service in self.services:
            handlers = {
                found.name: self._handler(found)
                for found in self._methods()
                if found.containing_service.full_name == service
            }
            server.add_generic_rpc_handlers(
                (grpc.method_handlers_generic_handler(service, handlers),)
            )

    @contextlib.asynccontextmanager
    async def serving(
        self, certs: Path, issuer: TokenIssuer, *, peer: str, port: int = 0
    ) -> AsyncIterator[str]:
        """Serves as `peer`; yields the address."""
        server = PeerServer(
            settings(certs / peer),
            listen=f"127.0.0.1:{port}",
            policy=self.policy,
            verifier=issuer.verifier,
            certs=Certificates(certs / peer, poll_seconds=0),
        )
        server.add(self.register, *self.services)
        await server.start()
        try:
            yield f"127.0.0.1:{server.port}"
        finally:
            await server.stop(None)

    def _methods(self) -> list[MethodDescriptor]:
        pool = descriptor_pool.Default()
        services = [pool.FindServiceByName(name) for name in self.services]
        return [found for service in services for found in service.methods]

    def _handler(self, found: MethodDescriptor) -> grpc.RpcMethodHandler:
        kind, behaviour = grpc.unary_unary_rpc_method_handler, self._answer
        if found.server_streaming:
            kind, behaviour = grpc.unary_stream_rpc_method_handler, self._stream
        elif found.client_streaming:
            kind, behaviour = grpc.stream_unary_rpc_method_handler, self._gather
        request_class = message_factory.GetMessageClass(found.input_type)
        response_class = message_factory.GetMessageClass(found.output_type)
        return kind(
            partial(behaviour, found),
            request_deserializer=request_class.FromString,
            response_serializer=response_class.SerializeToString,
        )

    async def _answer(
        self, found: MethodDescriptor, request: Message, context: Any
    ) -> Message:
        self._record(found, request, context)
        return self._scripted(found)

    async def _gather(
        self, found: MethodDescriptor, requests: AsyncIterator[Message], context: Any
    ) -> Message:
        async for request in requests:
            self._record(found, request, context)
        return self._scripted(found)

    async def _stream(
        self, found: MethodDescriptor, request: Message, context: Any
    ) -> AsyncIterator[Message]:
        self._record(found, request, context)
        if self.initial_metadata:
            await context.send_initial_metadata(self.initial_metadata)
        try:
            for item in list(self.events):
                if isinstance(item, asyncio.Event):
                    await item.wait()
                elif isinstance(item, Exception):
                    raise item
                else:
                    yield item
        finally:
            self.ended += 1

    def _scripted(self, found: MethodDescriptor) -> Message:
        response_class = message_factory.GetMessageClass(found.output_type)
        scripted = self.answers.get(found.name, response_class())
        if isinstance(scripted, Exception):
            raise scripted
        return scripted

    def _record(self, found: MethodDescriptor, request: Message, context: Any) -> None:
        metadata = {
            key: value
            for key, value in context.invocation_metadata()
            if isinstance(value, str)
        }
        self.calls.append(
            Received(found.name, request, metadata, context.time_remaining())
        )


class ScriptedDjango:
    """Persistence's HTTP side: publishes the keys, echoes the rest."""

    def __init__(self, certs: Path, issuer: TokenIssuer) -> None:
        self.port = 0
        self.keys_are_served = True
        self._certs = certs
        self._issuer = issuer

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[ScriptedDjango]:
        """Listens on a free loopback port."""
        app = web.Application(client_max_size=0)
        app.router.add_get("/.well-known/jwks.json", self._keys)
        app.router.add_route("*", "/{path:.*}", self._echo)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(
            runner, "127.0.0.1", self.port, ssl_context=self._tls(), reuse_address=True
        )
        await site.start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    def _tls(self) -> ssl.SSLContext:
        directory = self._certs / "persistence"
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(directory / "tls.crt", directory / "tls.key")
        context.load_verify_locations(directory / "ca.crt")
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    async def _keys(self, request: web.Request) -> web.Response:
        if not self.keys_are_served:
            raise web.HTTPInternalServerError
        return web.Response(text=self._issuer.jwks, content_type="application/json")

    async def _echo(self, request: web.Request) -> web.Response:
        body = await request.read()
        return web.json_response(
            {"path": request.path, "host": request.host, "size_bytes": len(body)}
        )
