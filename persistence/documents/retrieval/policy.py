"""Who may call ChunkService."""

from mesh.policy import USERS, Policy, rule
from persistence.documents.retrieval.servicer import SERVICE

_FOR_A_USER = rule(peers={"gateway"}, roles=USERS)

POLICY: Policy = {
    f"/{SERVICE}/SearchChunks": _FOR_A_USER,
    f"/{SERVICE}/GetChunks": _FOR_A_USER,
    f"/{SERVICE}/GetIndex": _FOR_A_USER,
}
