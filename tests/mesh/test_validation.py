"""Requests are held to the rules in their contract, all of them at once."""

from __future__ import annotations

import pytest
from grpc import StatusCode

from tests.mesh.echo import CHECK, CheckRequest, CountRequest, Item
from tests.mesh.failures import failure, reason, stream_failure, typed

GOOD = {"left": "x", "last": 1}


async def violations(echo, request):
    """Returns what is wrong with `request`: field, rule id and rule in words."""
    error = await failure(echo.Check(request))
    assert StatusCode.INVALID_ARGUMENT == error.code()
    assert "INVALID_FIELD" == reason(error)
    return {(v.field, v.reason): v.description for v in typed(error).field_violations}


async def test_a_good_request_passes(echo):
    """
    Rules that hold are not noticed.
    """
    await echo.Check(CheckRequest(**GOOD, text="abcde", items=[Item(name="a")]))


@pytest.mark.parametrize(
    ("request_", "field", "rule"),
    [
        (CheckRequest(**GOOD, text="abcdef"), "text", "string.max_len"),
        (CheckRequest(**GOOD, id="1"), "id", "string.uuid"),
        (
            CheckRequest(**GOOD, items=[Item(name="a"), Item()]),
            "items[1].name",
            "string.min_len",
        ),
        (
            CheckRequest(**GOOD, by_name={"k": Item()}),
            'by_name["k"].name',
            "string.min_len",
        ),
        (CheckRequest(last=1), "choice", "required"),
        (CheckRequest(left="x", first=2), "", "check.first_before_last"),
    ],
    ids=["scalar", "format", "repeated", "map", "oneof", "whole message"],
)
async def test_each_shape_is_named(echo, request_, field, rule):
    """
    A violation names its field by path and its rule, for programs and for people.
    """
    found = await violations(echo, request_)

    assert {(field, rule)} == found.keys()
    assert found[field, rule] != ""


async def test_all_violations_come_at_once(echo):
    """
    A client fixes a form in one round, not in three.
    """
    found = await violations(
        echo, CheckRequest(text="abcdef", id="1", items=[Item()], first=1)
    )

    assert {"text", "id", "items[0].name", "choice", ""} == {f for f, _ in found}


async def test_messages_count_characters(echo):
    """
    A limit in characters means what a person sees, not bytes.
    """
    await echo.Check(CheckRequest(**GOOD, text="äöüßé"))


async def test_what_is_no_message_is_refused_like_a_wrong_one(served):
    """
    Bytes that cannot be decoded are the client's fault, and typed: UNKNOWN would make
    it look like ours.
    """
    call = served.channel.channel.unary_unary(CHECK)

    error = await failure(call(b"\xff\xff\xff\xff"))

    assert StatusCode.INVALID_ARGUMENT == error.code()
    assert "INVALID_FIELD" == reason(error)


async def test_streams_are_validated_before_they_start(echo):
    """
    A stream with a bad request fails before its first message.
    """
    error = await stream_failure(echo.Count(CountRequest(to=1_000_001)))

    assert "INVALID_FIELD" == reason(error)
    assert "to" == typed(error).field_violations[0].field
