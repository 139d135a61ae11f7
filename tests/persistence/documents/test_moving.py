"""A guest who signs in keeps documents, with their text, chunks and collections."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from persistence import orm
from persistence.documents import moving
from persistence.documents.models import State
from persistence.documents.moving import documents_move, documents_release
from tests.mesh.failures import failure, reason
from tests.persistence.documents.library import Text, document_store
from tests.persistence.documents.services import TEXT, document_row, document_set

PARTS = (
    "documents_documentpage",
    "documents_documentchunk",
    "documents_posting",
    "documents_chunkvector",
)


def owners(server, document_id: UUID) -> dict[str, set[UUID]]:
    """Whose the parts of a document are, by table; nothing for a table without any."""
    found = {}
    with psycopg.connect(server.url("lamla_test")) as superuser:
        for table in PARTS:
            rows = superuser.execute(
                f"SELECT DISTINCT owner_id FROM {table} WHERE document_id = %s",  # noqa: S608 - Our own names.
                [document_id],
            ).fetchall()
            if rows:
                found[table] = {row[0] for row in rows}
    return found


async def move(ada, bob) -> int:
    """Ada was a guest, and signs in as Bob."""
    return await orm.run(documents_move, old_id=ada.id, new_id=bob.id, using="service")


async def test_all_of_a_document_moves(adas, bobs, pool, server):
    """
    Its pages, chunks, postings and vectors, at once; the file is where it was.
    """
    ada, bob = adas.person, bobs.person
    document_id = await document_store(pool, ada.id, Text("Kant", ["Sapere aude."]))
    uploaded = await adas.upload(TEXT)
    await document_set(uploaded.document_id, state=State.FAILED)

    count = await move(ada, bob)

    assert 2 == count
    assert {table: {bob.id} for table in PARTS} == owners(server, document_id)
    assert State.READY == (await document_row(str(document_id))).state
    assert TEXT == await bobs.download(uploaded.document_id)
    error = await failure(adas.get(str(document_id)))
    assert "DOCUMENT_NOT_FOUND" == reason(error)


async def test_collections_move_and_are_joined(adas, bobs, ada, bob):
    """
    One of the same name takes the documents in.
    """
    same, other = await adas.collect("Kant"), await adas.collect("Hume")
    ids = [(await adas.upload(b"%d" % n)).document_id for n in range(2)]
    for collection in (same, other):
        await adas.change(collection.collection_id, add=ids)
    kept = await bobs.collect("KANT")

    await move(ada, bob)

    assert {frozenset({kept.collection_id, other.collection_id})} == {
        frozenset((await bobs.get(each)).collection_ids) for each in ids
    }


async def test_a_file_that_is_there_already_stays_behind(adas, bobs, ada, bob):
    """
    The account's own takes its place in the collections.
    """
    collection = await adas.collect("Kant")
    guests = await adas.upload(TEXT)
    await adas.change(collection.collection_id, add=[guests.document_id])
    own = await bobs.upload(TEXT)

    assert 0 == await move(ada, bob)

    assert [collection.collection_id] == (
        await bobs.get(own.document_id)
    ).collection_ids
    assert 1 == (await bobs.list()).total_size


@pytest.mark.parametrize("state", [State.QUEUED, State.PROCESSING])
async def test_what_is_being_read_begins_again(adas, ada, bob, state):
    """
    In another attempt: whoever reads it for its former owner may write no more.
    """
    document_id = (await adas.upload(TEXT)).document_id
    await document_set(document_id, state=state)

    await move(ada, bob)

    row = await document_row(document_id)
    assert (bob.id, State.QUEUED, 2) == (row.owner_id, row.state, row.attempt)


async def test_the_worker_is_to_let_go_before(adas, ada, pool, server):
    """
    Of what it is at, in a transaction before: what it has locked cannot move. What is
    read already stays so.
    """
    document_id = (await adas.upload(TEXT)).document_id
    await document_set(document_id, state=State.PROCESSING)
    ready = await document_store(pool, ada.id, Text("Hume", ["Custom."]))

    await orm.run(documents_release, owner_id=ada.id, using="service")

    row = await document_row(document_id)
    assert (State.QUEUED, 2) == (row.state, row.attempt)
    assert State.READY == (await document_row(str(ready))).state
    with psycopg.connect(server.url("lamla_test")) as superuser:
        jobs = superuser.execute("SELECT args ->> 'attempt' FROM procrastinate_jobs")
        assert [("2",)] == jobs.fetchall()


async def test_signing_in_does_not_take_long(ada, bob, pool, server, monkeypatch):
    """
    What finds chunks beyond a number is made anew by the ingest worker; they stay, for
    answers that cite them.
    """
    monkeypatch.setattr(moving, "CHUNKS", 2)
    small, large = [
        await document_store(pool, ada.id, Text(title, [title] * pages))
        for title, pages in (("Kant", 2), ("Hume", 3))
    ]

    await move(ada, bob)

    assert {table: {bob.id} for table in PARTS} == owners(server, small)
    kept = ("documents_documentpage", "documents_documentchunk")
    assert {table: {bob.id} for table in kept} == owners(server, large)
    assert State.QUEUED == (await document_row(str(large))).state


async def test_an_upload_goes_on(adas, bobs, ada, bob):
    """
    Under its new owner.
    """
    upload_id = (await adas.begin(TEXT)).upload.upload_id
    await adas.part(upload_id, 0, TEXT[:10])

    await move(ada, bob)

    await bobs.part(upload_id, 10, TEXT[10:])
    document = (await bobs.complete(upload_id)).document
    assert TEXT == await bobs.download(document.document_id)
