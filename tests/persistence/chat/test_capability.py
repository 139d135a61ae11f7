"""Capabilities belong to one generation, and outlive a change of SECRET_KEY."""

from __future__ import annotations

from django.test import override_settings

from mesh.ids import uuid7
from persistence.chat.turns.capability import capability_grant, capability_permits


class TestCapability:
    def test_permits_its_own_generation_only(self):
        """
        Neither another generation's nor a changed one is good.
        """
        one, two = uuid7(), uuid7()
        granted = capability_grant(one)
        changed = ("B" if granted[0] == "A" else "A") + granted[1:]

        assert capability_permits(granted, one)
        assert not capability_permits(granted, two)
        assert not capability_permits(changed, one)
        assert not capability_permits("", one)

    def test_cannot_be_made_without_the_key(self):
        """
        Another SECRET_KEY makes others.
        """
        generation_id = uuid7()
        with override_settings(SECRET_KEY="x" * 50):
            forged = capability_grant(generation_id)

        assert not capability_permits(forged, generation_id)

    def test_outlives_a_change_of_the_key(self):
        """
        While the former key is a fallback, running answers can be ended.
        """
        generation_id = uuid7()
        with override_settings(SECRET_KEY="old" * 20):
            granted = capability_grant(generation_id)
        with override_settings(
            SECRET_KEY="new" * 20, SECRET_KEY_FALLBACKS=["old" * 20]
        ):
            assert capability_permits(granted, generation_id)
