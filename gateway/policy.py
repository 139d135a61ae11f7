"""Who may call gateway."""

from __future__ import annotations

from mesh.policy import USERS, Policy, rule

SERVICE = "lamla.chat.v1.ChatService"

_EDGE = rule(peers={"envoy"}, roles=USERS)
# Another gateway passes a user on to the one that writes the answer.
_EDGE_AND_GATEWAYS = rule(peers={"envoy", "gateway"}, roles=USERS)

POLICY: Policy = {
    f"/{SERVICE}/SendMessage": _EDGE,
    f"/{SERVICE}/Reply": _EDGE,
    f"/{SERVICE}/ResumeGeneration": _EDGE_AND_GATEWAYS,
    f"/{SERVICE}/CancelGeneration": _EDGE_AND_GATEWAYS,
    f"/{SERVICE}/GetGeneration": _EDGE_AND_GATEWAYS,
    f"/{SERVICE}/Regenerate": _EDGE,
    f"/{SERVICE}/EditMessage": _EDGE,
}
