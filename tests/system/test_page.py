"""The page as a product: branches, files, accounts, keyboard, accessibility."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from deploy.embedded.paths import CHECKOUT
from tests.system.conftest import choose_model

AXE = CHECKOUT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = {"serious", "critical"}
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
ECHOING = "scripted-echo"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody new, who is answered with the prompt: the question is in the answer."""
    context = browser.new_context()
    choose_model(context, ECHOING)
    yield context
    context.close()


def ask(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("button", name="Send").click()
    expect_state(page, "complete")


def answer(page: Page):
    return page.locator('article[data-role="assistant"]').last


def expect_state(page: Page, state: str) -> None:
    expect(answer(page)).to_have_attribute("data-state", state, timeout=30_000)


def open_from_account(page: Page, item: str) -> None:
    page.get_by_role("button", name=re.compile("^Account")).click()
    page.get_by_role("menuitem", name=item).click()


def test_older_branches_stay_in_reach(mesh, page):
    """
    An edited question is another version; both can be shown, and the choice is kept.
    """
    page.goto(mesh.url)
    ask(page, "What is alpha?")
    page.wait_for_url("**/c/*")
    page.locator('article[data-role="user"]').hover()
    page.get_by_role("button", name="Edit this question").click()
    page.get_by_role("textbox", name="Question").fill("What is beta?")
    page.get_by_role("textbox", name="Question").press("Enter")
    expect(answer(page)).to_contain_text("What is beta?")
    expect_state(page, "complete")
    page.get_by_role("button", name="Previous question").click()
    expect(answer(page)).to_contain_text("What is alpha?")
    page.wait_for_timeout(500)
    page.reload()

    expect(answer(page)).to_contain_text("What is alpha?")
    page.get_by_role("button", name="Next question").click()
    expect(answer(page)).to_contain_text("What is beta?")


def exported(page: Page, folder: Path) -> dict:
    """Saves everything as JSON and returns the newest conversation of it."""
    open_from_account(page, "Export all")
    dialog = page.get_by_role("dialog")
    with page.expect_download() as download:
        dialog.get_by_role("button", name=re.compile("JSON|Export|Save")).first.click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    page.keyboard.press("Escape")
    document = json.loads(path.read_text())
    return document[0] if isinstance(document, list) else document


def without_ids(value):
    """Takes ids and times of import out of a document."""
    text = json.dumps(value)
    ids = re.findall(
        r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", text
    )
    for number, id_ in enumerate(dict.fromkeys(ids)):
        text = text.replace(id_, f"id-{number}")
    return json.loads(text)


def test_an_export_can_be_imported_by_somebody_else(mesh, browser, page, tmp_path):
    """
    What one person saved, another reads: equal but for the ids.
    """
    page.goto(mesh.url)
    ask(page, "Keep **this** and 🧬.")
    first = exported(page, tmp_path)
    other = browser.new_context().new_page()
    other.goto(mesh.url)
    other.get_by_role("textbox", name="Message").wait_for()
    saved = tmp_path / "again.json"
    saved.write_text(json.dumps(first))
    open_from_account(other, "Import conversations")
    window = other.get_by_role("dialog")
    window.locator('input[type="file"]').set_input_files(saved)
    other.get_by_role("button", name="Done").click()
    conversations = other.get_by_role("navigation", name="Conversations")
    conversations.get_by_role("link").first.click()
    expect(answer(other)).to_contain_text("Keep")
    second = exported(other, tmp_path)
    other.context.close()

    assert without_ids(first) == without_ids(second)


def test_a_guest_registers_and_signs_in_on_another_device(mesh, browser, page):
    """
    The guest's conversations are the account's, everywhere.
    """
    page.goto(mesh.url)
    ask(page, "Before I had an account")
    open_from_account(page, "Create account")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("ada@example.com")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Create account").click()
    expect(dialog).to_have_count(0)
    device = browser.new_context().new_page()
    device.goto(mesh.url)
    device.get_by_role("textbox", name="Message").wait_for()
    open_from_account(device, "Sign in")
    dialog = device.get_by_role("dialog")
    dialog.get_by_label("E-mail address").fill("ADA@example.com")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    conversations = device.get_by_role("navigation", name="Conversations")
    conversations.get_by_role("link", name=re.compile("Before I had")).click()

    expect(answer(device)).to_contain_text("Before I had an account")
    device.reload()
    expect(answer(device)).to_contain_text("Before I had an account")
    device.context.close()


def test_the_main_path_by_keyboard_alone(mesh, page):
    """
    Ask, read, search, go on: no pointer is needed, and focus is where one types.
    """
    page.goto(mesh.url)
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("First by keyboard")
    page.keyboard.press("Enter")
    expect_state(page, "complete")
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("new chat")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="What would you like").wait_for()
    expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    page.keyboard.type("Second by keyboard")
    page.keyboard.press("Enter")
    expect_state(page, "complete")
    page.keyboard.press("Control+k")
    page.keyboard.type("First by")
    expect(page.get_by_role("option").first).to_contain_text("First by keyboard")
    page.keyboard.press("Enter")

    expect(answer(page)).to_contain_text("First by keyboard")


def test_the_page_asks_nobody_else_for_anything(mesh, page):
    """
    Every request goes to the mesh that served the page.
    """
    hosts = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(mesh.url)
    ask(
        page,
        "A link [there](https://example.org) ![x](https://example.org/x.png) $x^2$",
    )
    page.keyboard.press("Control+k")
    page.wait_for_timeout(500)

    assert {urlsplit(mesh.url).netloc} == hosts - {""}


def findings(page: Page) -> list[str]:
    """Returns what axe finds serious on the page as it is now."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")["violations"]
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(mesh, browser: Browser, size, scheme):
    """
    Empty page, conversation, every window: nothing serious in any of them.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    choose_model(context, ECHOING)
    page = context.new_page()
    page.goto(mesh.url)
    page.get_by_role("textbox", name="Message").wait_for()
    found = {"empty": findings(page)}
    ask(
        page, "# Title\n\n| a | b |\n|-|-|\n| 1 | 2 |\n\n```python\nx = 1\n```\n\n$x^2$"
    )
    page.wait_for_timeout(1_000)
    found["conversation"] = findings(page)
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").wait_for()
    found["palette"] = findings(page)
    page.keyboard.press("Escape")
    for item in ("Sign in", "Create account", "Settings", "Import conversations"):
        if size == "phone" and not page.get_by_role("dialog", name="Menu").is_visible():
            page.get_by_role("button", name="Open menu").click()
        open_from_account(page, item)
        page.get_by_role("dialog").last.wait_for()
        page.wait_for_timeout(300)
        found[item] = findings(page)
        page.keyboard.press("Escape")
        page.wait_for_timeout(300)
    context.close()

    assert {name: [] for name in found} == found
