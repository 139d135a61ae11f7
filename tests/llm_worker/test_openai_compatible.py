"""What goes wrong at a vendor, and what the provider makes of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from llm_worker.domain import FinishReason, Piece, Role
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.openai_compatible import OpenAICompatible
from tests.llm_worker.eventually import eventually
from tests.llm_worker.prompts import Answer, collect, prompt
from tests.llm_worker.vendor import (
    DONE,
    DROP,
    chunk,
    event,
    play,
    playing,
    refused,
    selling,
    usage,
)

STOP = chunk(finish="stop")


@asynccontextmanager
async def facing(answer, **options):
    """Yields a vendor that answers so, and a provider that asks it."""
    async with selling(answer) as vendor:
        provider = OpenAICompatible(
            base_url=vendor.url, models=["m"], api_key="sk-1", **options
        )
        yield vendor, provider
        await provider.close()


async def ask(*steps, **options):
    """Returns what the provider makes of an answer of `steps`."""
    async with facing(playing(*steps), **options) as (_, provider):
        return await collect(provider.generate(prompt()))


async def failing(answer, **options):
    """Returns the error and what came before it."""
    before = Answer()
    async with facing(answer, **options) as (_, provider):
        with pytest.raises(ProviderError) as caught:
            await collect(provider.generate(prompt()), before)
    return caught.value, before


class TestRequest:
    async def test_says_what_the_prompt_says(self):
        """
        Messages, bound, temperature and key arrive as they are.
        """
        async with facing(playing(chunk("x"), STOP, DONE)) as (vendor, provider):
            await collect(
                provider.generate(prompt("why?", max_output_tokens=7, history=["a"]))
            )

        [body] = vendor.bodies
        roles = [Role.SYSTEM, Role.USER, Role.USER]
        assert roles == [message["role"] for message in body["messages"]]
        assert "why?" == body["messages"][-1]["content"]
        assert (7, 0) == (body["max_tokens"], body["temperature"])
        assert {"include_usage": True} == body["stream_options"]
        assert "Bearer sk-1" == vendor.headers[0]["authorization"]

    @pytest.mark.parametrize(
        ("parameter", "complaint"),
        [
            ("stream_options", "Unknown parameter: 'stream_options'."),
            (
                "max_tokens",
                "'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
            ),
            ("temperature", "'temperature' does not support 0 with this model."),
        ],
    )
    @pytest.mark.parametrize("status", [400, 422])
    async def test_learns_what_a_model_refuses(self, parameter, complaint, status):
        """
        A parameter that a vendor complains about is not sent to it again.
        """

        async def answer(_, request, body):
            if parameter in body:
                return refused(status, {"message": complaint})
            return await play(request, chunk("x"), STOP, DONE)

        async with facing(answer) as (vendor, provider):
            first = await collect(provider.generate(prompt()))
            await collect(provider.generate(prompt()))

        assert "x" == first.text
        assert [True, False, False] == [parameter in body for body in vendor.bodies]

    async def test_drops_history_until_the_vendor_accepts(self):
        """
        A vendor does not say how large its window is, so half of what is left goes
        each time.
        """

        async def answer(_, request, body):
            if len(body["messages"]) > 5:
                message = "This model's maximum context length is 5 messages"
                return refused(400, {"message": message})
            return await play(request, chunk("x"), STOP, DONE)

        async with facing(answer) as (vendor, provider):
            got = await collect(provider.generate(prompt(history=["h"] * 20)))

        assert [22, 12, 6, 4] == [len(body["messages"]) for body in vendor.bodies]
        assert 18 == got.accepted[0].dropped_messages


class TestStream:
    async def test_characters_split_between_reads_are_whole(self):
        """
        Bytes may be cut anywhere, also within a character or an event.
        """
        text = "naïve 👩\u200d🔬 細胞 e\u0302"
        stream = b"".join(
            [*(chunk(letter) for letter in text), STOP, usage(3, 9), DONE]
        )
        steps = [part for n in range(len(stream)) for part in (stream[n : n + 1], 0.0)]
        got = await ask(*steps)

        assert text == got.text
        assert (FinishReason.STOP, 3, 9) == (
            got.finish.reason,
            got.finish.prompt_tokens,
            got.finish.output_tokens,
        )

    async def test_halves_of_a_character_in_two_chunks_are_joined(self):
        """
        Some vendors escape a surrogate pair in two events; what is no character at
        all becomes U+FFFD.
        """
        steps = [
            rb'data: {"choices":[{"delta":{"content":"a\ud83e"}}]}' + b"\n\n",
            rb'data: {"choices":[{"delta":{"content":"\uddecb\udc00"}}]}' + b"\n\n",
        ]
        got = await ask(*steps, STOP, DONE)

        assert "a🧬b\ufffd" == got.text

    async def test_what_arrives_together_is_one_piece(self):
        """
        A piece costs the same however many tokens it holds.
        """
        gate = asyncio.Event()
        together = b"".join([chunk("a"), chunk("b"), chunk("c")])
        async with facing(playing(together, gate, STOP, DONE)) as (_, provider):
            events = provider.generate(prompt())
            await anext(events)
            piece = await anext(events)
            gate.set()
            rest = await collect(events)

        assert Piece("abc", 3) == piece
        assert "f" == rest.order

    async def test_comments_roles_and_other_fields_are_passed_over(self):
        """
        Keep-alives, role chunks, reasoning, CRLF and a last line without an end are
        no text.
        """
        got = await ask(
            b": OPENROUTER PROCESSING\r\n\r\n",
            b"event: message\nid: 1\n",
            event({"choices": [{"delta": {"role": "assistant", "content": None}}]}),
            event({"choices": [{"delta": {"reasoning_content": "hm"}}]}),
            event({"choices": []}),
            chunk("x").replace(b"\n\n", b"\r\n\r\n"),
            STOP,
            DONE.strip(),
        )

        assert "x" == got.text

    async def test_an_end_without_done_is_good_after_a_finish_reason(self):
        """
        Not every vendor sends `[DONE]`.
        """
        assert "x" == (await ask(chunk("x"), STOP)).text

    @pytest.mark.parametrize(
        ("said", "meant"),
        [
            ("length", FinishReason.LENGTH),
            ("content_filter", FinishReason.CONTENT_FILTER),
            ("eos", FinishReason.STOP),
        ],
    )
    async def test_finish_reasons(self, said, meant):
        """
        A reason that is not known means that the model ended by itself.
        """
        assert meant == (await ask(chunk("x"), chunk(finish=said), DONE)).finish.reason

    async def test_the_connection_is_used_again(self):
        """
        A whole answer leaves its connection open for the next one.
        """
        ports = set()

        async def answer(_, request, __):
            ports.add(request.transport.get_extra_info("peername")[1])
            return await play(request, chunk("x"), STOP, DONE)

        async with facing(answer) as (_, provider):
            for _ in range(3):
                await collect(provider.generate(prompt()))

        assert 1 == len(ports)


class TestRefusals:
    @pytest.mark.parametrize(
        ("status", "error", "kind"),
        [
            (401, {"message": "no key"}, ProviderUnavailableError),
            (402, {"message": "no money"}, ProviderUnavailableError),
            (403, {"message": "no"}, ProviderUnavailableError),
            (429, {"message": "slow down"}, ProviderRateLimitedError),
            (500, {"message": "oh"}, ProviderUnavailableError),
            (503, "overloaded", ProviderUnavailableError),
            (404, {"message": "no model"}, ModelUnknownError),
            (400, {"code": "model_not_found"}, ModelUnknownError),
            (400, {"code": "context_length_exceeded"}, ContextTooLongError),
            (400, {"message": "unsafe"}, ProviderRejectedError),
        ],
    )
    async def test_each_status_has_its_error(self, status, error, kind):
        """
        Statuses about us or the vendor's state allow another provider; statuses about
        the prompt do not.
        """

        async def answer(*_):
            return refused(status, error)

        caught, before = await failing(answer)

        assert kind is type(caught)
        assert "" == before.order

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [("12", 12), ("0.5", 0.5), ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("?", None)],
    )
    async def test_retry_after_is_read(self, header, seconds):
        """
        In seconds or as a date (RFC 9110); what cannot be read is not made up.
        """

        async def answer(*_):
            return refused(429, {}, **{"Retry-After": header})

        caught, _ = await failing(answer)

        assert seconds == caught.retry_after

    async def test_no_text_of_the_vendor_is_repeated(self):
        """
        A vendor's words may quote prompt or key; its codes do not.
        """

        async def answer(*_):
            return refused(401, {"code": "bad_key", "message": "Bad key sk-1"})

        caught, _ = await failing(answer)

        assert "openai_compatible: the vendor answers 401 bad_key" == str(caught)

    async def test_nobody_listens(self):
        """
        A vendor that cannot be reached is unavailable, for prompts and for health.
        """
        async with selling(playing()) as vendor:
            url = vendor.url
        provider = OpenAICompatible(base_url=url, models=["m"])
        with pytest.raises(ProviderUnavailableError):
            await collect(provider.generate(prompt()))
        with pytest.raises(ProviderUnavailableError):
            await provider.check()
        await provider.close()


class TestBreaks:
    @pytest.mark.parametrize(
        "steps",
        [
            [DROP],
            [],
            [chunk("x")[:20]],
            [b"data: what?\n\n", DONE],
            [event([1]), DONE],
            [b"x" * 1_100_000],
        ],
    )
    @pytest.mark.parametrize("has_text", [True, False])
    async def test_a_stream_that_breaks_off_is_interrupted(self, steps, has_text):
        """
        A connection that ends before the answer does, or turns into something else,
        is told apart by whether there was text.
        """
        before = [chunk("x"), 0.01] if has_text else []
        caught, answer = await failing(playing(*before, *steps))

        assert isinstance(caught, ProviderInterruptedError | ProviderUnavailableError)
        assert not has_text or isinstance(caught, ProviderInterruptedError)
        assert ("x" if has_text else "") == answer.text

    async def test_an_error_in_the_stream(self):
        """
        OpenRouter and others report errors as events of a stream that began well.
        """
        error = event({"error": {"code": 429, "message": "slow down"}})
        first, _ = await failing(playing(error, DONE))
        later, answer = await failing(playing(chunk("x"), 0.01, error, DONE))

        assert isinstance(first, ProviderRateLimitedError)
        assert isinstance(later, ProviderInterruptedError)
        assert "x" == answer.text

    async def test_a_silent_vendor_is_given_up(self):
        """
        There is a bound on the wait for the first token and one on each after it.
        """
        first, _ = await failing(playing(60.0), first_token_seconds=0.1)
        later, answer = await failing(
            playing(chunk("x"), 60.0), first_token_seconds=60, inter_token_seconds=0.1
        )

        assert isinstance(first, ProviderUnavailableError)
        assert isinstance(later, ProviderInterruptedError)
        assert "x" == answer.text

    async def test_a_vendor_that_never_answers_is_given_up(self):
        """
        The bound holds for the answer's head as well.
        """

        async def answer(*_):
            await asyncio.sleep(60)

        caught, _ = await failing(answer, first_token_seconds=0.1)

        assert isinstance(caught, ProviderUnavailableError)

    async def test_steady_tokens_outlast_the_time_outs(self):
        """
        Only silence counts, not the length of the answer.
        """
        steps = [part for _ in range(24) for part in (chunk("x"), 0.05)]
        got = await ask(
            *steps, STOP, DONE, first_token_seconds=60, inter_token_seconds=1
        )

        assert "x" * 24 == got.text

    async def test_closing_while_the_vendor_thinks_closes_its_socket(self):
        """
        Stop also works before the first token.
        """
        async with facing(playing(30.0)) as (vendor, provider):
            reader = asyncio.create_task(collect(provider.generate(prompt())))
            await eventually(lambda: bool(vendor.open))
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            await vendor.left.wait()

        assert reader.cancelled()
