"""Identifiers sort by the time they were made."""

from __future__ import annotations

from mesh.ids import uuid7


def test_later_identifiers_are_greater():
    """
    A list that is ordered by id is ordered by time.
    """
    made = [uuid7() for _ in range(1_000)]

    assert sorted(made) == made
    assert {7} == {identifier.version for identifier in made}
