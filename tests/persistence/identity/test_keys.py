"""The keys behind access tokens: names, publication, rotation, bad files."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mesh.ids import uuid7
from mesh.policy import Role
from mesh.tokens import StaticKeys, TokenVerifier, keys_from_jwks
from persistence.identity.keys import SigningKeyError, SigningKeys

PEM = serialization.Encoding.PEM


def private_pem(key) -> bytes:
    return key.private_bytes(
        PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_pem(key) -> bytes:
    return key.public_key().public_bytes(
        PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


class TestSigningKeys:
    def test_a_key_is_named_by_its_thumbprint(self):
        """
        RFC 8037, appendix A.3: the thumbprint of its example key.
        """
        seed = urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
        keys = SigningKeys(Ed25519PrivateKey.from_private_bytes(seed))

        assert "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" == keys.kid
        assert "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" == keys.published[0].x

    async def test_a_retired_key_still_verifies(self, tmp_path):
        """
        Tokens from before a rotation are good until they expire.
        """
        old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        token = SigningKeys(old).sign(
            user_id=uuid7(), session_id=uuid7(), role=Role.GUEST
        )
        (tmp_path / "new.key").write_bytes(private_pem(new))
        (tmp_path / "retired").mkdir()
        (tmp_path / "retired" / "old.pem").write_bytes(public_pem(old))

        keys = SigningKeys.load(tmp_path / "new.key", tmp_path / "retired")
        by_id = keys_from_jwks(keys.jwks)
        user = await TokenVerifier(StaticKeys(by_id)).verify(token.token)

        assert Role.GUEST == user.role
        assert 2 == len(json.loads(keys.jwks)["keys"])

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (None, "No such file"),
            (b"nonsense", "not a PEM private key"),
            (private_pem(ec.generate_private_key(ec.SECP256R1())), "not an Ed25519"),
        ],
        ids=["missing", "nonsense", "another kind"],
    )
    def test_a_bad_file_is_named(self, tmp_path, content, fault):
        """
        The operator learns which file is wrong and how.
        """
        path = tmp_path / "signing.key"
        if content is not None:
            path.write_bytes(content)

        with pytest.raises(SigningKeyError, match=fault) as caught:
            SigningKeys.load(path)

        assert str(path) in str(caught.value)
