"""Foreign keys of models whose constraints are made by migrations of their own.

They cascade inside PostgreSQL, and they hold the owner, so that a row can never hang
below a row of somebody else. To Django they are therefore `DO_NOTHING`.
"""

from __future__ import annotations

from django.db import models


def owner_key() -> models.ForeignKey:
    """Returns the field for whose a row is."""
    return row_key("identity.User")


def row_key(to: str, *, null: bool = False) -> models.ForeignKey:
    """Returns the field for a row of another model."""
    return models.ForeignKey(
        to,
        on_delete=models.DO_NOTHING,
        related_name="+",
        null=null,
        db_constraint=False,
        db_index=False,
    )
