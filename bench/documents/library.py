"""A guest with documents, who also chats: over native gRPC through the edge."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import grpc
from lamla.chat.v1 import chat_service_pb2, chat_service_pb2_grpc, generation_pb2
from lamla.documents.v1 import (
    document_pb2,
    document_service_pb2,
    document_service_pb2_grpc,
    upload_service_pb2,
    upload_service_pb2_grpc,
)
from lamla.identity.v1 import identity_service_pb2, identity_service_pb2_grpc

PART_BYTES = 1 << 20
SECONDS = 120.0


class Library:
    """One guest."""

    def __init__(self, address: str) -> None:
        """Takes host and port of the edge, without TLS."""
        self._channel = channel = grpc.insecure_channel(address)
        identity = identity_service_pb2_grpc.IdentityServiceStub(channel)
        guest = identity.CreateGuest(identity_service_pb2.CreateGuestRequest())
        self._metadata = (("authorization", f"Bearer {guest.access_token}"),)
        self._documents = document_service_pb2_grpc.DocumentServiceStub(channel)
        self._uploads = upload_service_pb2_grpc.UploadServiceStub(channel)
        self._chat = chat_service_pb2_grpc.ChatServiceStub(channel)

    def upload(self, name: str, content: bytes) -> str:
        """Brings a file in and returns its document's id."""
        answer = self._uploads.UploadDocument(
            _pieces(name, content), metadata=self._metadata, timeout=SECONDS
        )
        return str(answer.document.document_id)

    def get(self, document_id: str) -> document_pb2.Document:
        """Returns how a document is."""
        request = document_service_pb2.GetDocumentRequest(document_id=document_id)
        answer = self._documents.GetDocument(
            request, metadata=self._metadata, timeout=SECONDS
        )
        return answer.document

    def first_token_ms(self, text: str, model: str) -> float:
        """Asks the scripted provider something; returns when its first word came.

        Raises:
            ValueError: it never came.
        """
        request = chat_service_pb2.SendMessageRequest(
            request_id=str(uuid.uuid4()),
            text=text,
            config=generation_pb2.GenerationConfig(model=model),
        )
        begun = time.perf_counter()
        call = self._chat.SendMessage(request, metadata=self._metadata, timeout=SECONDS)
        first = 0.0
        for event in call:
            if event.WhichOneof("event") == "tokens" and not first:
                first = (time.perf_counter() - begun) * 1000
        if not first:
            raise ValueError("An answer without a word.")
        return first

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._channel.close()


def _pieces(
    name: str, content: bytes
) -> Iterator[upload_service_pb2.UploadDocumentRequest]:
    yield upload_service_pb2.UploadDocumentRequest(
        header=upload_service_pb2.UploadDocumentHeader(
            request_id=str(uuid.uuid4()),
            file=upload_service_pb2.NewFile(file_name=name),
        )
    )
    for start in range(0, len(content), PART_BYTES):
        data = content[start : start + PART_BYTES]
        yield upload_service_pb2.UploadDocumentRequest(data=data)
