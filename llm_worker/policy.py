"""Which peers may call which method. There are no users here."""

from __future__ import annotations

from mesh.policy import Policy, rule

# A developer may try a model by hand; what runs for users is gateway's to attach to.
TRIED_BY_HAND = {"gateway", "developer"}
EMBEDDING = {"gateway", "persistence", "ingest", "developer"}

POLICY: Policy = {
    "/lamla.llm.v1.GenerationService/Generate": rule(peers=TRIED_BY_HAND),
    "/lamla.llm.v1.GenerationService/Attach": rule(peers={"gateway"}),
    "/lamla.llm.v1.GenerationService/Cancel": rule(peers={"gateway"}),
    "/lamla.llm.v1.GenerationService/ListModels": rule(peers=TRIED_BY_HAND),
    "/lamla.llm.v1.EmbeddingService/Embed": rule(peers=EMBEDDING),
    "/lamla.llm.v1.EmbeddingService/ListEmbeddingModels": rule(peers=EMBEDDING),
    "/lamla.llm.v1.EmbeddingService/CountTokens": rule(peers=EMBEDDING),
}
