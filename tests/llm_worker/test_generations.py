"""Generations run on their own; any number of readers follow their one log."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker import generations as module
from llm_worker.domain import (
    Finish,
    Finished,
    FinishReason,
    Piece,
    Started,
    Tokens,
)
from llm_worker.generations import Generations
from llm_worker.providers.base import ProviderInterruptedError, ProviderRejectedError
from llm_worker.providers.scripted import Scripted
from llm_worker.routing import Router
from mesh.errors import ServiceError
from tests.llm_worker.eventually import eventually
from tests.llm_worker.fakes import ACCEPTED, STOP, Playing
from tests.llm_worker.prompts import prompt


def of(*providers, limit=8, **options):
    """Makes a registry over `providers`."""
    return Generations(Router(providers), limit=limit, **options)


async def events_of(generation, after=0):
    """Reads a generation to its end."""
    return [event async for event in generation.follow(after=after)]


def text_of(events):
    """Joins the text of `events`."""
    return "".join(event.text for event in events if isinstance(event, Tokens))


async def reason_of(reading):
    """Returns the reason that `reading` fails with."""
    with pytest.raises(ServiceError) as caught:
        await reading
    return ErrorReason.Name(caught.value.reason).removeprefix("ERROR_REASON_")


class TestFollow:
    async def test_events_are_numbered_without_gaps(self):
        """
        Started first, finished last, offsets in code points, every number once.
        """
        generation = of(Scripted()).begin(prompt(model="scripted-n50-d1"))
        events = await events_of(generation)

        assert [*range(1, len(events) + 1)] == [event.sequence for event in events]
        assert isinstance(events[0], Started)
        assert isinstance(events[-1], Finished)
        offset = 0
        for event in events[1:-1]:
            assert offset == event.text_offset
            offset += len(event.text)
        assert 50 == sum(event.token_count for event in events[1:-1])
        assert 50 == events[-1].usage.output_tokens

    async def test_a_reader_that_waits_gets_each_token_at_once(self):
        """
        Nothing is held back: the second token is made after the first was read.
        """
        gates = [asyncio.Event(), asyncio.Event()]
        provider = Playing(
            ACCEPTED, Piece("a"), gates[0], Piece("b"), gates[1], Piece("c"), STOP
        )
        generation = of(provider).begin(prompt())
        texts = []
        async for event in generation.follow():
            if isinstance(event, Tokens):
                texts.append(event.text)
                if gates:
                    gates.pop(0).set()

        assert ["a", "b", "c"] == texts

    async def test_what_arrives_together_is_one_event(self):
        """
        Each event costs a message, so tokens of one moment share one.
        """
        provider = Playing(ACCEPTED, Piece("a"), Piece("b"), Piece("c", 2), STOP)
        events = await events_of(of(provider).begin(prompt()))

        assert [Tokens(2, "abc", 0, 4)] == events[1:-1]

    async def test_every_reader_gets_the_same_events(self):
        """
        Readers that come at different times, and read at different speeds, see the
        same numbers on the same text.
        """
        generation = of(Scripted()).begin(prompt(model="scripted-n80-d1"))

        async def slowly():
            events = []
            async for event in generation.follow():
                events.append(event)
                await asyncio.sleep(0.005)
            return events

        first = asyncio.create_task(events_of(generation))
        second = asyncio.create_task(slowly())
        await asyncio.sleep(0.03)
        third = asyncio.create_task(events_of(generation))

        assert await first == await second == await third

    async def test_attaching_after_any_event_continues_there(self):
        """
        Whatever the cut, what was read before and what comes after make the same
        bytes.
        """
        registry = of(Scripted())
        generation = registry.begin(prompt(model="scripted-n40-d1"))
        whole = await events_of(generation)
        for cut in range(len(whole) + 1):
            found = registry.find(generation.id)
            rest = await events_of(found, after=cut)

            assert whole == whole[:cut] + rest

    async def test_attaching_while_it_runs_continues_there(self):
        """
        The same in the middle of the answer, with the first reader gone.
        """
        generation = of(Scripted()).begin(prompt(model="scripted-n60-d1"))
        read = []
        while not (read and isinstance(read[-1], Finished)):
            after = len(read)
            async with aclosing(generation.follow(after=after, grace=5)) as events:
                async for event in events:
                    read.append(event)
                    if len(read) >= after + 7:
                        break

        assert [*range(1, len(read) + 1)] == [event.sequence for event in read]
        assert read == await events_of(generation)

    async def test_the_same_id_attaches_from_the_begin(self):
        """
        A call repeated by a caller that lost the first one costs nothing.
        """
        provider = Playing(ACCEPTED, Piece("a"), STOP)
        registry = of(provider)
        asked = prompt()
        first = await events_of(registry.begin(asked))
        second = await events_of(registry.begin(asked))

        assert first == second
        assert 1 == len(provider.prompts)

    async def test_usage_counts_from_the_begin(self):
        """
        Time to first token and duration are those of the whole generation; tokens are
        counted here when the vendor does not say.
        """
        generation = of(Scripted()).begin(prompt(model="scripted-n3-t30-d10"))
        usage = (await events_of(generation))[-1].usage

        assert 0.03 <= usage.time_to_first_token <= usage.duration
        assert 3 == usage.output_tokens

    async def test_the_vendors_own_count_wins(self):
        """
        A character may take several tokens, which only the vendor knows.
        """
        finish = Finish(FinishReason.STOP, prompt_tokens=5, output_tokens=7)
        provider = Playing(ACCEPTED, Piece("a"), finish)
        usage = (await events_of(of(provider).begin(prompt())))[-1].usage

        assert (5, 7) == (usage.prompt_tokens, usage.output_tokens)

    async def test_an_endless_answer_is_cut(self):
        """
        A vendor that ignores the bound on the answer does not fill the memory.
        """
        endless = [Piece("x" * 500) for _ in range(100)]
        provider = Playing(ACCEPTED, *endless, STOP)
        events = await events_of(of(provider).begin(prompt(max_output_tokens=100)))

        assert FinishReason.LENGTH == events[-1].reason
        assert 7_000 > len(text_of(events))
        assert provider.closed.is_set()


class TestFailures:
    async def test_a_failure_is_replayed_to_every_reader(self):
        """
        Text before the failure is good; then each reader fails alike.
        """
        broken = ProviderInterruptedError("playing", "gone")
        registry = of(Playing(ACCEPTED, Piece("a"), broken))
        generation = registry.begin(prompt())
        for _ in range(2):
            seen = []

            async def read(seen=seen):
                async for event in registry.find(generation.id).follow():
                    seen.append(event)

            assert "PROVIDER_INTERRUPTED" == await reason_of(read())
            assert "a" == text_of(seen)

    async def test_an_unknown_model_begins_nothing(self):
        """
        The request is refused, and its id stays free.
        """
        registry = of(Scripted())
        asked = prompt(model="other")
        with pytest.raises(ServiceError) as caught:
            registry.begin(asked)

        assert ErrorReason.ERROR_REASON_MODEL_UNKNOWN == caught.value.reason
        assert "config.model" == caught.value.field_violations[0].field
        assert 0 == registry.running

    async def test_a_fault_of_ours_is_internal(self):
        """
        An exception that nobody planned ends the readers, not the process.
        """
        registry = of(Playing(ACCEPTED, RuntimeError("secret")))

        assert "INTERNAL" == await reason_of(events_of(registry.begin(prompt())))

    async def test_a_refusal_before_any_event(self):
        """
        When nobody takes the prompt, the error is all there is.
        """
        registry = of(Playing(ProviderRejectedError("playing", "no")))

        assert "PROVIDER_REJECTED" == await reason_of(
            events_of(registry.begin(prompt()))
        )


class TestEnd:
    async def test_cancel_stops_the_provider_and_ends_the_readers(self):
        """
        Cancelled is cancelled for everybody, now and in a later attach; again is no
        error.
        """
        provider = Playing(ACCEPTED, Piece("a"), asyncio.Event())
        registry = of(provider)
        generation = registry.begin(prompt())
        reading = asyncio.create_task(events_of(generation))
        await eventually(lambda: provider.prompts)

        assert registry.cancel(generation.id)
        assert "GENERATION_ENDED" == await reason_of(reading)
        await provider.closed.wait()
        assert not registry.cancel(generation.id)
        assert "GENERATION_ENDED" == await reason_of(
            events_of(registry.find(generation.id))
        )

    async def test_cancel_of_an_unknown_one_is_no_error(self):
        """
        Whoever cancels may come too late.
        """
        assert not of(Scripted()).cancel("unknown")

    async def test_without_grace_the_last_reader_takes_it_along(self):
        """
        A caller that gives no grace and leaves has cancelled.
        """
        provider = Playing(ACCEPTED, Piece("a"), asyncio.Event())
        generation = of(provider).begin(prompt())
        async with aclosing(generation.follow()) as events:
            await anext(events)
        await provider.closed.wait()

        assert not generation.is_running

    async def test_within_the_grace_it_waits_for_an_attach(self):
        """
        Who comes back in time finds it running; who does not, finds it cancelled.
        """
        provider = Playing(ACCEPTED, Piece("a"), asyncio.Event())
        generation = of(provider).begin(prompt())
        async with aclosing(generation.follow(grace=0.5)) as events:
            await anext(events)
        async with aclosing(generation.follow(grace=0.1)) as events:
            await anext(events)
            await asyncio.sleep(0.6)
            running = generation.is_running
        await provider.closed.wait()

        assert running
        assert not generation.is_running

    async def test_one_of_two_readers_may_leave(self):
        """
        As long as somebody reads, nothing is cancelled.
        """
        gate = asyncio.Event()
        generation = of(Playing(ACCEPTED, Piece("a"), gate, STOP)).begin(prompt())
        other = asyncio.create_task(events_of(generation))
        async with aclosing(generation.follow()) as events:
            await anext(events)
        await asyncio.sleep(0.02)
        gate.set()

        assert isinstance((await other)[-1], Finished)

    async def test_ended_ones_are_kept_for_a_while(self):
        """
        For a caller that lost its connection in the last moment; then they are
        forgotten.
        """
        registry = of(Scripted(), keep_seconds=0.5)
        generation = registry.begin(prompt(model="scripted-n3"))
        await events_of(generation)
        await asyncio.sleep(0)

        assert 0 == registry.running
        assert generation is registry.find(generation.id)
        with pytest.raises(ServiceError) as caught:
            await eventually(lambda: not registry.find(generation.id))
        assert ErrorReason.ERROR_REASON_GENERATION_NOT_FOUND == caught.value.reason

    async def test_what_is_kept_is_bounded(self, monkeypatch):
        """
        The oldest go when the ended ones hold more text than is allowed.
        """
        monkeypatch.setattr(module, "KEEP_CHARACTERS", 500)
        registry = of(Playing(ACCEPTED, Piece("x" * 200), STOP))
        ids = []
        for _ in range(4):
            generation = registry.begin(prompt())
            await events_of(generation)
            await generation.task
            ids.append(generation.id)
        await asyncio.sleep(0)

        with pytest.raises(ServiceError):
            registry.find(ids[1])
        assert ids[2:] == [registry.find(id_).id for id_ in ids[2:]]

    async def test_more_than_fit_are_refused(self):
        """
        With a hint when to come again; an end makes room.
        """
        registry = of(Playing(ACCEPTED, asyncio.Event()), limit=2)
        running = [registry.begin(prompt()) for _ in range(2)]
        with pytest.raises(ServiceError) as caught:
            registry.begin(prompt())
        again = registry.begin(running[0]._prompt)  # noqa: SLF001 - The same request.
        registry.cancel(running[0].id)
        await eventually(lambda: registry.running == 1)
        registry.begin(prompt())

        assert ErrorReason.ERROR_REASON_OVERLOADED == caught.value.reason
        assert caught.value.retry_after is not None
        assert running[0] is again
        await registry.close()

    async def test_closing_frees_all_providers(self):
        """
        When the process stops, every generation is over before the providers are.
        """
        provider = Playing(ACCEPTED, asyncio.Event())
        registry = of(provider)
        registry.begin(prompt())
        await eventually(lambda: provider.prompts)
        await registry.close()

        assert provider.closed.is_set()
        assert 0 == registry.running
