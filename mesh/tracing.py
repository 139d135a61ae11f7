"""Which request a line of log or a call belongs to: request id and W3C trace.

Format of `traceparent`: https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass

from mesh.ids import uuid7

REQUEST_ID_KEY = "x-request-id"
TRACEPARENT_KEY = "traceparent"

_REQUEST_ID = re.compile(r"[\x21-\x7e]{1,128}")
_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?"
)


@dataclass(frozen=True, slots=True)
class Trace:
    """One call's place in a request that may cross several processes.

    Attributes:
        request_id: The same in every process; 1 to 128 visible ASCII characters.
        trace_id: 32 hexadecimal digits, the same in every process.
        span_id: 16 hexadecimal digits, new in every process.
        flags: 2 hexadecimal digits, passed on as they came.
    """

    request_id: str
    trace_id: str
    span_id: str
    flags: str = "01"

    @property
    def traceparent(self) -> str:
        """The header that makes the next process continue this trace."""
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


_current: ContextVar[Trace | None] = ContextVar("lamla_trace", default=None)


def start(metadata: Mapping[str, str]) -> Trace:
    """Continues the trace that `metadata` names, or begins one, and makes it current.

    What is malformed is replaced, never passed on: it ends up in logs.
    """
    request_id = metadata.get(REQUEST_ID_KEY, "")
    if not _REQUEST_ID.fullmatch(request_id):
        request_id = str(uuid7())
    parent = _TRACEPARENT.fullmatch(metadata.get(TRACEPARENT_KEY, ""))
    trace_id, flags = parent.groups() if parent else (os.urandom(16).hex(), "01")
    trace = Trace(request_id, trace_id, os.urandom(8).hex(), flags)
    _current.set(trace)
    return trace


def current() -> Trace | None:
    """Returns the trace of the call being served; None outside of one."""
    return _current.get()


def request_id() -> str:
    """Returns the id of the request being served; empty outside of one."""
    trace = _current.get()
    return trace.request_id if trace else ""
