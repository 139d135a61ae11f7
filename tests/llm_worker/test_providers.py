"""The contract of `Provider`, over every provider there is."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from llm_worker.domain import Accepted, FinishReason, Piece
from llm_worker.providers.base import ContextTooLongError, ModelUnknownError
from llm_worker.providers.registry import NAMES
from tests.llm_worker import subjects
from tests.llm_worker.prompts import collect, prompt
from tests.llm_worker.subjects import idle_after

pytestmark = pytest.mark.parity("A25")

SUBJECTS = {
    "scripted": subjects.scripted,
    "openai_compatible": subjects.openai_compatible,
    "local": subjects.local,
}
STORY = "Write a very long story about a river, with many chapters."


@pytest.fixture(params=NAMES)
async def subject(request, tmp_path):
    """Each provider in turn; one without a subject fails here."""
    async with SUBJECTS[request.param](tmp_path) as subject:
        yield subject


@pytest.fixture
def provider(subject):
    """The provider of `subject`."""
    return subject.provider


async def test_an_answer_is_accepted_then_pieces_then_one_finish(subject, provider):
    """
    Who took the prompt is known before any text, and the end comes last and once.
    """
    answer = await collect(
        provider.generate(prompt(model=subject.brief, max_output_tokens=12))
    )

    assert "a" + "p" * len(answer.pieces) + "f" == answer.order
    assert subject.brief == answer.accepted[0].model
    assert answer.pieces
    assert all(piece.text and piece.token_count > 0 for piece in answer.pieces)
    assert answer.finish.prompt_tokens > 0
    assert answer.finish.output_tokens >= answer.tokens


async def test_no_model_means_the_default(provider):
    """
    A prompt that names no model is answered by the first of those listed.
    """
    answer = await collect(provider.generate(prompt(max_output_tokens=3)))

    assert provider.models[0].name == answer.accepted[0].model


@pytest.mark.parity("A4")
async def test_the_first_piece_comes_while_the_vendor_works_on(subject, provider):
    """
    Nothing is buffered whole: text is passed on before the answer is made.
    """
    asked = prompt(STORY, model=subject.slow, max_output_tokens=150)
    async with aclosing(provider.generate(asked)) as events:
        accepted = await anext(events)
        first = await anext(events)
        busy = await subject.busy()

    assert isinstance(accepted, Accepted)
    assert isinstance(first, Piece)
    assert 1 == busy


async def test_closing_in_mid_answer_stops_the_vendor(subject, provider):
    """
    Who closes the generator saves what the rest of the answer would have cost: within
    a second the socket is closed or the decoder stopped.
    """
    asked = prompt(STORY, model=subject.slow, max_output_tokens=400)
    async with aclosing(provider.generate(asked)) as events:
        async for event in events:
            if isinstance(event, Piece):
                break

    assert await idle_after(subject) < 1


async def test_cancelling_a_reader_that_waits_stops_the_vendor(subject, provider):
    """
    The same holds when the reader is cancelled while it waits for a piece.
    """
    seen = asyncio.Event()

    async def read():
        asked = prompt(STORY, model=subject.slow, max_output_tokens=400)
        async with aclosing(provider.generate(asked)) as events:
            async for event in events:
                if isinstance(event, Piece):
                    seen.set()

    reader = asyncio.create_task(read())
    await seen.wait()
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)

    assert reader.cancelled()
    assert await idle_after(subject) < 1


@pytest.mark.parity("A3")
async def test_the_bound_on_the_answer_ends_it_with_length(subject, provider):
    """
    5 tokens asked for are 5 tokens, and the reason says that the answer is cut off.
    """
    asked = prompt(STORY, model=subject.slow, max_output_tokens=5)
    answer = await collect(provider.generate(asked))

    assert FinishReason.LENGTH == answer.finish.reason
    assert 5 == answer.finish.output_tokens
    assert answer.tokens <= 5


async def test_an_unknown_model_is_refused(provider):
    """
    Nobody is asked for a model that is not configured.
    """
    assert not provider.has("no-such-model")
    with pytest.raises(ModelUnknownError) as caught:
        await collect(provider.generate(prompt(model="no-such-model")))
    assert "no-such-model" == caught.value.model


async def test_the_oldest_messages_go_when_the_prompt_does_not_fit(subject, provider):
    """
    History that does not fit is left out from its beginning, and it is said how much.
    """
    history = [f"{n}: " + "word " * 25 for n in range(60)]
    asked = prompt(model=subject.narrow, max_output_tokens=4, history=history)
    answer = await collect(provider.generate(asked))

    assert 0 < answer.accepted[0].dropped_messages <= 60
    assert answer.text


async def test_an_answer_that_was_begun_is_gone_on_with(subject, provider):
    """
    The text goes on in mid-sentence: begin and rest make the same text as the answer
    that was not cut, and the begin is not said again.
    """
    asked = prompt(model=subject.brief, max_output_tokens=24)
    whole = await collect(provider.generate(asked))
    begin = "".join(piece.text for piece in whole.pieces[: len(whole.pieces) // 2])
    begin = begin or whole.text[: whole.text.rindex(" ")]
    left = 24 if whole.finish.reason == FinishReason.STOP else 24 - whole.tokens // 2
    rest = await collect(
        provider.generate(
            prompt(model=subject.brief, max_output_tokens=left, prefix=begin)
        )
    )

    assert 0 < len(begin) < len(whole.text)
    assert rest.text
    assert (begin + rest.text).startswith(whole.text[: len(begin) + 20])
    assert FinishReason.LENGTH == rest.finish.reason or whole.text == begin + rest.text


async def test_the_begin_of_an_answer_is_never_dropped(subject, provider):
    """
    History goes first; the question and what was said of its answer stay.
    """
    history = [f"{n}: " + "word " * 25 for n in range(60)]
    asked = prompt(
        model=subject.narrow,
        max_output_tokens=4,
        history=history,
        prefix="The sky is blue because",
    )
    answer = await collect(provider.generate(asked))

    assert 0 < answer.accepted[0].dropped_messages <= 60
    assert "The sky" not in answer.text


async def test_a_question_that_does_not_fit_is_an_error(subject, provider):
    """
    What may not be dropped is not dropped: the caller learns that it is too long.
    """
    asked = prompt("word " * 1500, model=subject.narrow)
    with pytest.raises(ContextTooLongError):
        await collect(provider.generate(asked))


async def test_answers_do_not_mix(subject, provider):
    """
    Two answers at once are the same as one after the other.
    """
    asked = [
        prompt(q, model=subject.brief, max_output_tokens=8) for q in ("Hi!", "2+2?")
    ]
    alone = [(await collect(provider.generate(one))).text for one in asked]
    together = await asyncio.gather(*(collect(provider.generate(o)) for o in asked))
    # A decoder rounds otherwise in a batch: only how its answers begin is the same.
    words = 1 if provider.name == "local" else None

    assert [text.split()[:words] for text in alone] == [
        answer.text.split()[:words] for answer in together
    ]


async def test_a_provider_that_answers_is_healthy(provider):
    """
    The probe of health passes while prompts are answered.
    """
    await collect(provider.generate(prompt(max_output_tokens=1)))
    await provider.check()
