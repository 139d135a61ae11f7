"""Ports: whoever has one is named, with the variable that moves it."""

import os
import socket

import pytest

from deploy.embedded.errors import StartError
from deploy.embedded.ports import Port, check_free
from deploy.embedded.testing import free_port


@pytest.mark.parity("A115")
def test_a_taken_port_names_its_holder_and_the_variable() -> None:
    """The person knows what to stop, or what to set instead."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1]
        with pytest.raises(StartError) as raised:
            check_free([Port(number, "the page and the API", "LAMLA_PORT")])

    message = str(raised.value)
    assert f"Port {number} (the page and the API) is taken by " in message
    assert f"(pid {os.getpid()})" in message
    assert "set LAMLA_PORT to another number" in message


def test_every_taken_port_is_named_at_once() -> None:
    """Nobody has to start three times to learn of three ports."""
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as two,
    ):
        numbers = [server.getsockname()[1] for server in (one, two)]
        with pytest.raises(StartError) as raised:
            check_free([Port(number, "a part", "LAMLA_PORT") for number in numbers])

    assert all(str(number) in str(raised.value) for number in numbers)


def test_a_port_shared_with_another_envoy_is_taken() -> None:
    """SO_REUSEPORT would let two of them answer in turns."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        with pytest.raises(StartError):
            check_free([Port(number, "a part", "LAMLA_PORT")])


def test_a_free_port_is_free() -> None:
    """Nothing is said where nothing listens."""
    check_free([Port(free_port(), "a part", "LAMLA_PORT")])
