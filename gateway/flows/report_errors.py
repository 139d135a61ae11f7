"""Writes what goes wrong in browsers to the log, and nothing of what people wrote."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from lamla.errors.v1.error_reason_pb2 import ErrorReason

log = structlog.get_logger()

MAX_FRAMES = 20
# A class or a version: one word.
NAME = re.compile(r"[\w$][\w$.+-]{0,99}", re.ASCII)
# A file of code with line and column; what comes before the path, and a query in it,
# is left out.
FRAME = re.compile(
    r"(?:[a-z][a-z+.-]*://[^\s/()]*)?"
    r"(?P<path>/?(?:[\w@.+~-]+/)*[\w@.+~-]+\.(?:[cm]?[jt]sx?|css|html|vue|wasm))"
    r"(?:[?#][^\s:()]*)?"
    r"(?P<place>(?::\d{1,7}){0,2})",
    re.ASCII,
)
REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")


@dataclass(frozen=True, kw_only=True)
class ClientError:
    """Something that went wrong in a browser, as the page reports it.

    Attributes:
        kind: The error's class.
        location: Where it came from, in the page's words.
        request_id: Of the request that failed; empty when there is none.
        reason: An `ErrorReason` by name; empty when there is none.
        count: How often it came since the last report.
    """

    kind: str
    location: str = ""
    request_id: str = ""
    reason: str = ""
    count: int = 1


class ReportErrors:
    """One line for each error. Whoever writes the report decides nothing about the
    form of the log: only names and places pass.
    """

    def __call__(self, errors: Iterable[ClientError], *, version: str) -> None:
        """Logs what a page reported."""
        for error in errors:
            request = {}
            if REQUEST_ID.fullmatch(error.request_id):
                # Instead of the report's own: the line belongs to what failed.
                request["request_id"] = error.request_id
            log.warning(
                "client_error",
                kind=_name(error.kind),
                location=_places(error.location),
                reason=_reason(error.reason),
                count=max(error.count, 1),
                version=_name(version),
                **request,
            )


def _name(text: str) -> str:
    name = NAME.search(text)
    return name[0] if name else ""


def _places(text: str) -> str:
    frames = [match["path"] + match["place"] for match in FRAME.finditer(text)]
    return " ".join(frames[:MAX_FRAMES])


def _reason(name: str) -> str | None:
    known = name in ErrorReason.keys()  # noqa: SIM118 - An enum wrapper is no mapping.
    return name if known else None
