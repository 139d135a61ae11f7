"""The second wall: what the database itself lets a user's call see and write."""

from __future__ import annotations

import psycopg
import pytest
from django.db import connection

from mesh.ids import uuid7
from persistence import orm
from persistence.chat.models import Generation, Message
from persistence.database import Database
from tests.persistence.chat.people import Person
from tests.persistence.chat.turns import Turns, piece

TABLES = (
    "chat_citation",
    "chat_conversation",
    "chat_conversationrequest",
    "chat_generation",
    "chat_generationdelta",
    "chat_message",
    "chat_searchentry",
)


@pytest.fixture
async def begun(turns: Turns):
    """A turn of ann, with a checkpoint."""
    begun = await turns.say()
    await turns.append(piece(begun, "text"))
    return begun


def counts(database: Database, owner: object = None) -> list[int]:
    """Rows of each table that a raw query of the runtime role sees."""
    with psycopg.connect(**database.connection()) as app:
        if owner is not None:
            app.execute("SELECT set_config('lamla.owner_id', %s, true)", [str(owner)])
        return [
            app.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608 - Ours.
            for table in TABLES
        ]


class TestReads:
    @pytest.mark.usefixtures("begun")
    def test_a_raw_query_sees_its_owners_rows_only(
        self, database: Database, ann: Person, bob: Person
    ):
        """
        Without an owner, or as another one, every table looks empty.
        """
        assert [0] * 7 == counts(database)
        assert [0] * 7 == counts(database, bob.id)
        assert [0, 1, 0, 1, 1, 2, 2] == counts(database, ann.id)

    @pytest.mark.parity("A87")
    @pytest.mark.usefixtures("begun")
    def test_the_tables_have_their_names(self, server):
        """
        Operators count their rows by these names.
        """
        with psycopg.connect(server.url("lamla_test")) as superuser:
            rows = superuser.execute(
                "SELECT 'chat_conversation', count(*) FROM chat_conversation"
                " UNION ALL SELECT 'chat_message', count(*) FROM chat_message"
                " ORDER BY 1"
            ).fetchall()

        assert [("chat_conversation", 1), ("chat_message", 2)] == rows


class TestWrites:
    def refused(self, statement: str, parameters: list[object]) -> str:
        with connection.cursor() as cursor, pytest.raises(Exception) as caught:  # noqa: PT011 - The code says which.
            cursor.execute(statement, parameters)
        return caught.value.__cause__.sqlstate

    async def test_nobody_writes_rows_of_another_owner(
        self, begun, ann: Person, bob: Person
    ):
        """
        Neither by naming the owner nor by hanging below the owner's conversation.
        """
        conversation_id = begun.generation.conversation_id
        insert = (
            "INSERT INTO chat_message (id, owner_id, conversation_id, role, text)"
            " VALUES (%s, %s, %s, 1, 'planted')"
        )

        as_ann = await orm.run(
            self.refused, insert, [uuid7(), ann.id, conversation_id], owner=bob.id
        )
        as_bob = await orm.run(
            self.refused, insert, [uuid7(), bob.id, conversation_id], owner=bob.id
        )

        assert psycopg.errors.InsufficientPrivilege.sqlstate == as_ann
        assert psycopg.errors.ForeignKeyViolation.sqlstate == as_bob

    async def test_updates_and_deletes_touch_nothing_of_another_owner(
        self, begun, bob: Person
    ):
        """
        A query that forgot its filter changes no rows of others.
        """
        updated = await orm.run(
            lambda: Message.objects.update(text="mine"), owner=bob.id
        )
        deleted = await orm.run(lambda: Generation.objects.all().delete(), owner=bob.id)

        assert 0 == updated
        assert 0 == deleted[0]
