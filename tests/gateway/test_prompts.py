"""Templates and their versions."""

from __future__ import annotations

import hashlib

import pytest

from gateway.domain import HistoryMessage, Role
from gateway.prompts.template import Template, UnknownPromptError


@pytest.mark.parity("A2")
def test_another_text_is_another_version(tmp_path):
    """
    The version is the name and the begin of the text's SHA-256, so that a template
    cannot change unnoticed.
    """
    (tmp_path / "tutor.md").write_text("Be kind.", encoding="utf-8")
    before = Template.load("tutor", tmp_path)
    (tmp_path / "tutor.md").write_text("Be brief.", encoding="utf-8")
    after = Template.load("tutor", tmp_path)

    digest = hashlib.sha256(b"Be kind.").hexdigest()
    assert f"tutor@{digest[:12]}" == before.version
    assert before.version != after.version


def test_the_tutor_ships():
    """
    The default template is part of the package.
    """
    assert Template.load("tutor").version.startswith("tutor@")


def test_an_unknown_name_is_refused():
    """
    A process with a template that does not exist does not begin to serve.
    """
    with pytest.raises(UnknownPromptError, match="nobody"):
        Template.load("nobody")


def test_all_templates_ship():
    """
    The templates that are used whatever the settings say are part of the package.
    """
    assert Template.load("title").version.startswith("title@")


@pytest.mark.parametrize(
    ("prefix", "last"),
    [
        ("", (Role.USER, "Why?")),
        (" \n", (Role.USER, "Why?")),
        ("Because ", (Role.ASSISTANT, "Because ")),
    ],
)
def test_an_answer_is_gone_on_with(prefix, last):
    """
    What an answer begins with is the last message, as it is, unless it is blank.
    """
    history = [HistoryMessage(role=Role.USER, text="Why?")]

    message = Template.load("tutor").prompt(history, answer_prefix=prefix)[-1]

    assert last == (message.role, message.text)
    assert not message.may_drop


def test_examples_come_before_the_conversation(tmp_path):
    """
    Parts after the instructions are shown as a conversation of their own.
    """
    text = "Name it.\n---\nName: an egg\nEgg\n---\nName: a\nLine\nLine\n"
    (tmp_path / "t.md").write_text(text, encoding="utf-8")
    history = [HistoryMessage(role=Role.USER, text="Name: it")]

    prompt = Template.load("t", tmp_path).prompt(history)

    assert [
        (Role.SYSTEM, "Name it."),
        (Role.USER, "Name: an egg"),
        (Role.ASSISTANT, "Egg"),
        (Role.USER, "Name: a"),
        (Role.ASSISTANT, "Line\nLine"),
        (Role.USER, "Name: it"),
    ] == [(message.role, message.text) for message in prompt]
    assert not any(message.may_drop for message in prompt)
