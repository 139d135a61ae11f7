"""Who may call which method: a table per service, checked on every call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from google.protobuf.descriptor import ServiceDescriptor

OWN_METHODS = "/lamla."


class Role(StrEnum):
    """What a user may do, as the `role` claim of a token spells it."""

    GUEST = "guest"
    STUDENT = "student"
    TEACHER = "teacher"
    ADMIN = "admin"


USERS = frozenset(Role)
MEMBERS = USERS - {Role.GUEST}


@dataclass(frozen=True)
class Rule:
    """Who may call one method.

    Attributes:
        peers: Names of the processes that may call it.
        roles: Roles of the users on whose behalf they may; None for a method that
            knows no users, and then reads no token.
        token_optional: Whether a call without a token is let through, as nobody. A
            token that is sent must be good all the same.
    """

    peers: frozenset[str]
    roles: frozenset[Role] | None = None
    token_optional: bool = False

    def __post_init__(self) -> None:
        if self.token_optional and self.roles is None:
            raise ValueError("A token can be optional only where there are roles.")


Policy = Mapping[str, Rule]


def rule(
    *,
    peers: Iterable[str],
    roles: Iterable[Role] | None = None,
    token_optional: bool = False,
) -> Rule:
    """Makes a row of a policy: `rule(peers={"envoy"}, roles=USERS)`."""
    return Rule(
        peers=frozenset(peers),
        roles=None if roles is None else frozenset(roles),
        token_optional=token_optional,
    )


def methods_of(services: Iterable[ServiceDescriptor]) -> set[str]:
    """Returns the full method names of `services`: `/package.Service/Method`."""
    return {
        f"/{service.full_name}/{method.name}"
        for service in services
        for method in service.methods
    }


def missing_rows(policy: Policy, services: Iterable[ServiceDescriptor]) -> set[str]:
    """Returns the methods of `services` that `policy` says nothing about.

    They are refused at run time; each service's tests want this to be empty.
    """
    return methods_of(services) - set(policy)


def stale_rows(policy: Policy, services: Iterable[ServiceDescriptor]) -> set[str]:
    """Returns the rows of `policy` that belong to no method of `services`."""
    return set(policy) - methods_of(services)
