"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

from __future__ import annotations

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """Returns a new identifier, later than every one this process made before."""
    return uuid_utils.compat.uuid7()
