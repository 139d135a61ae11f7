"""`manage.py batch_upload_documents`."""

from __future__ import annotations

import asyncio
import json
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from mesh.errors import ServiceError
from persistence import orm
from persistence.documents.uploads.folders import files_in
from persistence.documents.uploads.intake import Intake
from persistence.failures import database_unavailable
from persistence.identity.models import User
from tests.persistence.documents.ingestion.uploaded import count, rows

EMAIL = "ann@example.org"


@pytest.fixture
def ann(database) -> str:  # noqa: ARG001 - Empties it afterwards.
    """Somebody with an account."""
    asyncio.run(orm.run(User.objects.create_user, EMAIL, using="service"))
    return EMAIL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A hundred files: 97 notes, an empty one, a program, and a link to nothing."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for number in range(97):
        (folder / f"note {number}.txt").write_text(f"The note number {number}.\n")
    (folder / "empty.pdf").touch()
    (folder / "program.docx").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)))
    (folder / "gone.txt").symlink_to(tmp_path / "nowhere")
    return folder


def upload(*arguments: object, code: int = 0) -> dict:
    """Runs the command for Ann; returns what it prints."""
    output = StringIO()
    command = ("batch_upload_documents", *map(str, arguments), "--owner", EMAIL)
    if code:
        with pytest.raises(CommandError) as caught:
            call_command(*command, "--json", stdout=output)
        assert code == caught.value.returncode
    else:
        call_command(*command, "--json", stdout=output)
    return json.loads(output.getvalue())


class TestReport:
    @pytest.mark.parity("A27")
    def test_each_bad_file_is_named(self, ann, folder):
        """
        Of 100 files 3 are bad: 97 are stored and queued, 3 are named with the reason,
        and the command fails.
        """
        outcome = upload(folder, code=1)

        assert (100, 97, 0) == tuple(
            outcome[name] for name in ("files", "stored", "existing")
        )
        assert {
            "empty.pdf": "There is no text in it.",
            "gone.txt": "It cannot be opened: No such file or directory.",
            "program.docx": "Files of this type cannot be read.",
        } == {Path(one["path"]).name: one["message"] for one in outcome["failed"]}
        assert 97 == len(outcome["documents"]) == count("documents_document")
        assert 97 == count("procrastinate_jobs")

    def test_for_people_it_prints_sentences(self, ann, folder, capsys):
        """
        One for each bad file, and the sum.
        """
        output = StringIO()
        with pytest.raises(CommandError, match="3 of 100 files cannot be used"):
            call_command(
                "batch_upload_documents", str(folder), "--owner", EMAIL, stdout=output
            )

        assert "97 files are stored, 0 were there already." in output.getvalue()
        assert "empty.pdf: There is no text in it." in output.getvalue()
        assert "100/100" in capsys.readouterr().err

    def test_again_it_stores_nothing(self, ann, folder):
        """
        What is there is found by its content.
        """
        first = upload(*sorted(folder.glob("note 1*")))
        again = upload(*sorted(folder.glob("note 1*")))

        assert (11, 0) == (first["stored"], first["existing"])
        assert (0, 11) == (again["stored"], again["existing"])
        assert first["documents"] == again["documents"]
        assert 11 == count("documents_document")

    def test_originals_are_stored(self, ann, folder):
        """
        Byte for byte, under the name of the file.
        """
        upload(folder / "note 7.txt")
        (row,) = rows("SELECT * FROM documents_document")
        originals = Path(settings.CONFIG.documents_dir) / "originals"

        assert ("note 7.txt", 1) == (row["file_name"], row["state"])
        assert (originals / row["storage_name"]).read_text() == "The note number 7.\n"


class TestCollection:
    def test_it_is_made_once(self, ann, folder):
        """
        A name that is taken names that collection, in whatever case.
        """
        upload(folder / "note 1.txt", "--collection", "Notes")
        upload(folder / "note 2.txt", "--collection", "notes")

        assert ["Notes"] == [
            row["name"] for row in rows("SELECT name FROM documents_collection")
        ]
        assert 2 == count("documents_collectiondocument")


class TestEnds:
    def test_stopped_it_leaves_what_is_stored(self, ann, folder, monkeypatch):
        """
        Ctrl-C between two files, or within one: what is stored is whole and queued.
        """
        take = Intake.stream
        calls = []

        async def stop_at_the_third(*arguments: object) -> object:
            calls.append(arguments)
            if len(calls) == 3:
                raise KeyboardInterrupt
            return await take(*arguments)

        monkeypatch.setattr(Intake, "stream", stop_at_the_third)
        outcome = upload(folder, code=130)

        assert 2 == outcome["stored"] == count("documents_document")
        assert 2 == count("procrastinate_jobs")

    def test_without_a_database_it_goes_no_further(self, ann, folder, monkeypatch):
        """
        That is no fault of a file.
        """

        async def refuse(*_: object) -> None:
            raise database_unavailable()

        monkeypatch.setattr(Intake, "stream", refuse)
        with pytest.raises(CommandError, match=r"database") as caught:
            call_command("batch_upload_documents", str(folder), "--owner", EMAIL)

        assert isinstance(caught.value, CommandError | ServiceError)

    def test_an_owner_who_is_not_there(self, database, folder):
        """
        No account is made for files.
        """
        with pytest.raises(CommandError, match="There is no account"):
            upload_of = ("batch_upload_documents", str(folder))
            call_command(*upload_of, "--owner", "who@example.org")


class TestFiles:
    def test_folders_in_folders_are_asked_for(self, tmp_path):
        """
        Hidden files and links to folders are passed over.
        """
        (tmp_path / "a.txt").touch()
        (tmp_path / ".hidden").touch()
        (tmp_path / "b").mkdir()
        (tmp_path / "b" / "c.txt").touch()
        (tmp_path / "b" / "around").symlink_to(tmp_path)

        def names(*, recursive: bool) -> list[str]:
            found = files_in([tmp_path], recursive=recursive)
            return [str(path.relative_to(tmp_path)) for path in found]

        assert ["a.txt"] == names(recursive=False)
        assert ["a.txt", "b/c.txt"] == names(recursive=True)
