"""The parent's side: it outlives, outwaits and disbelieves its child."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from pathlib import Path

import psutil
import pytest

from persistence.documents.parsing.domain import (
    Event,
    FailureReason,
    Opened,
    Page,
    ParseError,
)
from persistence.documents.parsing.reading import read_file
from persistence.documents.parsing.sandbox.limits import Limits
from tests.persistence.parsing.pdf_files import line, pdf

PATIENT = Limits(page_seconds=90, base_seconds=100, pages=200)


def misbehaving(
    behaviour: str, limits: Limits = PATIENT
) -> AsyncGenerator[Event, None]:
    """Reads with a child that does what its name says."""
    return read_file(
        Path("/dev/null"),
        name=behaviour,
        limits=limits,
        child="tests.persistence.parsing.misbehaving",
    )


def children() -> list[psutil.Process]:
    """What runs below this process, but for the database of other tests."""
    found = []
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if child.name() != "postgres":
                found.append(child)
    return found


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("dies", FailureReason.CRASHED),
        ("killed by the system", FailureReason.TOO_LARGE),
        ("out of processor time", FailureReason.TOO_SLOW),
        ("ends early", FailureReason.CRASHED),
        ("noise", FailureReason.CRASHED),
        ("claims a long event", FailureReason.CRASHED),
        ("nested", FailureReason.CRASHED),
        ("no opening", FailureReason.CRASHED),
        ("out of order", FailureReason.CRASHED),
        ("control characters", FailureReason.CRASHED),
        ("lone surrogates", FailureReason.CRASHED),
        ("too many pages", FailureReason.TOO_LARGE),
        ("pages without end", FailureReason.TOO_LARGE),
    ],
)
async def test_a_child_that_misbehaves_is_a_typed_failure(
    behaviour: str, reason: FailureReason
) -> None:
    """
    Whatever the child says or does not say, the caller gets pages or a reason.
    """
    before = children()

    with pytest.raises(ParseError) as failure:
        async with aclosing(misbehaving(behaviour)) as events:
            async for _ in events:
                pass

    assert reason == failure.value.reason
    assert before == children()


@pytest.mark.parametrize(
    ("behaviour", "limits"),
    [
        ("silent", Limits(page_seconds=0.5)),
        ("silent", Limits(base_seconds=0.5)),
        ("blank pages without end", Limits(page_seconds=3)),
        ("recognises without end", Limits(page_seconds=90, ocr_page_seconds=0.1)),
    ],
)
async def test_a_child_that_gives_no_text_is_too_slow(
    behaviour: str, limits: Limits
) -> None:
    """
    Each kind of waiting has its end, and blank pages are no progress.
    """
    with pytest.raises(ParseError) as failure:
        async with aclosing(misbehaving(behaviour, limits)) as events:
            async for _ in events:
                pass

    assert FailureReason.TOO_SLOW == failure.value.reason


async def test_closing_kills_the_child_and_what_it_started() -> None:
    """
    Nothing is left running when nobody wants the pages any more.
    """
    before = children()
    events = misbehaving("has a child")
    waiting = asyncio.create_task(anext(events))
    while len(children()) < len(before) + 2:  # noqa: ASYNC110 - Nothing tells of it.
        await asyncio.sleep(0.02)

    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await events.aclose()

    assert before == children()


async def test_closing_between_pages_kills_the_child() -> None:
    """
    A consumer that stops in the middle leaves no process behind.
    """
    before = children()

    async with aclosing(misbehaving("pages without end")) as events:
        assert isinstance(await anext(events), Opened)
        assert isinstance(await anext(events), Page)

    assert before == children()


async def test_a_slow_consumer_holds_the_child_back() -> None:
    """
    The child fills a pipe and waits; it does not run on.
    """
    before = children()

    async with aclosing(misbehaving("pages without end")) as events:
        await anext(events)
        (child,) = set(children()) - set(before)
        used, now = None, child.cpu_times()
        while used != now:
            await asyncio.sleep(0.3)
            used, now = now, child.cpu_times()

        assert isinstance(await anext(events), Page)


async def test_memory_is_limited() -> None:
    """
    A child that asks for more than its limit gets none of it.
    """
    async with aclosing(misbehaving("takes all memory")) as events:
        assert [] == [event async for event in events]


async def test_the_child_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Its environment is made new, and it leads a session of its own.
    """
    monkeypatch.setenv("LAMLA_PERSISTENCE_DATABASE_PASSWORD", "secret")

    async with aclosing(misbehaving("tells its surroundings")) as events:
        pages = [event async for event in events if isinstance(event, Page)]
    names, leads = json.loads(pages[0].text)

    assert {"LANG", "PATH", "MALLOC_ARENA_MAX", "OMP_THREAD_LIMIT"} >= set(names) - {
        "LC_CTYPE"
    }
    assert leads


async def test_many_files_are_read_at_once(tmp_path: Path) -> None:
    """
    Each has its own process; one that fails says nothing about the others.
    """
    paths = [tmp_path / str(number) for number in range(6)]
    for path in paths:
        good = pdf(line(f"File {path.name}.", y=700))
        path.write_bytes(good if path.name != "3" else b"\x00" * 100)

    async def text(path: Path) -> str:
        async with aclosing(read_file(path, name="a")) as events:
            pages = [event async for event in events if isinstance(event, Page)]
        return pages[0].text

    texts = await asyncio.gather(*map(text, paths), return_exceptions=True)

    assert isinstance(texts.pop(3), ParseError)
    assert [f"File {number}." for number in (0, 1, 2, 4, 5)] == texts
