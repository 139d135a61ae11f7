"""Who may call gateway."""

from __future__ import annotations

from mesh.policy import USERS, Policy, rule

CHAT = "lamla.chat.v1.ChatService"
COMPAT = "lamla.compat.v1.CompatService"
SEARCH = "lamla.documents.v1.SearchService"
REPORTS = "lamla.telemetry.v1.ClientReportService"

_EDGE = rule(peers={"envoy"}, roles=USERS)
# Older clients bring no token: they become guests.
_EDGE_OR_GUEST = rule(peers={"envoy"}, roles=USERS, token_optional=True)
# Another gateway passes a user on to the one that writes the answer.
_EDGE_AND_GATEWAYS = rule(peers={"envoy", "gateway"}, roles=USERS)
# Older clients send a message with a file: persistence takes the file in and asks.
_EDGE_AND_PERSISTENCE = rule(peers={"envoy", "persistence"}, roles=USERS)

POLICY: Policy = {
    f"/{CHAT}/SendMessage": _EDGE,
    f"/{CHAT}/Reply": _EDGE_AND_PERSISTENCE,
    f"/{CHAT}/ResumeGeneration": _EDGE_AND_GATEWAYS,
    f"/{CHAT}/CancelGeneration": _EDGE_AND_GATEWAYS,
    f"/{CHAT}/GetGeneration": _EDGE_AND_GATEWAYS,
    f"/{CHAT}/Regenerate": _EDGE,
    f"/{CHAT}/EditMessage": _EDGE,
    f"/{CHAT}/ContinueAnswer": _EDGE,
    f"/{CHAT}/GetModels": _EDGE,
    f"/{COMPAT}/Chat": _EDGE_OR_GUEST,
    f"/{COMPAT}/ChatStream": _EDGE_OR_GUEST,
    f"/{COMPAT}/CreateConversation": _EDGE_OR_GUEST,
    f"/{COMPAT}/ListConversations": _EDGE_OR_GUEST,
    f"/{COMPAT}/AddMessage": _EDGE_OR_GUEST,
    f"/{COMPAT}/ListDocuments": _EDGE_OR_GUEST,
    f"/{COMPAT}/GetDocument": _EDGE_OR_GUEST,
    f"/{SEARCH}/SearchChunks": _EDGE,
    f"/{REPORTS}/ReportErrors": _EDGE,
}
