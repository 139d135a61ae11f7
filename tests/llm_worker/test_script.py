"""The names of scripts, and what is said under them."""

from __future__ import annotations

import json

import pytest

from llm_worker.domain import FinishReason
from llm_worker.providers.base import (
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.script import DEFAULT_TOKENS, WORDS, Script, parse
from llm_worker.providers.scripted import Scripted
from tests.llm_worker.prompts import Answer, collect, prompt


async def said(model, text="why?", **asked):
    """Returns what a script answers."""
    return await collect(Scripted().generate(prompt(text, model=model, **asked)))


@pytest.mark.parametrize(
    ("name", "script"),
    [
        ("scripted", Script(tokens=DEFAULT_TOKENS)),
        (
            "scripted-n200-d20-t150-b4-s7",
            Script(tokens=200, delay=0.02, first_delay=0.15, burst=4, seed=7),
        ),
        ("scripted-f50", Script(tokens=DEFAULT_TOKENS, fails_after=50)),
        ("scripted-c100-u", Script(DEFAULT_TOKENS, context=100, is_unavailable=True)),
        ("scripted-echo", Script(echoes=True)),
        ("scripted-echo-n3", Script(echoes=True, tokens=3)),
        ("scripted-quote", Script(quotes=True)),
        ("scripted-q", None),
        ("scripted-n", None),
        ("scripted-n1x", None),
        ("gpt-5", None),
    ],
)
def test_names(name, script):
    """
    A name says all; what cannot be read is not a script.
    """
    assert script == parse(name)


async def test_texts_depend_on_prompt_and_seed_only():
    """
    The same prompt has the same answer in every process; another prompt or seed has
    another.
    """
    first = (await said("scripted-n30")).text

    assert first == (await said("scripted-n30-d1")).text
    assert first != (await said("scripted-n30-s1")).text
    assert first != (await said("scripted-n30", "how?")).text


async def test_texts_hold_what_breaks_naive_counting():
    """
    Bytes, UTF-16 units, code points and characters all differ in them.
    """
    text = (await said(f"scripted-n{len(WORDS)}")).text

    assert len(text) < len(text.encode("utf-16-le")) // 2 < len(text.encode())
    assert {"\u0301", "\u200d", "\n"} <= set(text)


async def test_an_echo_is_the_prompt():
    """
    What the model was given can be seen from outside, byte by byte.
    """
    answer = await said("scripted-echo", "why?\n  two  spaces ", history=["a b", "c"])

    assert (
        "system: You are a tutor.\nuser: a b\nassistant: c\nuser: why?\n  two  spaces "
        == answer.text
    )
    assert FinishReason.STOP == answer.finish.reason


@pytest.mark.parametrize("model", ["scripted-n40", "scripted-n40-s3-b4"])
async def test_a_cut_answer_is_gone_on_with(model):
    """
    Wherever the text was cut, also within a token, begin and rest are the uncut text.
    """
    whole = (await said(model, history=["a", "b"])).text
    for cut in range(1, len(whole)):
        rest = await said(model, history=["a", "b"], prefix=whole[:cut])

        assert whole == whole[:cut] + rest.text
        assert rest.tokens == rest.finish.output_tokens <= 40
        assert FinishReason.STOP == rest.finish.reason


async def test_the_bound_of_a_continued_answer_counts_what_is_new():
    """
    Cut and continued again and again, the text is the uncut one.
    """
    whole = (await said("scripted-n40")).text
    text, reasons = "", []
    while not reasons or reasons[-1] == FinishReason.LENGTH:
        rest = await said("scripted-n40", prefix=text, max_output_tokens=7)
        text += rest.text
        reasons.append(rest.finish.reason)

    assert whole == text
    assert 6 == len(reasons)


async def test_an_answer_that_is_whole_has_no_rest():
    """
    The script has said all; its end is an end, not a cut.
    """
    whole = (await said("scripted-n7")).text
    rest = await said("scripted-n7", prefix=whole)

    assert ("", FinishReason.STOP) == (rest.text, rest.finish.reason)


async def test_after_a_text_of_someone_else_the_script_begins():
    """
    What the script has not said, it cannot go on with; the answer depends on it.
    """
    first = await said("scripted-n7", prefix="Once upon")

    assert 7 == first.tokens
    assert first.text == (await said("scripted-n7", prefix="Once upon")).text
    assert first.text != (await said("scripted-n7", prefix="Once")).text


async def test_an_echo_goes_on_with_itself_or_shows_the_prefix():
    """
    A cut echo is completed; after anything else, what was given can be seen, too.
    """
    whole = (await said("scripted-echo")).text
    rest = await said("scripted-echo", prefix=whole[:20])
    other = await said("scripted-echo", prefix="Because")

    assert whole == whole[:20] + rest.text
    assert f"{whole}\nassistant: Because" == other.text


async def test_a_quotation_is_the_sentence_that_is_asked_for():
    """
    Word for word, of what stands before the question; a question alone is repeated.
    """
    text = "[1: Cats]\nCats purr. Dogs bark at\tnight! Cows moo.\n\nWhen do dogs bark?"

    assert "Dogs bark at\tnight!" == (await said("scripted-quote", text)).text
    assert "When?" == (await said("scripted-quote", "When?")).text


async def test_the_bound_cuts_the_answer():
    """
    The request's bound is below the script's.
    """
    answer = await said("scripted-n50", max_output_tokens=5)

    assert (5, FinishReason.LENGTH) == (answer.tokens, answer.finish.reason)


@pytest.mark.parametrize(
    ("model", "kind", "tokens"),
    [
        ("scripted-u", ProviderUnavailableError, 0),
        ("scripted-r", ProviderRateLimitedError, 0),
        ("scripted-x", ProviderRejectedError, 0),
        ("scripted-f0", ProviderInterruptedError, 0),
        ("scripted-f3", ProviderInterruptedError, 3),
    ],
)
async def test_faults(model, kind, tokens):
    """
    Each fails in its own way, after as many tokens as it says.
    """
    before = Answer()
    with pytest.raises(kind):
        await collect(Scripted().generate(prompt(model=model)), before)

    assert tokens == before.tokens


async def test_the_log_tells_what_was_done(tmp_path):
    """
    One line each for begin, token and close, with the time of the machine's clock.
    """
    path = tmp_path / "log.jsonl"
    provider = Scripted(log_path=path)
    asked = prompt(model="scripted-n3-d1")
    await collect(provider.generate(asked))
    await provider.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]

    assert ["begin", *["token"] * 3, "close"] == [line["event"] for line in lines]
    assert [1, 2, 3] == [line["n"] for line in lines[1:4]]
    assert {asked.generation_id} == {line["generation_id"] for line in lines}
    assert sorted(line["time"] for line in lines) == [line["time"] for line in lines]
