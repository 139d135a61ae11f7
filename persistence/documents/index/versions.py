"""Which sets of vectors there are: the one that is searched, and one being built."""

from __future__ import annotations

from dataclasses import dataclass

from persistence.documents.models import IndexState
from persistence.pool import Connection

# Locked against the switch to a new version, which takes the rows for update: whoever
# writes vectors sees every version that will be searched after its commit.
_VERSIONS = """
SELECT id, model, state FROM documents_indexversion
WHERE state IN (1, 2)
ORDER BY state DESC
FOR SHARE
"""
_ADOPT = """
UPDATE documents_indexversion SET model = %s WHERE state = 2 AND model = ''
"""


@dataclass(frozen=True, slots=True)
class Index:
    """One index version.

    Attributes:
        model: What its vectors are made with; empty before the first one is made.
        is_active: Whether it is the one that is searched.
    """

    id: int
    model: str
    is_active: bool

    @property
    def version(self) -> str:
        """What answers call it."""
        return f"{self.model}/{self.id}"


async def index_versions(connection: Connection) -> list[Index]:
    """Returns the version that is searched, and after it the one being built, if any.

    They stay what they are until the caller's transaction ends.
    """
    cursor = await connection.execute(_VERSIONS)
    return [
        Index(number, model, state == IndexState.ACTIVE)
        for number, model, state in await cursor.fetchall()
    ]


async def index_adopt(connection: Connection, model: str) -> None:
    """Gives the first index version its model, unless it has one."""
    await connection.execute(_ADOPT, [model])
