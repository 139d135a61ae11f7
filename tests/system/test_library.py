"""A person and their documents: uploads, progress, failures, citations, the source."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    FilePayload,
    Locator,
    Page,
    expect,
)

from deploy.embedded.testing import Stack
from tests.persistence.parsing.hostile_files import docx
from tests.persistence.parsing.pdf_files import encrypted
from tests.system.library import QUOTING, hours_of, manual, question_about
from tests.system.test_page import findings

MILLISECONDS = 60_000
PUMPS = ("Orion", "Lyra", "Cygnus")
# 292 kB that unpack to a thousand times as much.
BOMB = docx(b"<w:p>" + b"x" * 300_000_000 + b"</w:p>")
HOSTILE = {
    "bomb.docx": (BOMB, "unpacks to more"),
    "secret.pdf": (encrypted(manual("A"), user="a", owner="b"), "needs a password"),
    "cut.pdf": (manual(*PUMPS)[:900], "damaged"),
}
# Thousands of passages, so that it is read for as long as the test looks.
LONG = "\n\n".join(
    f"# Chapter {n}\n\n" + f"What chapter {n} says is said once. " * 30
    for n in range(1_500)
).encode()
STATES = ["queued", "processing", "ready"]
# Notes each state that the row of the list has, in their order, and what it says.
WATCH_ROW = """
() => {
  window.states = [];
  window.words = [];
  const look = () => {
    const row = document.querySelector('li[data-document]');
    if (!row) return;
    window.words.push(row.innerText);
    const { state } = row.dataset;
    if (state !== window.states.at(-1)) window.states.push(state);
  };
  new MutationObserver(look).observe(document, {
    childList: true, subtree: true, attributes: true, characterData: true,
  });
}
"""
SETTINGS = json.dumps({"model": QUOTING})


@pytest.fixture(scope="module")
def context(mesh: Stack, browser: Browser) -> Iterator[BrowserContext]:
    """The browser of somebody whose model quotes, and who has a manual of pumps."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.add_init_script(f"localStorage.setItem('lamla.settings', '{SETTINGS}')")
    page = context.new_page()
    page.goto(mesh.url)
    open_library(page)
    choose(page, file("pumps.pdf", manual(*PUMPS), "application/pdf"))
    expect_state(page, "pumps.pdf", "ready")
    page.close()
    yield context
    context.close()


@pytest.fixture
def library(mesh: Stack, context: BrowserContext) -> Iterator[Page]:
    """The page of their documents."""
    page = context.new_page()
    page.goto(f"{mesh.url}/library")
    expect_state(page, "pumps.pdf", "ready")
    yield page
    page.close()


def file(name: str, content: bytes, media_type: str = "") -> FilePayload:
    """A file as a person chooses it."""
    return {"name": name, "mimeType": media_type, "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    """Brings files in as the Add menu does."""
    page.get_by_label("Choose files").set_input_files(files)


def row(page: Page, name: str) -> Locator:
    """Returns a document of the list."""
    return page.locator("li[data-document]").filter(has_text=name)


def expect_state(page: Page, name: str, state: str) -> None:
    """Waits until a document is in a state."""
    expect(row(page, name)).to_have_attribute("data-state", state, timeout=MILLISECONDS)


def open_library(page: Page) -> None:
    """Follows the link that leads there."""
    page.get_by_role("link", name="Library").click()
    page.get_by_label("Choose files").wait_for(state="attached")


def ask(page: Page, text: str) -> Locator:
    """Asks in the chat that is open; returns the whole answer."""
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    answer = page.locator('article[data-role="assistant"]').last
    expect(answer).to_have_attribute("data-state", "complete", timeout=MILLISECONDS)
    return answer


def citations(answer: Locator) -> list[str]:
    """Returns the ids of an answer's citations, as they stand in its text."""
    ids: list[str] = answer.locator("[data-citation]").evaluate_all(
        "all => all.map((one) => one.dataset.citation)"
    )
    return ids


def test_a_file_is_followed_until_it_is_ready(mesh, page):
    """
    Each step is on the screen while it is taken, and how much of it is done.
    """
    page.goto(mesh.url)
    open_library(page)
    page.evaluate(WATCH_ROW)
    choose(page, file("pumps.pdf", manual(*map(str, range(80))), "application/pdf"))
    expect_state(page, "pumps.pdf", "ready")
    expect(row(page, "pumps.pdf")).to_contain_text("80 pages")
    states, words = page.evaluate("[window.states, window.words.join()]")

    assert ["processing", "ready"] == states[-2:]
    assert sorted(states, key=STATES.index) == states
    assert re.search(r"\d+ of 80", words)


def test_an_answer_leads_to_its_place_in_the_source(library):
    """
    Asked, cited, opened, marked: the chip leads to the words in the PDF and in its
    text, and is the same after a reload.
    """
    page = library
    page.get_by_role("button", name="New chat").first.click()
    answer = ask(page, question_about("Lyra"))
    expect(answer).to_contain_text(hours_of("Lyra", 2))
    expect(answer.locator("[data-citation]")).not_to_have_count(0)
    before = citations(answer)
    page.reload()
    expect(answer.locator("[data-citation]")).to_have_count(len(before))

    assert before
    assert before == citations(answer)
    answer.locator("[data-citation]").first.click()
    source = page.get_by_role("complementary", name="Document")
    drawn = source.locator('div[data-part="passage"]').first
    expect(drawn).to_be_in_viewport(timeout=MILLISECONDS)
    expect(source.get_by_role("textbox", name="Page")).to_have_value("2")
    source.get_by_role("button", name="Text", exact=True).click()
    written = source.locator('mark[data-part="passage"]')
    expect(written).to_have_text(hours_of("Lyra", 2))
    page.reload()
    expect(drawn).to_be_in_viewport(timeout=MILLISECONDS)


def test_what_the_documents_do_not_say_is_said_so(library):
    """
    Asked about one document, what is not in it is not made up.
    """
    page = library
    page.get_by_role("button", name="Actions for pumps.pdf").click()
    page.get_by_role("menuitem", name="Ask about it").click()
    answer = ask(page, "Who painted the ceiling of the Sistine Chapel?")

    expect(answer).to_contain_text("Not in your documents.")
    expect(answer).to_have_attribute("data-grounding", "none")
    assert [] == citations(answer)


def test_hostile_files_end_in_words(library):
    """
    A bomb, a locked file and a damaged one: each says why, and the next file works.
    """
    page = library
    files = [file(name, content) for name, (content, _) in HOSTILE.items()]
    choose(page, *files, file("good.txt", b"Sapere aude: dare to know."))
    for name, (_, words) in HOSTILE.items():
        expect_state(page, name, "failed")
        expect(row(page, name)).to_contain_text(words)
    expect_state(page, "good.txt", "ready")


def test_a_running_ingestion_is_stopped_and_tried_again(library):
    """
    Stop ends it at once; nothing of it is found; it can be begun anew, and deleted.
    """
    page = library
    choose(page, file("long.md", LONG))
    expect(row(page, "long.md").get_by_role("progressbar")).to_be_visible(
        timeout=MILLISECONDS
    )
    page.get_by_role("button", name="Actions for long.md").click()
    page.get_by_role("menuitem", name="Stop reading it").click()
    expect_state(page, "long.md", "cancelled")
    page.get_by_role("button", name="Try again: long.md").click()
    expect_state(page, "long.md", "processing")
    page.get_by_role("button", name="Actions for long.md").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(page, "long.md")).to_have_count(0)


def test_files_are_brought_in_and_opened_by_keyboard_alone(library):
    """
    No pointer is needed to add a file and to read it; focus goes in and comes back.
    """
    page = library
    # A listener set just before the key would come too late: Chromium is told to hand
    # file choosers over by another way than the key.
    page.on("filechooser", lambda _: None)
    add = page.get_by_role("button", name="Add documents")
    while not add.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Files…")).to_be_focused()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files([file("keys.txt", b"Brought in by keyboard.")])
    expect_state(page, "keys.txt", "ready")
    link = row(page, "keys.txt").get_by_role("link")
    while not link.evaluate("one => one === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    source = page.get_by_role("complementary", name="Document")
    expect(source).to_be_focused()
    expect(source).to_contain_text("Brought in by keyboard.")
    page.keyboard.press("Escape")

    expect(source).to_have_count(0)
    expect(link).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(library, scheme):
    """
    Nothing serious in the list, in the text of a document, and beside a drawn PDF.
    """
    page = library
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {"list": findings(page)}
    row(page, "pumps.pdf").get_by_role("link").click()
    source = page.get_by_role("complementary", name="Document")
    source.locator("canvas").first.wait_for()
    found["PDF"] = findings(page)
    source.get_by_role("button", name="Text", exact=True).click()
    expect(source).to_contain_text(hours_of("Orion", 1))
    found["text"] = findings(page)

    assert {name: [] for name in found} == found
