"""`manage.py setup_postgres`: the same as `python -m persistence setup_postgres`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from persistence.setup_postgres import SetupError, plan_from, setup_postgres


class Command(BaseCommand):
    """Prepares a bare PostgreSQL server."""

    help = "Prepare a bare PostgreSQL server: roles, database, extension."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Runs it."""
        try:
            plan = plan_from(settings.CONFIG)
            setup_postgres(plan)
        except SetupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The database {plan.database} and its roles are ready.")
