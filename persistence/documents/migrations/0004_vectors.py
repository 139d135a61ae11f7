"""The vectors of chunks, one partition for each index version; the first version."""

from __future__ import annotations

from django.db import migrations
from django.db.migrations import RunSQL

from persistence.documents.vector_partitions import create_graph, create_partition
from persistence.rls import service_only

TABLE = """
    CREATE TABLE documents_chunkvector (
        index_id smallint NOT NULL REFERENCES documents_indexversion (id),
        chunk_id uuid NOT NULL,
        owner_id uuid NOT NULL,
        document_id uuid NOT NULL,
        embedding halfvec(384) NOT NULL,
        PRIMARY KEY (index_id, chunk_id),
        CONSTRAINT documents_chunkvector_chunk_fk FOREIGN KEY (chunk_id, owner_id)
            REFERENCES documents_documentchunk (id, owner_id) ON DELETE CASCADE
    ) PARTITION BY LIST (index_id);
    CREATE INDEX documents_chunkvector_owner
        ON documents_chunkvector (owner_id, document_id);
"""
FIRST = "INSERT INTO documents_indexversion (id, model, state) VALUES (1, '', 2)"


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_owner_policies")]

    operations = [
        RunSQL(FIRST, "DELETE FROM documents_indexversion"),
        RunSQL(TABLE, "DROP TABLE documents_chunkvector"),
        service_only("documents_chunkvector"),
        RunSQL(create_partition(1), RunSQL.noop),
        RunSQL(create_graph(1), RunSQL.noop),
    ]
