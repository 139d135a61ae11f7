"""Originals on disk and in S3: what comes out is what went in."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import boto3
import psycopg
import pytest
from django.test.utils import override_settings
from django.utils import timezone
from moto.server import ThreadedMotoServer
from pydantic import SecretStr

from mesh.errors import ServiceError
from mesh.ids import uuid7
from persistence import orm
from persistence.documents import files
from persistence.documents.models import Upload
from persistence.documents.storage import (
    original_delete,
    original_keep,
    original_local,
    original_name,
    original_open,
    originals_listed,
    owners_listed,
)
from persistence.documents.uploads import sweep
from persistence.documents.uploads.spool import KEPT_SECONDS
from tests.persistence.documents.services import TEXT, document_row

MEBIBYTE = 1024 * 1024
BUCKET = "originals"
SECRET = "not-a-secret"
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A server that speaks S3: its URL."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key=SECRET,
    )
    client.create_bucket(Bucket=BUCKET)
    client.close()
    yield url
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def storage(request, config, tmp_path) -> Iterator[str]:
    """The same test on both."""
    changes = {"documents_dir": tmp_path / "documents"}
    if request.param == "s3":
        changes |= {
            "s3_bucket": BUCKET,
            "s3_endpoint": request.getfixturevalue("s3"),
            "s3_access_key": SecretStr("x"),
            "s3_secret_key": SecretStr(SECRET),
        }
    originals = config.model_copy(update=changes).originals
    with override_settings(STORAGES={"originals": originals}):
        yield request.param


def stored(tmp_path: Path, data: bytes, name: str) -> None:
    """Puts a file into the storage."""
    path = tmp_path / "arrived"
    path.write_bytes(data)
    original_keep(path, name)


@pytest.mark.parity("A111")
@pytest.mark.parity("A25")
class TestRoundTrip:
    def test_what_goes_in_comes_out(self, storage, tmp_path):
        """
        Piece by piece, or as a file for a program; then it can be deleted, twice.
        """
        data = secrets.token_bytes(3 * MEBIBYTE + 17)
        name = original_name(uuid7(), uuid7())

        stored(tmp_path, data, name)

        with original_open(name) as file:
            pieces = list(iter(lambda: file.read(MEBIBYTE), b""))
        with original_local(name) as path:
            local = path.read_bytes()
        assert data == b"".join(pieces) == local
        assert len(pieces) > 1
        original_delete(name)
        original_delete(name)
        with pytest.raises(FileNotFoundError):
            original_open(name)

    def test_keeping_it_again_changes_nothing(self, storage, tmp_path):
        """
        A call before a crash may have done it already.
        """
        name = original_name(uuid7(), uuid7())
        stored(tmp_path, TEXT, name)
        (tmp_path / "arrived").unlink(missing_ok=True)

        original_keep(tmp_path / "arrived", name)

        with original_open(name) as file:
            assert TEXT == file.read()

    def test_a_file_in_neither_place_is_missed(self, storage, tmp_path):
        """
        It is never made up.
        """
        with pytest.raises(FileNotFoundError):
            original_keep(tmp_path / "nothing", original_name(uuid7(), uuid7()))

    def test_originals_are_listed_by_owner(self, storage, tmp_path, monkeypatch):
        """
        With when they were stored, for the sweep; a bucket is not asked for each.
        """
        if storage == "s3":
            monkeypatch.delattr("storages.backends.s3.S3Storage.get_modified_time")
        owner_id, began = uuid7(), timezone.now() - timedelta(seconds=2)
        names = [original_name(owner_id, uuid7()) for _ in range(2)]
        for name in names:
            stored(tmp_path, TEXT, name)

        assert str(owner_id) in owners_listed()
        listed = dict(originals_listed(str(owner_id)))
        assert set(names) == set(listed)
        assert all(began <= time for time in listed.values())
        assert [] == originals_listed(str(uuid7()))

    async def test_a_document_passes_through(self, storage, adas):
        """
        Up in parts, down in a stream, and gone.
        """
        data = secrets.token_bytes(MEBIBYTE + 5)

        document = await adas.upload(data)

        assert data == await adas.download(document.document_id)
        row = await document_row(document.document_id)
        await adas.delete(document.document_id)
        with pytest.raises(FileNotFoundError):
            original_open(row.storage_name)


class TestTrouble:
    async def test_a_bucket_that_is_away_is_typed(self, config, tmp_path, monkeypatch):
        """
        DEPENDENCY_UNAVAILABLE, to be tried again; what was uploaded is kept.
        """
        monkeypatch.setattr("persistence.documents.s3.ATTEMPTS", 1)
        changes = {
            "s3_bucket": BUCKET,
            "s3_endpoint": "http://127.0.0.1:1",
            "s3_access_key": SecretStr("x"),
            "s3_secret_key": SecretStr(SECRET),
        }
        path = tmp_path / "arrived"
        path.write_bytes(TEXT)
        originals = config.model_copy(update=changes).originals
        with override_settings(STORAGES={"originals": originals}):
            for work, arguments in (
                (original_keep, (path, "a/b")),
                (original_open, ("a/b",)),
                (original_delete, ("a/b",)),
            ):
                with pytest.raises(ServiceError) as caught:
                    await files.run(work, *arguments)

                assert "ERROR_REASON_DEPENDENCY_UNAVAILABLE" == caught.value.reason_name
                assert {"dependency": "storage"} == caught.value.metadata
        assert TEXT == path.read_bytes()


class TestSweep:
    async def test_expired_uploads_go_with_their_parts(self, adas, application):
        """
        And files that belong to no upload; what is alive stays.
        """
        spool = application.intake.spool
        old, alive = [(await adas.begin(TEXT)).upload.upload_id for _ in range(2)]
        for upload_id in (old, alive):
            await adas.part(upload_id, 0, TEXT[:5])
        stray = spool.directory / "stray.stream"
        stray.write_bytes(b"x")
        long_ago = timezone.now().timestamp() - KEPT_SECONDS - 1
        os.utime(stray, (long_ago, long_ago))
        await orm.run(
            lambda: Upload.objects.filter(id=old).update(
                expire_time="2020-01-01T00:00:00Z"
            ),
            using="service",
        )

        assert not await orm.run(sweep.ExpiredUploads(spool).delete, using="service")

        left = {path.name for path in spool.directory.iterdir()}
        assert {spool.path(alive).name} == left
        kept = await orm.run(
            lambda: {str(row.id) for row in Upload.objects.all()}, using="service"
        )
        assert {alive} == kept

    async def test_an_upload_that_gets_a_part_at_this_moment_stays(
        self, adas, application, server
    ):
        """
        It had expired, and is waited for again.
        """
        upload_id = (await adas.begin(TEXT)).upload.upload_id
        spool = application.intake.spool
        await adas.part(upload_id, 0, TEXT[:5])
        url = server.url("lamla_test")
        with psycopg.connect(url) as part, psycopg.connect(url) as onlooker:
            part.execute("UPDATE documents_upload SET expire_time = '2020-01-01Z'")
            part.commit()
            part.execute("UPDATE documents_upload SET expire_time = '2120-01-01Z'")
            onlooker.autocommit = True
            sweeping = asyncio.create_task(
                orm.run(sweep.ExpiredUploads(spool).delete, using="service")
            )
            while not sweeping.done() and not onlooker.execute(WAITING).fetchone():  # noqa: ASYNC110 - The condition is in the database.
                await asyncio.sleep(0.01)
            part.commit()
        await sweeping

        assert 5 == (await adas.part(upload_id, 0, TEXT[:5])).received_bytes

    async def test_originals_without_a_document_go(self, adas, tmp_path, monkeypatch):
        """
        Once they are too old to be on their way; those of documents stay.
        """
        kept = await document_row((await adas.upload(TEXT)).document_id)
        orphan = original_name(adas.person.id, uuid7())
        stored(tmp_path, TEXT, orphan)
        orphans = sweep.Orphans()

        async def swept() -> set[str]:
            while await orm.run(orphans.delete, using="service"):
                pass
            return {name for name, _ in originals_listed(str(adas.person.id))}

        young = await swept()
        later = SimpleNamespace(now=lambda: timezone.now() + timedelta(hours=49))
        monkeypatch.setattr(sweep, "timezone", later)
        old = await swept()

        assert {kept.storage_name, orphan} == young
        assert {kept.storage_name} == old

    async def test_originals_go_a_few_at_a_time(self, adas, tmp_path, monkeypatch):
        """
        A bucket takes its time for each, and a transaction must not last.
        """
        for _ in range(5):
            stored(tmp_path, TEXT, original_name(adas.person.id, uuid7()))
        later = SimpleNamespace(now=lambda: timezone.now() + timedelta(hours=49))
        monkeypatch.setattr(sweep, "timezone", later)
        monkeypatch.setattr(sweep, "ORIGINALS", 2)
        orphans, left = sweep.Orphans(), []

        is_more = True
        while is_more:
            is_more = await orm.run(orphans.delete, using="service")
            left.append(len(originals_listed(str(adas.person.id))))

        assert [3, 1, 0] == left
