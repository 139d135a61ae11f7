"""A person at the page: real Chromium, real Envoy, the scripted provider."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.system.conftest import choose_model, newest_generation, scripted

TOKENS = 10
SLOW = f"scripted-n{TOKENS}-d500"
# Two seconds for each token: time for a busy machine to paint.
SLOWER = "scripted-n3-d2000"

# Notes when the answer's first text is on the screen: after the frame that shows it.
WATCH_FIRST_PAINT = """
() => {
  const seen = () => {
    const text = document.querySelector(
      'article[data-role="assistant"] [data-part="text"]');
    if (!text?.textContent?.trim()) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      document.documentElement.dataset.paintedAt = Date.now() / 1000;
    }));
  };
  const observer = new MutationObserver(seen);
  observer.observe(document, {childList: true, subtree: true, characterData: true});
}
"""


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody new, who is answered slowly."""
    context = browser.new_context()
    choose_model(context, SLOW)
    yield context
    context.close()


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()


def answer(page: Page):
    return page.locator('article[data-role="assistant"]').last


@pytest.mark.parity("A4")
def test_the_first_token_is_painted_before_the_third_is_sent(mesh, browser):
    """
    Nothing between provider and screen waits for more than what is there.
    """
    context = browser.new_context()
    choose_model(context, SLOWER)
    page = context.new_page()
    page.goto(mesh.url)
    page.get_by_role("textbox", name="Message").wait_for()
    page.evaluate(WATCH_FIRST_PAINT)
    ask(page, "What is ATP?")
    shown = page.locator("html[data-painted-at]").get_attribute("data-painted-at")
    painted = float(shown) - (time.time() - time.monotonic())
    expect(answer(page)).to_have_attribute("data-state", "complete", timeout=30_000)
    sent = [e["time"] for e in newest_generation(mesh) if e["event"] == "token"]

    context.close()

    assert 3 == len(sent)
    assert painted < sent[2]


def test_stop_reaches_the_provider_and_keeps_the_text(mesh, page):
    """
    Stop ends the provider's work at once, and what was said stays.
    """
    page.goto(mesh.url)
    ask(page, "Tell me everything.")
    page.get_by_role("button", name="Stop").click()
    expect(answer(page)).to_have_attribute("data-state", "cancelled")
    stopped = time.monotonic()
    page.wait_for_timeout(600)
    last = newest_generation(mesh)[-1]

    assert "close" == last["event"]
    assert last["n"] < TOKENS
    assert last["time"] < stopped
    page.reload()
    expect(answer(page)).to_have_attribute("data-state", "cancelled")


@pytest.mark.parity("A7")
def test_a_reload_in_mid_answer_shows_all_of_it(mesh, page):
    """
    Whoever reloads while the answer comes sees it go on, and all of it at the end.
    """
    page.goto(mesh.url)
    ask(page, "Explain osmosis.")
    expect(answer(page)).to_have_attribute("data-state", "generating")
    page.wait_for_timeout(700)
    page.reload()

    expect(answer(page)).to_have_attribute("data-state", "complete", timeout=30_000)
    text = answer(page).locator('[data-part="text"]').inner_text()
    page.reload()
    expect(answer(page)).to_have_attribute("data-state", "complete")
    assert text == answer(page).locator('[data-part="text"]').inner_text()


def test_closing_the_tab_does_not_end_the_answer(mesh, page):
    """
    The answer is made whether somebody looks or not.
    """
    page.goto(mesh.url)
    ask(page, "Explain mitosis.")
    expect(answer(page)).to_have_attribute("data-state", "generating")
    page.wait_for_url("**/c/*")
    address = page.url
    second = page.context.new_page()
    page.close()
    end = time.monotonic() + 60
    while "close" != newest_generation(mesh)[-1]["event"]:
        assert time.monotonic() < end
        second.wait_for_timeout(100)
    second.goto(address)

    expect(answer(second)).to_have_attribute("data-state", "complete")


@pytest.mark.parity("A8")
def test_history_survives_a_restart_of_everything(tmp_path: Path, browser):
    """
    PostgreSQL is the only source of truth: after a restart nothing is different.
    """
    stack = scripted(tmp_path)
    stack.start()
    page = browser.new_page()
    try:
        page.goto(stack.url)
        ask(page, "What is a cell?")
        expect(answer(page)).to_have_attribute("data-state", "complete", timeout=30_000)
        before = page.locator("article").all_inner_texts()
        assert 0 == stack.stop()
        stack.start()
        page.reload()
        expect(page.locator("article")).to_have_count(2)

        assert before == page.locator("article").all_inner_texts()
        conversations = page.get_by_role("navigation", name="Conversations")
        expect(conversations.get_by_role("link")).to_have_count(1)
    finally:
        page.close()
        stack.stop()
