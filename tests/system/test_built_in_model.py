"""What a newcomer sees: no settings, no key, and a real model answers."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from deploy.embedded.testing import Stack


@pytest.mark.parity("A52")
def test_the_built_in_model_answers_in_the_browser(tmp_path, page):
    """
    The mesh as `make run` starts it streams an answer of the real small model, and the
    page says which model it is.
    """
    with Stack(tmp_path / "lamla") as stack:
        page.goto(stack.url)
        page.get_by_role("textbox", name="Message").fill(
            "What is the capital of France?"
        )
        page.get_by_role("button", name="Send").click()
        answer = page.locator('article[data-role="assistant"]')
        expect(answer).to_have_attribute("data-state", "complete", timeout=90_000)

        text = answer.locator('[data-part="text"]').inner_text()
        assert len(text.split()) > 5
        assert "smollm2" in answer.inner_text().lower()
