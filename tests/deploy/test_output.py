"""The launcher's output: prefixed, kept in files, harmless to a terminal."""

import io
import stat

import pytest

from deploy.embedded import output as module
from deploy.embedded.output import Output
from deploy.embedded.paths import Home


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_every_line_names_its_process(home: Home) -> None:
    """Plain where nobody looks: no colours in a pipe."""
    stream = io.StringIO()
    output = Output(home.logs, stream=stream)
    output.line("gateway", '{"level": "info", "event": "serving"}')
    output.close()

    assert 'gateway    | {"level": "info", "event": "serving"}\n' == stream.getvalue()


def test_a_terminal_shows_json_as_words(home: Home) -> None:
    """A person reads level, event and what belongs to it."""
    stream = Terminal()
    output = Output(home.logs, stream=stream)
    output.line("gateway", '{"port": 1, "level": "info", "event": "serving"}')
    output.close()

    assert "\033[" in stream.getvalue()
    assert stream.getvalue().endswith(" info serving port=1\n")


def test_a_process_cannot_move_the_cursor(home: Home) -> None:
    """What a client put into a log line is shown, not obeyed."""
    stream = io.StringIO()
    output = Output(home.logs, stream=stream)
    output.line("envoy", "\033[2Jgone\r\x07")
    output.close()

    assert "envoy      | [2Jgone\n" == stream.getvalue()


def test_noise_is_kept_but_not_shown(home: Home) -> None:
    """PostgreSQL's every-day messages are for its log file."""
    stream = io.StringIO()
    output = Output(home.logs, stream=stream)
    output.line("postgres", "1 LOG:  checkpoint", [" LOG:  "])
    output.close()

    assert "" == stream.getvalue()
    assert "1 LOG:  checkpoint\n" == (home.logs / "postgres.log").read_text()


def test_log_files_are_private_and_bounded(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only their owner reads them, and they do not fill the disk."""
    monkeypatch.setattr(module, "_FILE_BYTES", 1000)
    output = Output(home.logs, stream=io.StringIO())
    for number in range(500):
        output.line("gateway", f"line {number} {'x' * 50}")
    output.close()
    files = sorted(home.logs.glob("gateway.log*"))

    assert 4 == len(files)
    assert all(file.stat().st_size <= 1000 for file in files)
    assert 0o600 == stat.S_IMODE((home.logs / "gateway.log").stat().st_mode)


def test_a_reader_who_leaves_does_not_stop_the_mesh(home: Home) -> None:
    """`make run | head` ends the head, not the run."""
    stream = io.StringIO()
    output = Output(home.logs, stream=stream)
    stream.close()
    output.line("gateway", "still here")
    output.close()

    assert "still here\n" == (home.logs / "gateway.log").read_text()


def test_a_percent_sign_is_no_format(home: Home) -> None:
    """Lines are data, also for the logging module."""
    output = Output(home.logs, stream=io.StringIO())
    output.line("gateway", "100 %s %d")
    output.close()

    assert "100 %s %d\n" == (home.logs / "gateway.log").read_text()
