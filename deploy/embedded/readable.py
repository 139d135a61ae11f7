"""What of a process's log a person at the terminal wants to see, and in which words."""

import json
import re
from typing import Any

_SERIOUS = {"warning", "error", "critical"}
# They lead to other lines of the same call, which are in the log files only.
_FOR_FILES = ("timestamp", "service", "logger", "trace_id", "span_id")
_TIMESTAMP = re.compile(r"^\d{4}-\d\d-\d\d[T ]\S+ (?:UTC )?")
_TRACEBACK = "Traceback (most recent call last):"


class Reader:
    """Reads one process's lines in their order."""

    def __init__(self) -> None:
        self._in_traceback = False

    def if_serious(self, text: str) -> str | None:
        """A line in words if it is a warning or worse, or no JSON at all.

        What is not JSON was not written by a logger: a message of a library, or a
        traceback, of which the last line is shown.
        """
        fields = _fields(text)
        if fields is not None:
            is_serious = str(fields.get("level", "")).lower() in _SERIOUS
            return _words(fields) if is_serious else None
        if text == _TRACEBACK:
            self._in_traceback = True
        elif self._in_traceback and not text.startswith(" "):
            self._in_traceback = False
        if self._in_traceback:
            return None
        return _TIMESTAMP.sub("", text) or None


def as_words(text: str) -> str:
    """Turns a JSON log line into `level event key=value …`; leaves others alone."""
    fields = _fields(text)
    return text if fields is None else _words(fields)


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
    traceback = str(rest.pop("exception", "")).strip().splitlines()
    pairs = [f"{key}={value}" for key, value in rest.items()]
    return " ".join((*head, *pairs, *traceback[-1:]))
