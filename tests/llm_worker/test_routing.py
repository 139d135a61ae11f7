"""Who is asked, and who is asked instead."""

from __future__ import annotations

import pytest
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from llm_worker.domain import (
    Accepted,
    AttemptChanged,
    Finished,
    Model,
    Piece,
    Started,
    Tokens,
)
from llm_worker.generations import Generations
from llm_worker.providers.base import (
    ContextTooLongError,
    ModelUnknownError,
    ProviderInterruptedError,
    ProviderRateLimitedError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from llm_worker.providers.scripted import Scripted
from llm_worker.routing import Router
from mesh.errors import ServiceError
from tests.llm_worker.fakes import ACCEPTED, STOP, Playing
from tests.llm_worker.prompts import prompt

DOWN = ProviderUnavailableError("first", "down")
BROKEN = ProviderInterruptedError("first", "broken")
FALLS_BACK = [
    DOWN,
    BROKEN,
    ProviderRateLimitedError("first", "slow down", retry_after=3),
    ModelUnknownError("first", "m"),
]
STAYS = [ProviderRejectedError("first", "no"), ContextTooLongError("first", 100)]


def second():
    """Makes a provider that answers."""
    return Playing(Accepted("n"), Piece("b"), STOP, name="second", model="n")


async def run(*providers, **asked):
    """Returns the events of a generation over `providers`."""
    generations = Generations(Router(providers), limit=1)
    return [event async for event in generations.begin(prompt(**asked)).follow()]


async def reason_of(reading):
    """Returns the error that `reading` fails with."""
    with pytest.raises(ServiceError) as caught:
        await reading
    return caught.value


@pytest.mark.parametrize("failure", FALLS_BACK, ids=lambda e: type(e).__name__)
async def test_another_is_asked_before_the_first_token(failure):
    """
    A vendor that does not answer costs the reader nothing: the stream is that of who
    does.
    """
    events = await run(Playing(failure, name="first"), second())

    assert Started(1, "second", "n", 0) == events[0]
    assert Tokens(2, "b", 0, 1) == events[1]
    assert isinstance(events[2], Finished)


@pytest.mark.parametrize("failure", STAYS, ids=lambda e: type(e).__name__)
async def test_what_is_wrong_with_the_prompt_is_not_asked_again(failure):
    """
    A prompt that is refused for what it says is not carried from vendor to vendor.
    """
    other = second()
    error = await reason_of(run(Playing(failure, name="first"), other))

    assert error.reason in (
        ErrorReason.ERROR_REASON_PROVIDER_REJECTED,
        ErrorReason.ERROR_REASON_CONTEXT_TOO_LONG,
    )
    assert [] == other.prompts


async def test_after_acceptance_the_change_is_an_event():
    """
    Who had been told that the first one answers is told that another does, and why.
    """
    events = await run(Playing(ACCEPTED, BROKEN, name="first"), second())

    cause = "ERROR_REASON_PROVIDER_UNAVAILABLE"
    assert Started(1, "first", "m", 0) == events[0]
    assert AttemptChanged(2, 2, "second", "n", 0, cause) == events[1]
    assert Tokens(3, "b", 0, 1) == events[2]


async def test_after_the_first_token_nobody_else_is_asked():
    """
    Two models' halves make no answer.
    """
    other = second()
    first = Playing(ACCEPTED, Piece("a"), BROKEN, name="first")
    error = await reason_of(run(first, other))

    assert ErrorReason.ERROR_REASON_PROVIDER_INTERRUPTED == error.reason
    assert {"provider": "first"} == error.metadata
    assert [] == other.prompts


async def test_when_nobody_answers_the_first_failure_is_told():
    """
    It is about the provider that the operator prefers.
    """
    limited = ProviderRateLimitedError("first", "slow down", retry_after=3)
    failed = ProviderUnavailableError("second", "down")
    error = await reason_of(
        run(Playing(limited, name="first"), Playing(failed, name="second"))
    )

    assert ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED == error.reason
    assert 3 == error.retry_after.total_seconds()


async def test_a_break_before_any_text_is_no_answer():
    """
    Nothing of it is worth keeping, so the caller may simply try again.
    """
    error = await reason_of(run(Playing(ACCEPTED, BROKEN, name="first")))

    assert ErrorReason.ERROR_REASON_PROVIDER_UNAVAILABLE == error.reason


async def test_a_named_model_is_asked_of_who_has_it():
    """
    A model is chosen by name, whatever the order of the providers.
    """
    first = Playing(ACCEPTED, STOP, name="first")
    events = await run(first, second(), model="n")

    assert "second" == events[0].provider
    assert [] == first.prompts


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("n", [Model("n", "second")]),
        ("scripted-n7-d20", [Model("scripted-n7-d20", "scripted")]),
        ("scripted-q", []),
        ("gpt-5", []),
    ],
)
def test_one_model_can_be_asked_for(name, found):
    """
    By a name that is listed, or by one whose meaning its provider reads from it.
    """
    router = Router([Playing(name="first"), second(), Scripted()])

    assert found == router.models(name)


def test_models_are_listed_in_order():
    """
    The default is the first provider's first.
    """
    router = Router([Playing(name="first"), second()])

    assert ["m", "n"] == [model.name for model in router.models()]
