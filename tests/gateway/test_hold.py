"""Letting tokens travel together, and the first one alone."""

from __future__ import annotations

import asyncio

import pytest

from gateway.generations.hold import HeldTokens, Hold
from gateway.generations.load import Load
from tests.gateway.generations import a_generation


def a_hold(active: int = 100, *, lag_seconds: float = 0) -> Hold:
    """Makes a hold of 40 to 100 ms for a process of that load."""
    load = Load()
    load.lag_seconds = lag_seconds
    return Hold(
        load=load,
        active=lambda: active,
        idle_generations=4,
        rule_seconds=0.04,
        max_seconds=0.1,
    )


class TestSeconds:
    @pytest.mark.parametrize(
        ("active", "lag_seconds", "expected"),
        [(4, 0, 0), (5, 0, 0.04), (4, 0.006, 0.0424), (5, 0.03, 0.1), (5, 1, 0.1)],
    )
    async def test_follows_the_load(self, active, lag_seconds, expected):
        """
        Nothing is held while few answers are written on a calm loop; 40 ms as a rule;
        up to 100 ms the later the loop runs.
        """
        assert expected == pytest.approx(
            a_hold(active, lag_seconds=lag_seconds).seconds
        )


class TestHeldTokens:
    async def test_the_first_token_never_waits(self):
        """
        A person sees the first token at once, whatever the load.
        """
        generation = a_generation()

        HeldTokens(generation, a_hold(lag_seconds=1)).add("mito", 1)

        assert "mito" == str(generation.text)

    async def test_later_ones_travel_together(self):
        """
        What comes within the hold becomes one event, with its tokens counted.
        """
        generation = a_generation()
        held = HeldTokens(generation, a_hold())
        for piece in ("a", "bc", "d"):
            held.add(piece, 1)
        assert 1 == generation.last_sequence

        await asyncio.sleep(0.06)
        held.add("e", 1)

        tokens = [event.body async for event in _so_far(generation)]
        assert [("a", 0, 1), ("bcd", 1, 2)] == tokens

    async def test_no_event_is_empty(self):
        """
        Tokens without text are counted with the next piece.
        """
        generation = a_generation()
        held = HeldTokens(generation, a_hold(0))
        held.add("", 1)
        assert 0 == generation.last_sequence

        held.add("a", 1)

        assert [("a", 0, 2)] == [event.body async for event in _so_far(generation)]

    async def test_the_end_ends_the_hold(self):
        """
        What is held goes at once when the answer ends, and only once.
        """
        generation = a_generation()
        held = HeldTokens(generation, a_hold())
        held.add("a", 1)
        held.add("b", 1)

        held.flush()
        await asyncio.sleep(0.06)

        assert (2, "ab") == (generation.last_sequence, str(generation.text))

    async def test_one_timer_lets_all_go_in_their_turn(self):
        """
        Answers are let go as they fall due, not in one burst.
        """
        hold = a_hold()
        first, second = a_generation(), a_generation()
        for generation in (first, second):
            held = HeldTokens(generation, hold)
            held.add("a", 1)
            held.add("b", 1)
            await asyncio.sleep(0.02)

        await asyncio.sleep(0.06)

        assert "ab" == str(first.text) == str(second.text)
        assert second.last_append - first.last_append > 0.01


async def _so_far(generation):
    async for event in generation.follow(0):
        yield event
        if event.sequence == generation.last_sequence:
            return
