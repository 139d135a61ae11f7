"""Who may call ConversationService and TurnService."""

from mesh.policy import USERS, Policy, rule

CONVERSATIONS = "/lamla.chat.v1.ConversationService"
TURNS = "/lamla.store.v1.TurnService"

_PUBLIC = rule(peers={"envoy", "developer"}, roles=USERS)
# gateway serves older clients' paths with the user's own token.
_PUBLIC_AND_GATEWAY = rule(peers={"envoy", "developer", "gateway"}, roles=USERS)
_FOR_A_USER = rule(peers={"gateway"}, roles=USERS)
# A turn outlives its user's token: a capability stands in for it.
_WITH_CAPABILITY = rule(peers={"gateway"})

POLICY: Policy = {
    f"{CONVERSATIONS}/CreateConversation": _PUBLIC_AND_GATEWAY,
    f"{CONVERSATIONS}/ListConversations": _PUBLIC_AND_GATEWAY,
    f"{CONVERSATIONS}/GetConversation": _PUBLIC,
    f"{CONVERSATIONS}/UpdateConversation": _PUBLIC,
    f"{CONVERSATIONS}/DeleteConversation": _PUBLIC,
    f"{CONVERSATIONS}/UndeleteConversation": _PUBLIC,
    f"{CONVERSATIONS}/SearchConversations": _PUBLIC,
    f"{CONVERSATIONS}/ExportConversation": _PUBLIC,
    f"{CONVERSATIONS}/ImportConversations": _PUBLIC,
    f"{CONVERSATIONS}/DeleteMessage": _PUBLIC,
    f"{CONVERSATIONS}/ListMessages": _PUBLIC,
    f"{TURNS}/BeginTurn": _FOR_A_USER,
    f"{TURNS}/LocateGeneration": _FOR_A_USER,
    f"{TURNS}/TakeOverGeneration": _FOR_A_USER,
    f"{TURNS}/AppendEvents": _WITH_CAPABILITY,
    f"{TURNS}/FinishTurn": _WITH_CAPABILITY,
    f"{TURNS}/SetConversationTitle": _WITH_CAPABILITY,
}
