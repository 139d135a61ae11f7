#!/usr/bin/env python3
"""Django's commands: `python manage.py migrate`.

With DB_OWNER_PASSWORD (or DB_OWNER_PASSWORD_FILE) in the environment they connect as
the role that owns the tables; `migrate` and `createsuperuser` need that.
"""

import os
import signal
import sys

import structlog
from django.core.management import execute_from_command_line

from mesh.settings import SettingsError


def main() -> None:
    """Runs the command that the arguments name."""
    # What commands print is their answer; it may be JSON.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "persistence.owner_settings")
    try:
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main()
