"""Capabilities: what lets a writer write when its user's token has expired."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh.errors import ServiceError

PURPOSE = b"lamla.chat.capability"


def capability_grant(generation_id: UUID) -> str:
    """Makes the capability for one generation. Secret."""
    return _sign(_key(settings.SECRET_KEY), generation_id).decode()


def capability_permits(capability: str, generation_id: UUID) -> bool:
    """Says whether `capability` was granted for this generation.

    Holds over a change of `SECRET_KEY` while the old one is a fallback.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    shown = capability.encode()
    return any(
        hmac.compare_digest(shown, _sign(_key(secret), generation_id))
        for secret in secrets
    )


def capability_check(capability: str, generation_id: UUID) -> None:
    """Lets only the holder of the capability pass.

    Raises:
        ServiceError: `CAPABILITY_INVALID`.
    """
    if not capability_permits(capability, generation_id):
        raise ServiceError(
            ErrorReason.ERROR_REASON_CAPABILITY_INVALID,
            "The capability does not belong to this generation.",
        )


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), PURPOSE, "sha256")


# Each running generation shows its capability several times a second.
@lru_cache(maxsize=8192)
def _sign(key: bytes, generation_id: UUID) -> bytes:
    return urlsafe_b64encode(hmac.digest(key, generation_id.bytes, "sha256"))
