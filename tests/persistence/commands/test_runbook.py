"""docs/runbook.md shows commands as they are."""

from __future__ import annotations

import re
import shlex

import pytest
from django.core.management import get_commands, load_command_class

from tests.persistence.conftest import ROOT

COMMAND = re.compile(r"`(?:python -m deploy\.embedded )?manage (\w.*?)`")
SHOWN = COMMAND.findall((ROOT / "docs" / "runbook.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_takes_what_the_runbook_gives_it(command):
    """
    Its name and each option: what they do is tested beside.
    """
    name, *arguments = shlex.split(command)
    parser = load_command_class(get_commands()[name], name).create_parser("", name)

    parser.parse_args(arguments)


def test_the_runbook_shows_ours():
    """
    Each command that operators need for documents.
    """
    ours = {"batch_upload_documents", "process_documents", "regenerate_embeddings"}

    assert ours | {"loaddata", "seed_database"} <= {one.split()[0] for one in SHOWN}
