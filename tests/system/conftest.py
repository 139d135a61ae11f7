"""A running mesh, a real browser, and clients of the public port."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import grpc
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    expect,
    sync_playwright,
)

from deploy.embedded.testing import Stack

# Chromium's own services would look for hosts that a test machine cannot reach.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Of a page on a busy machine; Playwright's own is 5 s.
expect.set_options(timeout=30_000)
DEFAULT_MODEL = "scripted-n40-d25"
UNLIMITED = {
    "LAMLA_EDGE_GENERATE_PER_MINUTE": "100000",
    "LAMLA_EDGE_GENERATE_PER_HOUR": "100000",
    "LAMLA_EDGE_REQUESTS_PER_MINUTE": "100000",
}


# What takes longest begins first, so that no worker waits long for the other's end.
LONGEST = (
    "test_rotation",
    "test_run",
    "test_ingestion",
    "test_durable",
    "test_compat",
    "test_page",
    "test_browser",
    "test_two_gateways",
    "test_documents_of_others",
    "test_faults",
    "test_isolation",
    "test_built_in_model",
)
# A mesh starts within it, and a busy machine takes a multiple of what a quiet one does.
TIMEOUT_SECONDS = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks everything below this folder, and puts it in order."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.system)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def tool(*names: str) -> str:
    """Returns the path of a program; without it CI fails and a person's test skips."""
    for name in names:
        if path := shutil.which(name):
            return path
    missing = f"needs {names[0]} on the path: see CONTRIBUTING.md"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)


def scripted(home: Path, **environment: str) -> Stack:
    """Returns a mesh, not started, with the scripted provider and a log of it."""
    return Stack(
        home / "lamla",
        environment={
            "LAMLA_LLM_PROVIDERS": "scripted",
            "LAMLA_LLM_SCRIPTED_MODEL": DEFAULT_MODEL,
            # The log then holds answers only, and titles are their first lines.
            "LAMLA_GATEWAY_TITLES": "false",
            "LAMLA_LLM_SCRIPTED_LOG": str(home / "scripted.jsonl"),
            **UNLIMITED,
            **environment,
        },
    )


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One mesh for all tests that leave it as they found it."""
    with scripted(tmp_path_factory.mktemp("mesh")) as stack:
        yield stack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine.

    Playwright keeps an event loop in this thread until it is closed, so modules that
    use it have no asynchronous tests.
    """
    path = tool("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """The browser of a person who was never here before."""
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext) -> Page:
    """Their first page."""
    return visitor.new_page()


def choose_model(context: BrowserContext, model: str) -> None:
    """Makes the pages of a browser ask a model, as if it were chosen in Settings."""
    chosen = json.dumps(json.dumps({"model": model}))
    context.add_init_script(f"localStorage['lamla.settings'] ??= {chosen}")


def wait_until_it_answers(stack: Stack, seconds: float = 120) -> None:
    """Asks until the parts of a mesh have found each other again."""
    end = time.monotonic() + seconds
    while True:
        try:
            message = {"message": send_request()}
            assert post(stack, "/v1/chat:reply", message, token=guest(stack))
        except urllib.error.HTTPError as error:
            if error.code != HTTPStatus.SERVICE_UNAVAILABLE or time.monotonic() > end:
                raise
            time.sleep(0.1)
        else:
            return


def post(
    stack: Stack, path: str, body: dict[str, Any] | None = None, *, token: str = ""
) -> dict[str, Any]:
    """Calls the public JSON API.

    Raises:
        urllib.error.HTTPError: the answer is not 2xx.
    """
    request = urllib.request.Request(  # noqa: S310 - Our own address.
        stack.url + path,
        data=None if body is None else json.dumps(body).encode(),
        headers={"content-type": "application/json"}
        | ({"authorization": f"Bearer {token}"} if token else {}),
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        body = error.read()
        again = urllib.error.HTTPError(
            error.url, error.code, error.msg, error.headers, io.BytesIO(body)
        )
        again.add_note(body.decode())
        raise again from None
    return answer


def guest(stack: Stack) -> str:
    """Returns the access token of a new guest."""
    token: str = post(stack, "/v1/auth:guest", {})["accessToken"]
    return token


def send_request(text: str = "ATP?", **fields: Any) -> dict[str, Any]:
    """Returns a JSON `SendMessageRequest` with a `requestId` of its own."""
    return {"requestId": str(uuid.uuid4()), "text": text, **fields}


def provider_log(stack: Stack) -> list[dict[str, Any]]:
    """Returns what the scripted provider did so far, oldest first."""
    path = stack.home.parent / "scripted.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text().splitlines()]


def newest_generation(stack) -> list[dict[str, Any]]:
    """Returns what the provider did for the generation that began last."""
    log = provider_log(stack)
    newest = [line for line in log if line["event"] == "begin"][-1]["generation_id"]
    return [line for line in log if line["generation_id"] == newest]


def channel(stack: Stack) -> grpc.aio.Channel:
    """Returns a channel of native gRPC to the public port."""
    return grpc.aio.insecure_channel(
        f"127.0.0.1:{stack.port}", options=[("grpc.use_local_subchannel_pool", 1)]
    )


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    """Returns call metadata with the token."""
    return (("authorization", f"Bearer {token}"),)
