"""How servers of OpenAI's wire format are asked to go on with an answer."""

from __future__ import annotations

import pytest

from llm_worker.providers.base import ProviderRejectedError
from llm_worker.providers.openai_compatible import OpenAICompatible
from tests.llm_worker.prompts import collect, prompt
from tests.llm_worker.vendor import DONE, chunk, play, playing, refused, selling

STOP = chunk(finish="stop")
BEGUN = "The sky is blue because air scatt"
FLAGS = ("continue_final_message", "add_generation_prompt")


async def go_on(answer, *owners, times=1):
    """Returns what a vendor with such models was asked, and what it is taken to say."""
    async with selling(answer) as vendor:
        vendor.listed = [
            {"id": id_, "object": "model", "created": 0, "owned_by": owner}
            for id_, owner in owners
        ]
        provider = OpenAICompatible(base_url=vendor.url, models=["m"])
        try:
            asked = [prompt(prefix=BEGUN) for _ in range(times)]
            answers = [await collect(provider.generate(one)) for one in asked]
        finally:
            await provider.close()
    return vendor.bodies, answers


@pytest.mark.parametrize(
    "owners",
    [
        [("m", "vllm")],
        [("other", "openai"), ("m", "sglang")],
        [("/models/m.gguf", "llamacpp")],
        [("m", "library")],
    ],
)
async def test_a_server_that_can_is_asked_to(owners):
    """
    It is known by the name that it lists its models under; the begin is the last
    message, and what comes is taken as it is.
    """
    bodies, [answer] = await go_on(playing(chunk("ers"), STOP, DONE), *owners)

    [body] = bodies
    assert "assistant" == body["messages"][-1]["role"]
    assert BEGUN == body["messages"][-1]["content"]
    assert [True, False] == [body[flag] for flag in FLAGS]
    assert "ers" == answer.text


@pytest.mark.parametrize("owners", [[], [("m", "openai")], [("m", None)]])
@pytest.mark.parametrize("repeated", ["because air scatt", BEGUN, ""])
async def test_any_other_is_asked_in_words(owners, repeated):
    """
    A message of ours says what to do; what the model repeats is not said twice.
    """
    steps = [part for letter in f"{repeated}ers blue." for part in (chunk(letter), 0.0)]
    bodies, [answer] = await go_on(playing(*steps, STOP, DONE), *owners)

    [body] = bodies
    assert ["assistant", "user"] == [m["role"] for m in body["messages"][-2:]]
    assert BEGUN == body["messages"][-2]["content"]
    assert body["messages"][-1]["content"].endswith("sky is blue because air scatt")
    assert not set(FLAGS) & body.keys()
    assert "ers blue." == answer.text


async def test_a_server_that_refuses_is_asked_in_words_from_then_on():
    """
    Older versions know no such flags, or their template has no place for them.
    """

    async def answer(_, request, body):
        if "continue_final_message" in body:
            message = "Extra inputs are not permitted: continue_final_message"
            return refused(400, {"message": message})
        return await play(request, chunk("ers"), STOP, DONE)

    bodies, answers = await go_on(answer, ("m", "vllm"), times=2)

    assert ["assistant", "user", "user"] == [b["messages"][-1]["role"] for b in bodies]
    assert ["ers", "ers"] == [answer.text for answer in answers]


async def test_a_refusal_of_the_prompt_stays_one():
    """
    What is wrong with a question does not become right in other words.
    """

    async def answer(*_):
        return refused(400, {"message": "unsafe"})

    with pytest.raises(ProviderRejectedError):
        await go_on(answer, ("m", "vllm"))


async def test_a_server_without_a_list_is_asked_in_words():
    """
    Whatever it answers instead of one.
    """

    async with selling(playing(chunk("ers"), STOP, DONE)) as vendor:
        vendor.listed = None
        provider = OpenAICompatible(base_url=vendor.url, models=["m"])
        got = await collect(provider.generate(prompt(prefix=BEGUN)))
        await provider.close()

    assert "user" == vendor.bodies[0]["messages"][-1]["role"]
    assert "ers" == got.text


async def test_a_new_answer_is_asked_for_as_ever():
    """
    The flags are for what was begun.
    """
    async with selling(playing(chunk("x"), STOP, DONE)) as vendor:
        vendor.listed = [{"id": "m", "owned_by": "vllm"}]
        provider = OpenAICompatible(base_url=vendor.url, models=["m"])
        await collect(provider.generate(prompt(prefix=BEGUN)))
        await collect(provider.generate(prompt()))
        await provider.close()

    assert [True, False] == [FLAGS[0] in body for body in vendor.bodies]
