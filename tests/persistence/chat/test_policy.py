"""Every method of chat has a row that says who may call it."""

from __future__ import annotations

from lamla.chat.v1 import conversation_service_pb2
from lamla.store.v1 import turn_service_pb2

from mesh.policy import USERS, missing_rows, stale_rows
from persistence.chat.policy import POLICY

SERVICES = (
    conversation_service_pb2.DESCRIPTOR.services_by_name["ConversationService"],
    turn_service_pb2.DESCRIPTOR.services_by_name["TurnService"],
)


def test_no_method_is_without_a_row():
    """
    A new RPC is refused until somebody has said who may call it.
    """
    assert set() == missing_rows(POLICY, SERVICES)
    assert set() == stale_rows(POLICY, SERVICES)


def test_turns_are_gateways():
    """
    Nobody else calls them; those that outlive a token need none.
    """
    turns = {
        method.rpartition("/")[2]: (rule.peers, rule.roles)
        for method, rule in POLICY.items()
        if "TurnService" in method
    }

    gateway = frozenset({"gateway"})
    assert {
        "BeginTurn": (gateway, USERS),
        "LocateGeneration": (gateway, USERS),
        "TakeOverGeneration": (gateway, USERS),
        "AppendEvents": (gateway, None),
        "FinishTurn": (gateway, None),
        "SetConversationTitle": (gateway, None),
    } == turns
