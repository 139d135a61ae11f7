"""A calm stream for a person out of many processes, and one full log file for each."""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

from deploy.embedded.readable import Reader, as_words

LAUNCHER = "launcher"

_FILE_BYTES = 10 * 1024 * 1024
_FILES_KEPT = 3
_NAME_WIDTH = 11
_COLOURS = (36, 35, 32, 33, 34, 96, 95, 92)
# A client chooses parts of a log line; none of them may move the cursor.
_UNPRINTABLE = dict.fromkeys((*range(9), *range(10, 32), 127))


class _PrivateFiles(RotatingFileHandler):
    """Log files that only their owner can read, those after a rotation too."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Lets the caller know, instead of printing a traceback for each line."""
        if isinstance(error := sys.exception(), OSError):
            raise error
        super().handleError(record)

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        os.fchmod(stream.fileno(), 0o600)
        return stream


class Output:
    """Writes every process's lines to its own file, and what matters to the terminal.

    That is what the launcher says itself, and the others' warnings and errors in
    words; everything, when it is `verbose`.
    """

    def __init__(
        self,
        logs: Path,
        *,
        level: str = "INFO",
        verbose: bool = False,
        stream: TextIO | None = None,
    ) -> None:
        """Takes the directory of the files and the least level the launcher says."""
        self._logs = logs
        levels = logging.getLevelNamesMapping()
        self._level = levels.get("DEBUG" if verbose else level.upper(), logging.INFO)
        self._verbose = verbose
        self._stream: TextIO | None = stream or sys.stdout
        self._coloured = (stream or sys.stdout).isatty()
        self._files: dict[str, RotatingFileHandler] = {}
        self._last: dict[str, list[str]] = {}
        self._readers: dict[str, Reader] = {}
        self._is_losing = False

    def line(self, name: str, text: str, noise: Sequence[str] = ()) -> None:
        """Records one line of a process; shows it if it matters.

        Args:
            noise: a line that contains one of these does not.
        """
        text = text.translate(_UNPRINTABLE).rstrip()
        self._record(name, text)
        last = self._last.setdefault(name, [])
        last.append(text)
        del last[:-20]
        if self._verbose:
            self._print(name, as_words(text) if self._coloured else text)
        elif not any(each in text for each in noise):
            words = self._readers.setdefault(name, Reader()).if_serious(text)
            if words:
                self._print(name, words)

    def say(self, text: str, *, level: int = logging.INFO) -> None:
        """Says something on the launcher's own behalf."""
        if level >= self._level:
            self._record(LAUNCHER, text)
            self._print(LAUNCHER, text)

    def detail(self, text: str) -> None:
        """Says what only somebody who looks for a fault wants to know."""
        self.say(text, level=logging.DEBUG)

    def announce(self, text: str) -> None:
        """Prints a line exactly as it is: others wait for it."""
        self._record(LAUNCHER, text)
        self._write(text)

    def last_lines(self, name: str) -> list[str]:
        """What a process said last, for an explanation of why it ended."""
        return list(self._last.get(name, []))

    def close(self) -> None:
        for handler in self._files.values():
            with suppress(OSError):
                handler.close()

    def _print(self, name: str, text: str) -> None:
        label = f"{name:<{_NAME_WIDTH}}|"
        if self._coloured:
            colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
            label = f"\033[{colour}m{label}\033[0m"
        self._write(f"{label} {text}")

    def _write(self, text: str) -> None:
        try:
            if self._stream is not None:
                print(text, file=self._stream, flush=True)
        except (OSError, ValueError):
            # Whoever read this has gone; the mesh runs on, and the files remain.
            self._stream = None

    def _record(self, name: str, text: str) -> None:
        try:
            self._file(name).emit(logging.makeLogRecord({"msg": "%s", "args": (text,)}))
        except OSError as error:
            if not self._is_losing:
                self._print(LAUNCHER, f"Logs cannot be written: {error.strerror}")
            self._is_losing = True
        else:
            self._is_losing = False

    def _file(self, name: str) -> RotatingFileHandler:
        handler = self._files.get(name)
        if handler is None:
            handler = _PrivateFiles(
                self._logs / f"{name}.log",
                maxBytes=_FILE_BYTES,
                backupCount=_FILES_KEPT,
                encoding="utf-8",
            )
            handler.setFormatter(logging.Formatter("%(message)s"))
            self._files[name] = handler
        return handler
