"""Who may call which method of persistence: the rows of all its apps."""

from mesh.policy import Policy
from persistence.chat.policy import POLICY as CHAT
from persistence.documents.policy import POLICY as DOCUMENTS
from persistence.documents.retrieval.policy import POLICY as CHUNKS
from persistence.identity.policy import POLICY as IDENTITY

POLICY: Policy = {**IDENTITY, **CHAT, **DOCUMENTS, **CHUNKS}
