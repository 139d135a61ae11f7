"""`POST /api/documents/upload/` and `POST /api/chat/file/`: forms with a file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any
from uuid import UUID

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import deadlines, tracing
from mesh.errors import (
    INTERNAL_MESSAGE,
    ServiceError,
    deadline_exceeded,
    invalid,
)
from mesh.identity import User
from mesh.ids import uuid7
from persistence.clients.chats import Chats
from persistence.documents import errors
from persistence.documents.models import TITLE_MAX_LENGTH, State
from persistence.documents.selectors import DocumentNow
from persistence.documents.uploads.domain import NewFile, Taken, base_name
from persistence.documents.uploads.intake import Intake
from persistence.documents.uploads.streams import StreamRequest
from persistence.documents.watch.follow import Changed, FollowIngestion, Removed
from persistence.http.asgi import Receive, Scope, Send, respond_json
from persistence.http.documents.answers import respond_error
from persistence.http.documents.body import ClientGoneError, Form, Forms
from persistence.http.documents.convert import document_to_json, failure_of
from persistence.http.documents.visitors import Visitors, headers_of

log = structlog.get_logger()

OK = 200
# How long an answer waits for its file to be read, and then for the answer itself.
READ_SECONDS = 120.0
ANSWER_SECONDS = 260.0
MESSAGE_CHARACTERS = 32_000

Answer = Callable[[User, Form, Taken], Awaitable[Any]]
Check = Callable[[Form], None]


class FormTaker:
    """What both paths have in common: who it is, the form, the file."""

    def __init__(self, visitors: Visitors, intake: Intake) -> None:
        self._visitors = visitors
        self._intake = intake
        self._forms = Forms()

    def close(self) -> None:
        """Takes no more."""
        self._forms.close()

    async def serve(
        self,
        request: tuple[Scope, Receive, Send],
        *,
        field: str,
        check: Check,
        answer: Answer,
    ) -> None:
        """Takes a form with a file in `field` and answers with JSON."""
        scope, receive, send = request
        headers = headers_of(scope)
        tracing.start(headers)
        deadlines.begin(None)  # A file may take its time; a stalled one is Envoy's.
        try:
            user = await self._visitors.identify(headers)
            async with self._intake.receiving() as receiver:
                form = await self._forms.read(scope, receive, field, receiver)
                check(form)
                file = _file(form, field)
                user = await self._visitors.admit(user)
                named = StreamRequest(uuid7(), file)  # Older clients name no request.
                taken = await self._intake.received(user.id, named, receiver)
            content = await answer(user, form, taken)
        except ClientGoneError:
            return
        except ServiceError as error:
            log.info("form_refused", path=scope["path"], reason=error.reason_name)
            await respond_error(scope, send, error)
        except Exception:
            log.exception("form_failed", path=scope["path"])
            fault = ServiceError(ErrorReason.ERROR_REASON_INTERNAL, INTERNAL_MESSAGE)
            fault.metadata = {"request_id": tracing.request_id()}
            await respond_error(scope, send, fault)
        else:
            await respond_json(scope, send, OK, content)


class UploadPath:
    """Stores the file in `file`; answers with the document."""

    def __init__(self, forms: FormTaker) -> None:
        self._forms = forms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        await self._forms.serve(
            (scope, receive, send), field="file", check=_check_title, answer=self._tell
        )

    async def _tell(self, _user: User, _form: Form, taken: Taken) -> Any:
        return document_to_json(taken.document)


class ChatPath:
    """Stores the file in `file_upload`; answers `message` from it once it is read."""

    def __init__(self, forms: FormTaker, follow: FollowIngestion, chats: Chats) -> None:
        self._forms = forms
        self._follow = follow
        self._chats = chats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        await self._forms.serve(
            (scope, receive, send),
            field="file_upload",
            check=_check_message,
            answer=self._reply,
        )

    async def _reply(self, user: User, form: Form, taken: Taken) -> Any:
        deadlines.begin(ANSWER_SECONDS)
        document_id = taken.document.row.id
        _check_ready(await self._read(user.id, document_id))
        response = await self._chats.reply(form.fields["message"], document_id)
        return {"response": response}

    async def _read(self, owner_id: UUID, document_id: UUID) -> DocumentNow:
        """Waits until a document has been read, or has not."""
        now: DocumentNow | None = None
        timeout = asyncio.timeout(READ_SECONDS)
        try:
            async with timeout, aclosing(self._follow(owner_id, [document_id])) as all_:
                async for event in all_:
                    match event:
                        case Changed(document=now):
                            pass
                        case Removed():
                            raise errors.document_not_found(document_id)
        except TimeoutError as error:
            if timeout.expired():
                raise deadline_exceeded() from error
            raise
        if now is None:
            raise AssertionError("Following begins with how the document stands.")
        return now


def _check_ready(now: DocumentNow) -> None:
    match now.row.state:
        case State.READY:
            return
        case State.FAILED:
            raise failure_of(now.row)
        case _:
            raise invalid("file_upload", "its reading was cancelled")


def _check_title(form: Form) -> None:
    title = form.fields.get("title", "")
    if len(title) > TITLE_MAX_LENGTH:
        raise invalid("title", f"must have at most {TITLE_MAX_LENGTH} characters")
    if "\0" in title:
        raise invalid("title", "must not contain the character NUL")


def _check_message(form: Form) -> None:
    message = form.fields.get("message", "")
    if not message.strip():
        raise invalid("message", "must not be blank")
    if len(message) > MESSAGE_CHARACTERS:
        raise invalid("message", f"must have at most {MESSAGE_CHARACTERS} characters")
    if "\0" in message:
        raise invalid("message", "must not contain the character NUL")


def _file(form: Form, field: str) -> NewFile:
    if not form.file_name:
        raise invalid(field, "must be a file")
    name = base_name(field, form.file_name)[:TITLE_MAX_LENGTH]
    if "\0" in name:
        raise invalid(field, "must not contain the character NUL in its name")
    return NewFile(file_name=name, title=form.fields.get("title", ""))
