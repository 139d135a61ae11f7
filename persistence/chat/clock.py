"""The database's clock: the one that all writers have in common."""

from __future__ import annotations

from django.db.models import DateTimeField, Func


class Clock(Func):
    """The time now, and not when the transaction began."""

    function = "clock_timestamp"
    output_field = DateTimeField()
