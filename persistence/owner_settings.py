"""Django's settings for manage.py: the tables' owner, where its credential is given."""

from __future__ import annotations

from persistence import settings
from persistence.settings import *  # noqa: F403 - The same settings but for the login.

if settings.CONFIG.owner_database is not None:
    DATABASES = {
        **settings.DATABASES,
        "default": settings.CONFIG.owner_database.django(),
    }
