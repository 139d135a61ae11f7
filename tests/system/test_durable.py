"""Answers that do not get lost: cut wires, dead processes, tabs and devices."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.embedded.testing import Stack
from tests.system.conftest import (
    choose_model,
    guest,
    newest_generation,
    post,
    send_request,
)
from tests.system.proxy import Wire

QUESTION = "Explain photosynthesis."
PACE = "scripted-n40-d40"
# The same text, for longer than a busy machine takes to find the process that writes.
SLOWER = "scripted-n40-d120"
# Nobody waits for its end.
LONG = "scripted-n1000-d40"
CUTS = 8
# Text that breaks where bytes, code points and characters are mixed up comes from the
# scripted provider; it is the same for the same prompt.


@pytest.fixture(scope="module")
def reference(mesh: Stack) -> str:
    """What the provider answers to `QUESTION`."""
    message = send_request(QUESTION, config={"model": PACE})
    answer = post(mesh, "/v1/chat:reply", {"message": message}, token=guest(mesh))
    text: str = answer["answer"]["text"]
    return text


@pytest.fixture
def context(
    browser: Browser, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    """A browser of a person who was never here before, whose answers take 1.6 s."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    choose_model(context, getattr(request, "param", PACE))
    yield context
    context.close()


def ask(page: Page, text: str = QUESTION) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def answer(page: Page):
    return page.locator('article[data-role="assistant"]').last


def expect_state(page: Page, state: str, seconds: float = 30) -> None:
    expect(answer(page)).to_have_attribute("data-state", state, timeout=1000 * seconds)


def copied(page: Page) -> str:
    """Returns the answer as its Copy button gives it: the model's text."""
    page.evaluate("navigator.clipboard.writeText('')")
    answer(page).get_by_role("button", name="Copy").click()
    end = time.monotonic() + 60
    while not (text := page.evaluate("navigator.clipboard.readText()")):
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    return str(text)


def test_a_wire_cut_at_random_places_costs_nothing(mesh, reference, context):
    """
    Wherever the connection breaks, the answer goes on without a gap or a double.
    """
    choose = random.Random(20)
    wire = Wire(mesh.port)
    with wire.running():
        page = context.new_page()
        page.goto(wire.url)
        for _ in range(CUTS):
            page.get_by_role("button", name="New chat").click()
            ask(page)
            page.wait_for_timeout(choose.uniform(0, 1_700))
            wire.cut()
            expect_state(page, "complete")

            assert reference == copied(page)
        assert CUTS <= wire.cuts


def test_reloads_in_mid_answer_cost_nothing(mesh, reference, context):
    """
    A reload goes on where the answer is, however often.
    """
    page = context.new_page()
    page.goto(mesh.url)
    ask(page)
    page.wait_for_url("**/c/*")
    for _ in range(3):
        page.wait_for_timeout(200)
        page.reload()
    expect_state(page, "complete")

    assert reference == copied(page)


@pytest.mark.parametrize("context", [SLOWER], indirect=True)
def test_a_killed_gateway_costs_nothing(mesh, reference, context):
    """
    The next gateway takes the answer over from llm_worker, where it goes on.
    """
    page = context.new_page()
    page.goto(mesh.url)
    ask(page)
    expect_state(page, "generating")
    page.wait_for_timeout(500)
    os.kill(mesh.pid("gateway"), signal.SIGKILL)
    expect_state(page, "complete", seconds=60)

    assert reference == copied(page)


@pytest.mark.parametrize("context", [LONG], indirect=True)
def test_stop_in_one_tab_ends_the_answer_in_the_other(mesh, context):
    """
    Whoever stops it, everybody sees it, and the provider sends no more.
    """
    first = context.new_page()
    first.goto(mesh.url)
    ask(first)
    first.wait_for_url("**/c/*")
    second = context.new_page()
    second.goto(first.url)
    second.get_by_role("button", name="Stop").click()
    expect_state(second, "cancelled")
    stopped = time.monotonic()
    first.bring_to_front()
    expect_state(first, "cancelled")
    first.wait_for_timeout(1_000)
    last = newest_generation(mesh)[-1]

    assert "close" == last["event"]
    assert last["time"] < stopped
    assert copied(first) == copied(second)


def test_six_tabs_do_not_hang(mesh, reference, context):
    """
    A browser has six connections for a host; tabs beyond what is seen hold none.
    """
    pages = []
    for _ in range(6):
        page = context.new_page()
        page.goto(mesh.url)
        ask(page)
        page.wait_for_url("**/c/*")
        pages.append(page)
    for page in pages:
        page.bring_to_front()
        expect_state(page, "complete")

        assert reference == copied(page)
    pages[0].reload()
    expect_state(pages[0], "complete")
