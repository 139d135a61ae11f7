"""Work that is done every so often, by one process at a time however many there are."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import connection

from mesh.errors import ServiceError
from persistence import orm

log = structlog.get_logger()

# Replicas that start together need not ask the database together.
JITTER = 0.1


@dataclass(frozen=True)
class Periodic:
    """One such work.

    Attributes:
        name: Of the advisory lock that keeps replicas apart, and in the log.
        work: Does a piece in one transaction, spanning owners, and says whether
            there may be more.
        seconds: Between two runs.
    """

    name: str
    work: Callable[[], bool]
    seconds: float

    async def run(self) -> None:
        """Works until cancelled; a failure is logged and tried again in time."""
        while True:
            await asyncio.sleep(self.seconds * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311 - Not a secret.
            try:
                await self.once()
            except ServiceError as error:
                log.warning(
                    "periodic_work_put_off", work=self.name, reason=error.reason_name
                )
            except Exception:
                log.exception("periodic_work_failed", work=self.name)

    async def once(self) -> None:
        """Does all there is to do now; nothing while another process does it."""
        while await orm.run(_work_alone, self.name, self.work, using="service"):
            pass


def _work_alone(name: str, work: Callable[[], bool]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"lamla:{name}"],
        )
        is_alone = cursor.fetchone()[0]
    return work() if is_alone else False
