"""The vectors of one index version: a partition with a graph (HNSW) of its own.

Run with the owner's credential: by the first migration, and by `regenerate_embeddings`.
"""

from __future__ import annotations

from persistence.database import APP_ROLE, SERVICE_ROLE

TABLE = "documents_chunkvector"
# pgvector's defaults: https://github.com/pgvector/pgvector#hnsw.
HNSW = "WITH (m = 16, ef_construction = 64)"


def create_partition(index_id: int) -> str:
    """Returns the statements that make the partition, without its graph."""
    name = partition(index_id)
    return f"""
        CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES IN ({index_id});
        ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
        CREATE POLICY {name}_service ON {name} TO {SERVICE_ROLE}
            USING (true) WITH CHECK (true);
        REVOKE ALL ON {name} FROM {APP_ROLE};
    """


def create_graph(index_id: int) -> str:
    """Returns the statement that indexes the partition.

    After its rows where they are many: building takes a tenth of inserting.
    """
    name = partition(index_id)
    return f"""
        CREATE INDEX {name}_hnsw ON {name}
            USING hnsw (embedding halfvec_cosine_ops) {HNSW};
    """


def drop_partition(index_id: int) -> str:
    """Returns the statement that removes an index version's vectors."""
    return f"DROP TABLE {partition(index_id)};"


def partition(index_id: int) -> str:
    """Returns the name of the partition."""
    return f"{TABLE}_{index_id:d}"
