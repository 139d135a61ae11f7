"""Commands in tests, called as manage.py calls them, but in this process."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.core.management import call_command


def called(command: str, *arguments: str) -> dict[str, Any]:
    """Runs a command with `--json`; returns what it prints."""
    output = StringIO()
    call_command(command, *arguments, "--json", stdout=output)
    outcome: dict[str, Any] = json.loads(output.getvalue())
    return outcome
