"""A small service under `/lamla.`, whose behaviour each test decides."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc
import grpc_tools
from buf.validate import validate_pb2  # noqa: F401 - Registers what the proto imports.
from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message_factory import GetMessageClass
from grpc_tools import protoc

from mesh.policy import MEMBERS, USERS, rule

HERE = Path(__file__).parent
SERVICE = "lamla.echo.v1.EchoService"
SAY = f"/{SERVICE}/Say"
COUNT = f"/{SERVICE}/Count"
CHECK = f"/{SERVICE}/Check"
JOIN = f"/{SERVICE}/Join"
FORGOTTEN = f"/{SERVICE}/Forgotten"

OPEN = {
    method: rule(peers={"envoy", "gateway", "developer"})
    for method in (SAY, COUNT, CHECK, JOIN)
}
FOR_USERS = {
    SAY: rule(peers={"envoy"}, roles=USERS),
    COUNT: rule(peers={"envoy"}, roles=USERS, token_optional=True),
    CHECK: rule(peers={"envoy"}, roles=MEMBERS),
    JOIN: rule(peers={"envoy"}, roles=USERS),
}


def _compile() -> Any:
    """Adds the proto to the default pool, as generated code would."""
    include = Path(grpc_tools.__file__).parent / "_proto"
    third_party = HERE.parents[1] / "third_party" / "protos"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "schema.binpb"
        result = protoc.main(
            [
                "protoc",
                f"-I{HERE}",
                f"-I{third_party}",
                f"-I{include}",
                f"--descriptor_set_out={out}",
                "echo_service.proto",
            ]
        )
        if result != 0:
            raise RuntimeError("The test's proto does not compile.")
        (file,) = FileDescriptorSet.FromString(out.read_bytes()).file
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName("echo_service.proto")


DESCRIPTOR = _compile()
ECHO = DESCRIPTOR.services_by_name["EchoService"]
SayRequest, SayResponse, CountRequest, CountResponse, Item, CheckRequest = (
    GetMessageClass(DESCRIPTOR.message_types_by_name[name])
    for name in (
        "SayRequest",
        "SayResponse",
        "CountRequest",
        "CountResponse",
        "Item",
        "CheckRequest",
    )
)


class EchoStub:
    """What protoc would generate."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        for method in ECHO.methods:
            make = channel.unary_unary
            if method.server_streaming:
                make = channel.unary_stream
            elif method.client_streaming:
                make = channel.stream_unary
            call = make(
                f"/{SERVICE}/{method.name}",
                request_serializer=GetMessageClass(method.input_type).SerializeToString,
                response_deserializer=GetMessageClass(method.output_type).FromString,
            )
            setattr(self, method.name, call)


class ScriptedEcho:
    """Says what it hears, and counts; a test replaces `say` or `count`."""

    def __init__(self) -> None:
        self.say: Callable[[Any], Awaitable[str]] = self._say
        self.count: Callable[[Any], AsyncIterator[int]] = self._count
        self.heard: list[str] = []

    async def _say(self, request: Any) -> str:
        return request.text

    async def _count(self, request: Any) -> AsyncIterator[int]:
        for number in range(request.to):
            yield number

    async def Say(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        self.heard.append(request.text)
        return SayResponse(text=await self.say(request))

    async def Count(
        self, request: Any, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[Any]:
        numbers = self.count(request)
        try:
            async for number in numbers:
                yield CountResponse(number=number)
        finally:
            await numbers.aclose()

    async def Join(
        self, requests: AsyncIterator[Any], context: grpc.aio.ServicerContext
    ) -> Any:
        async for request in requests:
            self.heard.append(request.name)
            await self.say(SayRequest(text=request.name))
        return SayResponse(text=" ".join(self.heard))

    async def Check(self, request: Any, context: grpc.aio.ServicerContext) -> Any:
        check_response = GetMessageClass(ECHO.methods_by_name["Check"].output_type)
        return check_response()

    def register(self, server: grpc.aio.Server) -> None:
        """Adds the service to `server`, as generated code would."""
        handlers = {}
        for method in ECHO.methods:
            make = grpc.unary_unary_rpc_method_handler
            if method.server_streaming:
                make = grpc.unary_stream_rpc_method_handler
            elif method.client_streaming:
                make = grpc.stream_unary_rpc_method_handler
            handlers[method.name] = make(
                getattr(self, method.name, self.Say),
                request_deserializer=GetMessageClass(method.input_type).FromString,
                response_serializer=GetMessageClass(
                    method.output_type
                ).SerializeToString,
            )
        server.add_generic_rpc_handlers(
            (grpc.method_handlers_generic_handler(SERVICE, handlers),)
        )
