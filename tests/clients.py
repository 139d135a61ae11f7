"""Clients of the public edge, one per protocol, alike enough to run one test over all.

Each has `unary` and `stream`, takes a method by its full name, and raises `Refused`.
"""

from __future__ import annotations

import base64
import binascii
import io
import json
import re
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, unquote, urlencode

import aiohttp
import grpc
import lamla.chat.v1.chat_service_pb2
import lamla.chat.v1.conversation_service_pb2
import lamla.compat.v1.compat_service_pb2
import lamla.identity.v1.identity_service_pb2
import lamla.telemetry.v1.client_report_service_pb2  # noqa: F401 - Into the pool.
from google.api import annotations_pb2
from google.protobuf import descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

SECONDS = 30.0
TRAILERS = 0x80
Headers = Mapping[str, str]
NONE: Headers = MappingProxyType({})


class Refused(Exception):  # noqa: N818 - An outcome that tests expect.
    """A call that ended with an error.

    Attributes:
        status: What was wrong, wherever the protocol carries it.
        http: The HTTP status; None over native gRPC.
        headers: Of the answer, names in lower case.
    """

    def __init__(self, status: Status, http: int | None, headers: Headers) -> None:
        super().__init__(f"{grpc_code(status.code)}: {status.message}")
        self.status = status
        self.http = http
        self.headers = headers

    @property
    def code(self) -> grpc.StatusCode:
        """The gRPC code."""
        return grpc_code(self.status.code)

    @property
    def info(self) -> ErrorInfo:
        """`ErrorInfo`, empty when there is none."""
        return self.detail(ErrorInfo())

    @property
    def reason(self) -> str:
        """`ErrorInfo.reason`, empty when there is none."""
        return str(self.info.reason)

    @property
    def retry_seconds(self) -> float | None:
        """`RetryInfo.retry_delay`; None when there is none."""
        delay = self.detail(RetryInfo()).retry_delay
        return delay.ToTimedelta().total_seconds() or None

    @property
    def fields(self) -> list[str]:
        """The fields that `BadRequest` names."""
        violations = self.detail(BadRequest()).field_violations
        return [violation.field for violation in violations]

    def detail(self, kind: Any) -> Any:
        """Fills `kind` with the detail of its type, if the status has it."""
        for packed in self.status.details:
            if packed.Unpack(kind):
                break
        return kind


class Client(Protocol):
    """What a test can do in every protocol."""

    async def unary(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> Any:
        """Calls `package.Service/Method` and returns its response."""

    def stream(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> AsyncGenerator[Any, None]:
        """Calls `package.Service/Method` and yields its responses as they come."""


class GrpcClient:
    """Native gRPC."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel = channel

    async def unary(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> Any:
        """See `Client.unary`."""
        call = self._channel.unary_unary(
            f"/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=response_class(name).FromString,
        )
        try:
            return await call(
                request, metadata=_metadata(token, headers), timeout=SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise _refused_by_grpc(error) from error

    async def upstream(
        self, name: str, requests: Iterable[Message], *, token: str = ""
    ) -> Any:
        """Calls a method that reads a stream, and returns its response.

        Raises:
            Refused: it failed.
        """
        call = self._channel.stream_unary(
            f"/{name}",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=response_class(name).FromString,
        )
        try:
            return await call(
                iter(requests), metadata=_metadata(token, NONE), timeout=SECONDS
            )
        except grpc.aio.AioRpcError as error:
            raise _refused_by_grpc(error) from error

    async def stream(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> AsyncGenerator[Any, None]:
        """See `Client.stream`."""
        call = self._channel.unary_stream(
            f"/{name}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=response_class(name).FromString,
        )
        responses = call(request, metadata=_metadata(token, headers), timeout=SECONDS)
        try:
            async for response in responses:
                yield response
        except grpc.aio.AioRpcError as error:
            raise _refused_by_grpc(error) from error
        finally:
            responses.cancel()


@dataclass
class GrpcWebClient:
    """What a browser speaks: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md."""

    http: aiohttp.ClientSession
    url: str

    async def unary(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> Any:
        """See `Client.unary`."""
        stream = self.stream(name, request, token=token, headers=headers)
        (response,) = [response async for response in stream]
        return response

    async def stream(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> AsyncGenerator[Any, None]:
        """See `Client.stream`."""
        sent = {
            "content-type": "application/grpc-web+proto",
            "accept": "application/grpc-web+proto",
            "x-grpc-web": "1",
            **_authorization(token),
            **headers,
        }
        body = request.SerializeToString()
        async with self.http.post(
            f"{self.url}/{name}",
            data=io.BytesIO(struct.pack(">BI", 0, len(body)) + body),
            headers=sent,
        ) as answer:
            trailers = _lower(answer.headers)
            kind = response_class(name)
            async for flags, payload in _frames(answer.content.iter_any()):
                if flags & TRAILERS:
                    trailers = {**trailers, **_parse_trailers(payload)}
                else:
                    yield kind.FromString(payload)
            _raise_unless_ok(answer.status, trailers)


@dataclass
class JsonClient:
    """JSON over HTTP, by the methods' `google.api.http` rules.

    A stream is newline-delimited JSON, or server-sent events with `events`.
    """

    http: aiohttp.ClientSession
    url: str
    events: bool = False
    content_types: list[str] = field(default_factory=list)

    async def unary(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> Any:
        """See `Client.unary`."""
        async with self._answer(name, request, token, headers) as answer:
            return json_format.Parse(await answer.text(), response_class(name)())

    async def stream(
        self, name: str, request: Message, *, token: str = "", headers: Headers = NONE
    ) -> AsyncGenerator[Any, None]:
        """See `Client.stream`."""
        async with self._answer(name, request, token, headers) as answer:
            documents = _sent_events if self.events else _lines
            async for document in documents(answer.content):
                yield json_format.Parse(document, response_class(name)())

    @asynccontextmanager
    async def _answer(
        self, name: str, request: Message, token: str, headers: Headers
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        verb, path, body = http_request(name, request)
        sent = {**_authorization(token), **headers}
        if self.events:
            sent["accept"] = "text/event-stream"
        data = None
        if body is not None:
            sent.setdefault("content-type", "application/json")
            data = io.BytesIO(json.dumps(body).encode())
        async with self.http.request(
            verb, f"{self.url}{path}", data=data, headers=sent
        ) as answer:
            self.content_types.append(answer.content_type)
            if answer.status >= 400:
                raise refused_by_json(
                    answer.status, await answer.text(), _lower(answer.headers)
                )
            yield answer


def grpc_code(number: int) -> grpc.StatusCode:
    """Returns the gRPC code of a number."""
    return next(code for code in grpc.StatusCode if code.value[0] == number)


def method(name: str) -> MethodDescriptor:
    """Returns the method `package.Service/Method`."""
    service, _, method_name = name.partition("/")
    found = descriptor_pool.Default().FindServiceByName(service)
    return found.methods_by_name[method_name]


def response_class(name: str) -> Any:
    """Returns the class of the responses of `package.Service/Method`."""
    return message_factory.GetMessageClass(method(name).output_type)


def http_request(name: str, request: Message) -> tuple[str, str, Any]:
    """Returns verb, path with query, and JSON body that stand for a request."""
    rule = method(name).GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern")
    fields = json_format.MessageToDict(request)
    named = json_format.MessageToDict(request, preserving_proto_field_name=True)
    path = getattr(rule, verb)
    for variable in re.findall(r"{(\w+)}", path):
        path = path.replace(f"{{{variable}}}", quote(str(named.get(variable, ""))))
        fields.pop(method(name).input_type.fields_by_name[variable].json_name, None)
    if rule.body == "*":
        return verb.upper(), path, fields
    spelled = {
        key: [_spelled(each) for each in value]
        if isinstance(value, list)
        else _spelled(value)
        for key, value in fields.items()
    }
    query = f"?{urlencode(spelled, doseq=True, quote_via=quote)}" if fields else ""
    return verb.upper(), path + query, None


def refused_by_json(http: int, text: str, headers: Headers) -> Refused:
    """Reads the body of an error over JSON.

    Raises:
        AssertionError: it is not a `google.rpc.Status`.
    """
    try:
        status = json_format.Parse(text, Status())
    except json_format.ParseError as error:
        raise AssertionError(f"HTTP {http} with an untyped body: {text!r}") from error
    return Refused(status, http, headers)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def _frames(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes]]:
    pending = b""
    async for chunk in chunks:
        pending += chunk
        while len(pending) >= 5:
            flags, length = struct.unpack(">BI", pending[:5])
            if len(pending) < 5 + length:
                break
            yield flags, pending[5 : 5 + length]
            pending = pending[5 + length :]
    assert pending == b"", "The answer ends in the middle of a frame."


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[str]:
    async for line in content:
        if line.strip():
            yield line.decode()


async def _sent_events(content: aiohttp.StreamReader) -> AsyncIterator[str]:
    data: list[str] = []
    async for raw in content:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("data:"):
            data.append(line.removeprefix("data:").lstrip())
        elif not line and data:
            yield "\n".join(data)
            data = []
    assert not data, "The answer ends in the middle of an event."


def _parse_trailers(payload: bytes) -> dict[str, str]:
    lines = payload.decode().strip().split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _raise_unless_ok(http: int, trailers: Headers) -> None:
    code = trailers.get("grpc-status")
    assert code is not None, f"HTTP {http} without a grpc-status: {trailers}"
    if code == "0":
        return
    status = Status(code=int(code), message=unquote(trailers.get("grpc-message", "")))
    details = trailers.get("grpc-status-details-bin")
    if details:
        status = Status.FromString(_decoded(details))
    raise Refused(status, http, trailers)


def _refused_by_grpc(error: grpc.aio.AioRpcError) -> Refused:
    # A trailers-only answer has everything in one place; gRPC sorts it into either.
    pairs = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
    headers = {key: value for key, value in pairs if isinstance(value, str)}
    status = Status(code=error.code().value[0], message=error.details() or "")
    for key, value in pairs:
        if key == "grpc-status-details-bin":
            status = Status.FromString(
                value if isinstance(value, bytes) else _decoded(value)
            )
            assert error.code().value[0] == status.code
    return Refused(status, None, headers)


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
    except binascii.Error as error:
        raise AssertionError(f"Not base64: {value!r}") from error


def _authorization(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _metadata(token: str, headers: Headers) -> tuple[tuple[str, str], ...]:
    return tuple({**_authorization(token), **headers}.items())


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def as_json(message: Message) -> Any:
    """Returns a message as JSON clients see it, every field spelled out."""
    text = json_format.MessageToJson(message, always_print_fields_with_no_presence=True)
    return json.loads(text)
