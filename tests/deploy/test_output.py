"""The launcher's output: calm, kept in files, harmless to a terminal."""

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


def said(home: Home, *lines: str, verbose: bool = False) -> str:
    """What the terminal shows of a gateway's lines."""
    stream = io.StringIO()
    output = Output(home.logs, verbose=verbose, stream=stream)
    for line in lines:
        output.line("gateway", line)
    output.close()
    return stream.getvalue()


def test_what_is_as_usual_is_not_shown(home: Home) -> None:
    """A person who starts Lamla reads no access log; the file has every line."""
    usual = [
        '{"level": "info", "event": "call"}',
        '{"level": "debug", "event": "x"}',
        '{"event": "request", "status": 200}',
    ]

    assert "" == said(home, *usual)
    assert usual == (home.logs / "gateway.log").read_text().splitlines()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            (
                '{"port": 1, "level": "warning", "event": "slow", "error": null,'
                ' "timestamp": "2026-07-01T12:00:00Z", "request_id": "r"}'
            ),
            "warning slow port=1 request_id=r",
        ),
        (
            (
                '{"level": "error", "event": "failed",'
                ' "exception": "Traceback:\\n  File\\nValueError: no"}'
            ),
            "error failed ValueError: no",
        ),
        ("GGML_ASSERT(n > 0) failed", "GGML_ASSERT(n > 0) failed"),
        ("2026-11-20 07:11:45.823 warning main: low", "warning main: low"),
        ("2026-11-20 07:11:45.823 UTC [7] FATAL:  no", "[7] FATAL:  no"),
        ('{"half":', '{"half":'),
        ("[1]", "[1]"),
    ],
)
def test_warnings_and_errors_are_shown_in_words(
    home: Home, line: str, words: str
) -> None:
    """Also what no logger wrote."""
    assert f"gateway    | {words}\n" == said(home, line)
    assert f"{line}\n" == (home.logs / "gateway.log").read_text()


def test_of_a_traceback_the_last_line_is_shown(home: Home) -> None:
    """It says what is wrong; where that was, the file says."""
    lines = [
        "Traceback (most recent call last):",
        '  File "x.py", line 1, in <module>',
        "    import x",
        "ModuleNotFoundError: No module named 'x'",
        "after it",
    ]
    expected = [
        "gateway    | ModuleNotFoundError: No module named 'x'",
        "gateway    | after it",
    ]

    assert expected == said(home, *lines).splitlines()
    assert lines == (home.logs / "gateway.log").read_text().splitlines()


def test_who_wants_it_sees_every_line(home: Home) -> None:
    """`LAMLA_VERBOSE=1`: as it was written, where a program may read it."""
    line = '{"level": "info", "event": "serving"}'

    assert f"gateway    | {line}\n" == said(home, line, verbose=True)


def test_a_terminal_shows_json_as_words(home: Home) -> None:
    """A person reads level, event and what belongs to it."""
    stream = Terminal()
    output = Output(home.logs, verbose=True, stream=stream)
    output.line("gateway", '{"port": 1, "level": "info", "event": "serving"}')
    output.detail("It took 1 s.")
    output.close()
    first, second = stream.getvalue().splitlines()

    assert "\033[" in first
    assert first.endswith(" info serving port=1")
    assert second.endswith(" It took 1 s.")


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


def test_logs_that_cannot_be_written_stop_nothing(home: Home) -> None:
    """A full disk is told of once, and what matters is shown all the same."""
    stream = io.StringIO()
    output = Output(home.logs / "missing", stream=stream)
    output.say("one")
    output.line("gateway", "two")
    output.close()
    expected = [
        "launcher   | Logs cannot be written: No such file or directory",
        "launcher   | one",
        "gateway    | two",
    ]

    assert expected == stream.getvalue().splitlines()


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
