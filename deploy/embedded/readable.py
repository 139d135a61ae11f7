"""What of a process's log a person at the terminal wants to see, and in which words."""

import json
import re
from typing import Any

_SERIOUS = {"warning", "error", "critical"}
# They lead to other lines of the same call, which are in the log files only.
_FOR_FILES = ("timestamp", "service", "logger", "trace_id", "span_id")
_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\d[T ]\S+ (?:UTC )?")


def as_words(text: str) -> str:
    """Turns a JSON log line into `level event key=value …`; leaves others alone."""
    fields = _fields(text)
    return text if fields is None else _words(fields)


def if_serious(text: str) -> str | None:
    """A line in words if it is a warning or worse, or no JSON at all.

    What is not JSON was not written by a logger: a traceback, a message of a library.
    """
    fields = _fields(text)
    if fields is None:
        return _TIMESTAMP.sub("", text)
    if str(fields.get("level", "")).lower() not in _SERIOUS:
        return None
    return _words(fields)


def _fields(text: str) -> dict[str, Any] | None:
    if not text.startswith("{"):
        return None
    try:
        fields = json.loads(text)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _words(fields: dict[str, Any]) -> str:
    rest = {
        key: value
        for key, value in fields.items()
        if key not in _FOR_FILES and value is not None
    }
    head = [str(rest.pop(key)) for key in ("level", "event") if key in rest]
    # Of a traceback its last line; the file has it whole.
    traceback = str(rest.pop("exception", "")).strip().splitlines()
    pairs = [f"{key}={value}" for key, value in rest.items()]
    return " ".join((*head, *pairs, *traceback[-1:]))
