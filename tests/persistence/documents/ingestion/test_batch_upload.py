"""`manage.py batch_upload_documents --wait`, with an ingest worker."""

from __future__ import annotations

import asyncio
import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from persistence import orm
from persistence.identity.models import User

EMAIL = "ann@example.org"


@pytest.mark.parity("A27")
async def test_what_cannot_be_read_is_named_too(worker, tmp_path):
    """
    With --wait the command ends when all are searchable or have failed.
    """
    await orm.run(User.objects.create_user, EMAIL, using="service")
    (tmp_path / "a.txt").write_text("The pump is oiled each month.")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7\nnothing that a PDF would have")
    output = StringIO()
    command = ("batch_upload_documents", str(tmp_path), "--owner", EMAIL)

    async with worker():
        with pytest.raises(CommandError, match="1 of 2 files") as caught:
            await asyncio.to_thread(
                call_command, *command, "--wait", "--json", stdout=output
            )
    outcome = json.loads(output.getvalue())

    assert 1 == caught.value.returncode
    assert (1, 1) == (outcome["stored"], outcome["ready"])
    assert [(str(tmp_path / "b.pdf"), "The file is damaged or incomplete.")] == [
        (one["path"], one["message"]) for one in outcome["failed"]
    ]
