"""Only tokens that our issuer signed with EdDSA, for us, and that still hold."""

from __future__ import annotations

import asyncio
import base64
import json
import time

import grpc
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lamla.errors.v1.error_reason_pb2 import ErrorReason

from mesh import tokens
from mesh.errors import ServiceError
from mesh.ids import uuid7
from mesh.policy import Role
from mesh.testing import TokenIssuer
from mesh.tokens import RemoteKeys, TokenVerifier, keys_from_jwks

INVALID = ErrorReason.ERROR_REASON_TOKEN_INVALID
EXPIRED = ErrorReason.ERROR_REASON_TOKEN_EXPIRED


async def refusal(verifier, token):
    """Returns the reason that `token` is refused with."""
    with pytest.raises(ServiceError) as caught:
        await verifier.verify(token)
    return caught.value.reason


def unsigned(claims, header):
    """Returns a token with the given header and no signature."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (header, claims)
    ]
    return ".".join([*parts, ""])


class TestVerify:
    async def test_names_the_user(self, issuer):
        """
        User, session, role and the token itself come out of a good token.
        """
        user_id, session_id = uuid7(), uuid7()
        token = issuer.token(Role.TEACHER, user_id=user_id, session_id=session_id)

        user = await issuer.verifier.verify(token)

        assert (user_id, session_id, Role.TEACHER, token) == (
            user.id,
            user.session_id,
            user.role,
            user.token,
        )

    async def test_printing_a_user_shows_no_token(self, issuer):
        """
        A user that ends up in a log gives nothing away.
        """
        token = issuer.token()

        assert token not in repr(await issuer.verifier.verify(token))

    async def test_expired_is_told_apart(self, issuer):
        """
        A client refreshes an expired token and gives up on any other.
        """
        assert EXPIRED == await refusal(issuer.verifier, issuer.token(expires_in=-1))

    async def test_expiry_ends_a_remembered_token(self, issuer, monkeypatch):
        """
        Remembering a token does not prolong it.
        """
        verifier = issuer.verifier
        token = issuer.token(expires_in=10)
        await verifier.verify(token)
        later = time.time() + 11
        monkeypatch.setattr(tokens.time, "time", lambda: later)

        assert EXPIRED == await refusal(verifier, token)

    async def test_forged_signature(self, issuer):
        """
        Another key with the same id signs nothing for us.
        """
        forged = TokenIssuer(kid=issuer.kid).token()

        assert INVALID == await refusal(issuer.verifier, forged)

    async def test_changed_claims(self, issuer):
        """
        A claim cannot be changed under a signature.
        """
        header, claims, signature = issuer.token(Role.GUEST).split(".")
        raw = base64.urlsafe_b64decode(claims + "==").replace(b"guest", b"admin")
        claims = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

        assert INVALID == await refusal(
            issuer.verifier, f"{header}.{claims}.{signature}"
        )

    @pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES256", "RS256"])
    async def test_other_algorithms_in_the_header(self, issuer, algorithm):
        """
        The token does not choose how it is checked, least of all not at all.
        """
        claims = jwt.decode(issuer.token(), options={"verify_signature": False})
        token = unsigned(claims, {"alg": algorithm, "kid": issuer.kid, "typ": "JWT"})

        assert INVALID == await refusal(issuer.verifier, token)

    async def test_public_key_as_a_shared_secret(self, issuer):
        """
        The classic confusion: HMAC with the public key's bytes.
        """
        secret = issuer.key.public_key().public_bytes_raw()
        token = jwt.encode(
            jwt.decode(issuer.token(), options={"verify_signature": False}),
            secret,
            algorithm="HS256",
            headers={"kid": issuer.kid},
        )

        assert INVALID == await refusal(issuer.verifier, token)

    async def test_good_signature_of_another_algorithm(self, issuer):
        """
        A key of another kind is none of ours, however good its signature.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        token = jwt.encode(
            {"sub": "x"}, key, algorithm="ES256", headers={"kid": issuer.kid}
        )

        assert INVALID == await refusal(issuer.verifier, token)

    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "another"},
            {"iss": "another"},
            {"sub": "not-a-uuid"},
            {"sub": 7},
            {"sid": "not-a-uuid"},
            {"role": "root"},
            {"role": ["admin"]},
            {"iat": 2**33},  # The year 2242.
            {"iat": "soon"},
            {"nbf": 2**33},
            *({name: None} for name in tokens.CLAIMS),
        ],
        ids=str,
    )
    async def test_wrong_or_missing_claims(self, issuer, claims):
        """
        Each claim is there and means us, even when the signature is good.
        """
        assert INVALID == await refusal(issuer.verifier, issuer.token(**claims))

    @pytest.mark.parametrize(
        "headers", [{"kid": "unknown"}, {"kid": ""}, {"crit": ["x"], "x": 1}]
    )
    async def test_wrong_headers(self, issuer, headers):
        """
        A key that nobody published, or an extension that is not understood, is refused.
        """
        assert INVALID == await refusal(issuer.verifier, issuer.token(headers=headers))

    @pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 5_000, "ä.ö.ü"])
    async def test_rubbish(self, issuer, token):
        """
        What is no token at all is refused like any other.
        """
        assert INVALID == await refusal(issuer.verifier, token)

    async def test_a_little_clock_skew_is_forgiven(self, issuer):
        """
        A token from an issuer whose clock is ahead by seconds works at once.
        """
        token = issuer.token(iat=int(time.time()) + 10)

        assert await issuer.verifier.verify(token)

    async def test_memory_is_bounded(self, issuer, monkeypatch):
        """
        The oldest remembered token makes room, and is simply verified again.
        """
        monkeypatch.setattr(tokens, "CACHED_TOKENS", 2)
        verifier = issuer.verifier
        signed = [issuer.token() for _ in range(4)]
        for token in signed:
            await verifier.verify(token)

        assert signed[2:] == list(verifier._verified)  # noqa: SLF001 - It has no other face.
        assert await verifier.verify(signed[0])


class PublishedKeys:
    """A peer that publishes a JWKS document, or cannot be reached."""

    def __init__(self, *issuers):
        self.issuers = list(issuers)
        self.asked = 0
        self.error = None

    async def fetch(self):
        self.asked += 1
        if self.error:
            raise self.error
        entries = [json.loads(issuer.jwks)["keys"][0] for issuer in self.issuers]
        return json.dumps({"keys": entries})


class TestRemoteKeys:
    async def test_fetches_once(self, issuer):
        """
        Keys are kept: verifying does not call the issuer each time.
        """
        published = PublishedKeys(issuer)
        verifier = TokenVerifier(RemoteKeys(published.fetch))

        await verifier.verify(issuer.token())
        await verifier.verify(issuer.token())

        assert 1 == published.asked

    async def test_a_new_key_is_found(self, issuer):
        """
        After the issuer has rotated, tokens of the new key work.
        """
        published = PublishedKeys(issuer)
        verifier = TokenVerifier(RemoteKeys(published.fetch, patience_seconds=0))
        await verifier.verify(issuer.token())
        following = TokenIssuer(kid="next")
        published.issuers.append(following)

        assert await verifier.verify(following.token())

    async def test_unknown_key_ids_cannot_flood_the_issuer(self, issuer):
        """
        Made-up key ids cause one call per patience, not one each.
        """
        published = PublishedKeys(issuer)
        verifier = TokenVerifier(RemoteKeys(published.fetch))
        await verifier.verify(issuer.token())

        for number in range(20):
            await refusal(verifier, issuer.token(headers={"kid": f"k{number}"}))

        assert 1 == published.asked

    async def test_withdrawn_keys_lose_their_trust(self, issuer):
        """
        A key that is no longer published is forgotten when the keys are old.
        """
        published = PublishedKeys(issuer)
        verifier = TokenVerifier(
            RemoteKeys(published.fetch, patience_seconds=0, age_seconds=0)
        )
        await verifier.verify(issuer.token())
        published.issuers = []

        assert INVALID == await refusal(verifier, issuer.token())

    async def test_known_keys_outlive_their_publisher(self, issuer):
        """
        While persistence is away, those who are signed in stay so.
        """
        published = PublishedKeys(issuer)
        verifier = TokenVerifier(RemoteKeys(published.fetch, age_seconds=0))
        await verifier.verify(issuer.token())
        published.error = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE)

        assert await verifier.verify(issuer.token())

    async def test_without_keys_nothing_is_judged(self, issuer):
        """
        A token that cannot be checked is not called invalid: its user would be signed
        out for nothing.
        """
        published = PublishedKeys(issuer)
        published.error = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE)
        verifier = TokenVerifier(RemoteKeys(published.fetch))

        assert ErrorReason.ERROR_REASON_DEPENDENCY_UNAVAILABLE == await refusal(
            verifier, issuer.token()
        )

    async def test_waiting_callers_share_one_failure(self, issuer):
        """
        A publisher that hangs delays its callers once, not one after the other.
        """
        published = PublishedKeys(issuer)
        published.error = grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE)
        verifier = TokenVerifier(RemoteKeys(published.fetch))

        await asyncio.gather(*(refusal(verifier, issuer.token()) for _ in range(20)))

        assert 1 == published.asked

    def test_foreign_key_types_are_ignored(self, issuer):
        """
        A document may publish keys for others beside ours.
        """
        document = json.loads(issuer.jwks)
        document["keys"].append({"kty": "EC", "crv": "P-256", "kid": "x"})

        assert {issuer.kid} == keys_from_jwks(json.dumps(document)).keys()
