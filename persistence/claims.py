"""Lets a change happen once, however often it is asked for.

Each application has a table of its own: owner, request id, hash of the body, and what
was changed.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from persistence.chat.errors import request_id_reused


@dataclass(frozen=True, slots=True)
class Claims:
    """The requests of one table.

    Attributes:
        subject: The column with the id of what was changed.
    """

    table: str
    subject: str

    def claim(
        self, owner_id: UUID, request_id: UUID, body_hash: bytes, subject_id: UUID
    ) -> UUID | None:
        """Claims a request id; it stays claimed when the change commits.

        Waits for the same request when that is running.

        Returns:
            None when the change is to be made; when it has been made, what it was made
            to.

        Raises:
            ServiceError: `REQUEST_ID_REUSED` when it had another body.
        """
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.table} (owner_id, request_id, body_hash,"  # noqa: S608 - Names of ours.
                f" {self.subject}) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (owner_id, request_id) DO NOTHING",
                [owner_id, request_id, body_hash, subject_id],
            )
            if cursor.rowcount:
                return None
            cursor.execute(
                f"SELECT body_hash, {self.subject} FROM {self.table}"  # noqa: S608 - Names of ours.
                " WHERE owner_id = %s AND request_id = %s",
                [owner_id, request_id],
            )
            made_hash, made_to = cursor.fetchone()
        if bytes(made_hash) != body_hash:
            raise request_id_reused(request_id)
        made_id: UUID = made_to
        return made_id


def body_hashed(body: tuple[object, ...]) -> bytes:
    """Returns the SHA-256 of what a request asks for."""
    return hashlib.sha256(json.dumps(body, default=str).encode()).digest()
