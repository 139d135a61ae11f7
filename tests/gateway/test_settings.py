"""What gateway can be told."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.settings import GatewaySettings
from mesh.settings import SettingsError, load


def test_the_endpoint_is_the_address_unless_told():
    """
    Other gateways are told where to find this one; "everywhere" is not a place.
    """
    plain = GatewaySettings(listen="127.0.0.1:20801")
    told = GatewaySettings(listen="0.0.0.0:1", advertise="gateway-0.lamla:1")
    everywhere = GatewaySettings(listen="0.0.0.0:1")

    assert "127.0.0.1:20801" == plain.endpoint
    assert "gateway-0.lamla:1" == told.endpoint
    assert everywhere.endpoint.endswith(":1")
    assert not everywhere.endpoint.startswith("0.")


@pytest.mark.parity("A3")
def test_the_default_never_exceeds_the_cap():
    """
    An operator who lowers the cap need not lower the default too.
    """
    assert GatewaySettings(max_output_tokens=100).output_tokens == 100


@pytest.mark.parametrize(
    "values",
    [
        {"max_output_tokens": 4097},
        {"hold_milliseconds": 50, "max_hold_milliseconds": 40},
        {"checkpoint_seconds": 3, "max_checkpoint_seconds": 2},
        {"reply_timeout_seconds": 121},
    ],
)
def test_refuses_what_makes_no_sense(values):
    """
    Limits of the contract and ranges that are none are refused at the start.
    """
    with pytest.raises(ValidationError):
        GatewaySettings(**values)


def test_a_slip_is_named(monkeypatch):
    """
    An unknown variable is refused, naming the nearest.
    """
    monkeypatch.setenv("LAMLA_GATEWAY_MAX_OUTPUT_TOKEN", "10")

    with pytest.raises(SettingsError, match="LAMLA_GATEWAY_MAX_OUTPUT_TOKENS"):
        load(GatewaySettings)
