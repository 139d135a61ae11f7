"""Page tokens: where a list goes on, opaque and signed.

A token is good for one list of one owner, and none can be made up.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from mesh.errors import ServiceError, invalid

_PLACE = Struct(">qq16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SIGNATURE_BYTES = 16


@dataclass(frozen=True)
class Place:
    """The last row of a page: its id, and the numbers that it is sorted by first."""

    last_id: UUID
    first: int = 0
    second: int = 0


def page_token_make(scope: str, place: Place) -> str:
    """Makes the token for the page after the row at `place`.

    Args:
        scope: The list: its name, its owner and what else selects it.
    """
    packed = _PLACE.pack(place.first, place.second, place.last_id.bytes)
    return urlsafe_b64encode(packed + _signature(scope, packed)).decode()


def page_token_read(scope: str, token: str) -> Place:
    """Returns the place of the last row of the page before.

    Raises:
        ServiceError: `INVALID_FIELD` for a token that is not of this list.
    """
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError as error:
        raise _not_ours() from error
    packed, signature = raw[: _PLACE.size], raw[_PLACE.size :]
    if not constant_time_compare(signature, _signature(scope, packed)):
        raise _not_ours()
    first, second, last_id = _PLACE.unpack(packed)
    return Place(UUID(bytes=last_id), first, second)


def time_to_number(time: datetime) -> int:
    """Returns a time as a number, to the microsecond."""
    return (time - _EPOCH) // _MICROSECOND


def time_from_number(number: int) -> datetime:
    """Returns the time that `time_to_number` wrote."""
    return _EPOCH + number * _MICROSECOND


def _signature(scope: str, packed: bytes) -> bytes:
    key_salt = f"lamla.chat.page:{scope}"
    digest = salted_hmac(key_salt, packed, algorithm="sha256").digest()
    return digest[:_SIGNATURE_BYTES]


def _not_ours() -> ServiceError:
    return invalid("page_token", "must be the `next_page_token` of a page before")
