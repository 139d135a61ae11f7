"""The accounts that commands name by their e-mail address."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from persistence import orm
from persistence.identity.managers import email_normalised
from persistence.identity.models import User


async def account_find(email: str) -> UUID:
    """Returns the id of an account.

    Raises:
        CommandError: there is none.
    """
    found = await orm.run(_find, email, using="service")
    if found is None:
        raise CommandError(f"There is no account {email}.")
    return found


async def account_make(email: str) -> UUID:
    """Returns the id of an account, which is made if it is missing.

    Nobody can sign in to it until `changepassword` gives it a password.
    """
    return await orm.run(_find_or_make, email, using="service")


def _find(email: str) -> UUID | None:
    rows = User.objects.filter(email=email_normalised(email))
    return rows.values_list("id", flat=True).first()


def _find_or_make(email: str) -> UUID:
    return _find(email) or User.objects.create_user(email).id
