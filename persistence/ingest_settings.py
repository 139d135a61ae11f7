"""What the ingest worker can be told by persistence's environment."""

from __future__ import annotations

from pydantic import Field

from mesh.settings import CommaSeparated
from persistence.storage_settings import StorageSettings


class IngestSettings(StorageSettings):
    """How much is ingested at a time, and what may be fetched."""

    ingest_listen: str = Field(
        default="127.0.0.1:20810",
        description="Where the ingest worker serves health over gRPC, host:port.",
    )
    ingest_documents: int = Field(
        default=32,
        ge=1,
        le=256,
        description="How many documents the ingest worker has in hand at a time; they "
        "take turns at the embedding model.",
    )
    ingest_readers: int = Field(
        default=2,
        ge=1,
        le=64,
        description="How many processes read files of more than 2 MiB at a time, and "
        "as many smaller ones beside them; each may take 1 GiB.",
    )
    ingest_embeddings: int = Field(
        default=2,
        ge=1,
        le=64,
        description="How many batches of passages llm_worker has from this process "
        "at a time: one is computed while the other waits.",
    )
    ocr_languages: CommaSeparated = Field(
        default=("eng",),
        description="Languages of text in pictures, as Tesseract names its data, "
        "comma-separated. Those that are not installed are left out.",
    )
    fetch_private: bool = Field(
        default=False,
        description="Whether web addresses in private networks, and on any port, are "
        "fetched too: for intranets. Loopback and link-local ones never are.",
    )
