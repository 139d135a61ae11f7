"""Page tokens: where a list goes on, opaque and signed.

A token is good for one list of one owner, and none can be made up.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from struct import Struct
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from mesh.errors import ServiceError, invalid

_PLACE = Struct(">q16s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNATURE_BYTES = 16


def page_token_make(scope: str, time: datetime, last_id: UUID) -> str:
    """Makes the token for the page after the row of `time` and `last_id`.

    Args:
        scope: The list: its name, its owner and what else selects it.
    """
    place = _PLACE.pack((time - _EPOCH) // timedelta(microseconds=1), last_id.bytes)
    return urlsafe_b64encode(place + _signature(scope, place)).decode()


def page_token_read(scope: str, token: str) -> tuple[datetime, UUID]:
    """Returns the time and id of the last row of the page before.

    Raises:
        ServiceError: `INVALID_FIELD` for a token that is not of this list.
    """
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError as error:
        raise _not_ours() from error
    place, signature = raw[: _PLACE.size], raw[_PLACE.size :]
    if not constant_time_compare(signature, _signature(scope, place)):
        raise _not_ours()
    micros, last_id = _PLACE.unpack(place)
    return _EPOCH + timedelta(microseconds=micros), UUID(bytes=last_id)


def _signature(scope: str, place: bytes) -> bytes:
    key_salt = f"lamla.chat.page:{scope}"
    digest = salted_hmac(key_salt, place, algorithm="sha256").digest()
    return digest[:_SIGNATURE_BYTES]


def _not_ours() -> ServiceError:
    return invalid("page_token", "must be the `next_page_token` of a page before")
