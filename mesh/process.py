"""Starts a process's event loop and hears the signals that end it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

import structlog

from mesh.credentials import CertificatesError
from mesh.settings import SettingsError

try:
    import uvloop
except ImportError:  # Not built for every platform; asyncio's own loop is as good.
    new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
else:
    new_event_loop = uvloop.new_event_loop

log = structlog.get_logger()

SIGNALS = (signal.SIGTERM, signal.SIGINT)
EXIT_CONFIGURATION = 2


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Runs `main` to its end on the fastest loop there is.

    What the operator must put right (settings, certificates, addresses) is printed
    without a traceback, and the process exits with 2.
    """
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            runner.run(main())
    except (SettingsError, CertificatesError, ListenError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(EXIT_CONFIGURATION)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


class ListenError(Exception):
    """An address cannot be listened on; the text names it."""


class Termination:
    """Hears SIGTERM and SIGINT while entered.

    Attributes:
        requested: Set by the first signal: end, and take the time it needs.
        repeated: Set by the second: end now. A third has its ordinary effect.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.repeated = asyncio.Event()

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.add_signal_handler(number, self._hear, number)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop_hearing()

    def _hear(self, number: int) -> None:
        log.info("signal", signal=signal.Signals(number).name)
        if not self.requested.is_set():
            self.requested.set()
        else:
            self.repeated.set()
            self._stop_hearing()

    def _stop_hearing(self) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            loop.remove_signal_handler(number)
