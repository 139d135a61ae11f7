"""What is stored about documents, their text, their chunks and their uploads.

Every row names its owner, for row-level security. Foreign keys are made by a migration
of their own: they cascade inside PostgreSQL, and they hold the owner, so that a row can
never hang below a row of somebody else. To Django they are therefore `DO_NOTHING`.

Two tables are PostgreSQL's alone, because Django has no words for them: the vectors
(`documents_chunkvector`, one partition for each index version) and the postings of the
keyword leg (`documents_posting`). Fixtures reach them through unmanaged models.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from pgvector.django import HalfVectorField

from mesh.ids import uuid7
from persistence.keys import owner_key, row_key

TITLE_MAX_LENGTH = 255
NAME_MAX_LENGTH = 200
DIMENSION = 384
"""The length of every vector: that of the column, and of the contract."""


class State(models.IntegerChoices):
    """Where a document stands. Numbers as in `lamla.documents.v1.DocumentState`."""

    QUEUED = 1
    PROCESSING = 2
    READY = 3
    FAILED = 4
    CANCELLED = 5


class Phase(models.IntegerChoices):
    """What is being done. Numbers as in `lamla.documents.v1.IngestionPhase`."""

    UNSPECIFIED = 0
    FETCHING = 1
    READING = 2
    EMBEDDING = 3
    STORING = 4


class IndexState(models.IntegerChoices):
    """What an index version is for."""

    BUILDING = 1
    ACTIVE = 2
    RETIRED = 3


class Document(models.Model):
    """A file of a user and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    title = models.CharField(max_length=TITLE_MAX_LENGTH)
    file_name = models.CharField(max_length=TITLE_MAX_LENGTH, blank=True)
    media_type = models.CharField(max_length=200, blank=True)
    size_bytes = models.BigIntegerField(db_default=0)
    # Null while it is fetched from the web.
    content_sha256 = models.BinaryField(max_length=32, null=True)
    # The original's name in the storage. Empty while it is fetched from the web.
    storage_name = models.TextField(blank=True)
    source_url = models.TextField(blank=True)

    state = models.PositiveSmallIntegerField(
        choices=State.choices, db_default=State.QUEUED
    )
    # Grows with each retry and cancellation: an ingestion of an older one must stop.
    attempt = models.IntegerField(db_default=1)
    phase = models.PositiveSmallIntegerField(
        choices=Phase.choices, db_default=Phase.UNSPECIFIED
    )
    pages_read = models.IntegerField(db_default=0)
    page_count = models.IntegerField(db_default=0)
    chunks_embedded = models.IntegerField(db_default=0)
    chunk_count = models.IntegerField(db_default=0)
    # How many terms the keyword leg sees in it, for BM25.
    term_count = models.BigIntegerField(db_default=0)
    language = models.CharField(max_length=35, blank=True)
    failed_page_count = models.IntegerField(db_default=0)
    # A serialized google.rpc.Status.
    failure = models.BinaryField(null=True)

    # Made by `seed_database`, which removes nothing else.
    is_seed = models.BooleanField(db_default=False)
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    update_time = models.DateTimeField(db_default=Now())

    class Meta:
        """Indexed for the list, and for what is not ready yet."""

        indexes: ClassVar = [
            models.Index(fields=["owner", "-id"], name="documents_document_listed"),
            models.Index(
                fields=["owner", "state"],
                name="documents_document_unfinished",
                condition=Q(state__in=[State.QUEUED, State.PROCESSING]),
            ),
        ]
        constraints: ClassVar = [
            # What the foreign keys of all that hangs below it refer to.
            models.UniqueConstraint(
                fields=["id", "owner"], name="documents_document_id_owner"
            ),
            models.UniqueConstraint(
                fields=["owner", "content_sha256"],
                name="documents_document_once",
                condition=Q(content_sha256__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="documents_document_state"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DocumentPage(models.Model):
    """One page as text, or why there is none."""

    pk = models.CompositePrimaryKey("document_id", "number", "owner_id")
    document = row_key("documents.Document")
    owner = owner_key()
    number = models.IntegerField()
    label = models.TextField(blank=True)
    text = models.TextField(blank=True)
    from_image = models.BooleanField(db_default=False)
    # A serialized google.rpc.Status of a page that could not be read.
    failure = models.BinaryField(null=True)

    def __str__(self) -> str:
        return f"{self.document_id}#{self.number}"


class DocumentChunk(models.Model):
    """A piece of a page that can be found: its text from `start` to `end`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    document = row_key("documents.Document")
    # Its place in the document, from 0.
    ordinal = models.IntegerField()
    page = models.IntegerField()
    start = models.IntegerField()
    end = models.IntegerField()
    text = models.TextField()
    headings = ArrayField(models.TextField(), db_default=[])
    # How many terms the keyword leg sees in it, for BM25.
    term_count = models.IntegerField(db_default=0)

    class Meta:
        """One chunk at each place; what foreign keys refer to."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["document", "ordinal"], name="documents_chunk_once"
            ),
            models.UniqueConstraint(
                fields=["id", "owner"], name="documents_chunk_id_owner"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class StagedVector(models.Model):
    """A vector of a chunk that is not stored yet, so that a restart need not embed it.

    Removed when its document is READY.
    """

    pk = models.CompositePrimaryKey("document_id", "index_id", "ordinal", "owner_id")
    document = row_key("documents.Document")
    owner = owner_key()
    # The index version that it is for.
    index_id = models.SmallIntegerField()
    ordinal = models.IntegerField()
    # SHA-256 of the model's name and the text: what the vector was made of.
    source_hash = models.BinaryField(max_length=32)
    embedding = HalfVectorField(dimensions=DIMENSION)

    def __str__(self) -> str:
        return f"{self.document_id}/{self.ordinal}"


class IndexVersion(models.Model):
    """One set of vectors of all chunks, made with one model.

    There is always one ACTIVE, which is searched. Its model is empty until the first
    vectors are made.
    """

    id = models.SmallIntegerField(primary_key=True)
    model = models.CharField(max_length=200, blank=True)
    state = models.PositiveSmallIntegerField(choices=IndexState.choices)
    create_time = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        """At most one is searched, at most one is being built."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"],
                name="documents_index_one_each",
                condition=Q(state__in=[IndexState.BUILDING, IndexState.ACTIVE]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model}/{self.pk}"


class Collection(models.Model):
    """Documents put together under a name."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    # The name without case, which is unique.
    name_key = models.CharField(max_length=2 * NAME_MAX_LENGTH)
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    update_time = models.DateTimeField(db_default=Now())

    class Meta:
        """Listed by name."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name_key"], name="documents_collection_name"
            ),
            models.UniqueConstraint(
                fields=["id", "owner"], name="documents_collection_id_owner"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CollectionDocument(models.Model):
    """A document is in a collection."""

    pk = models.CompositePrimaryKey("collection_id", "document_id", "owner_id")
    collection = row_key("documents.Collection")
    document = row_key("documents.Document")
    owner = owner_key()

    class Meta:
        """Found from either side."""

        indexes: ClassVar = [
            models.Index(fields=["document"], name="documents_collection_document")
        ]

    def __str__(self) -> str:
        return f"{self.collection_id}/{self.document_id}"


class Upload(models.Model):
    """Parts of a file that has not arrived as a whole yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    request_id = models.UUIDField()
    body_hash = models.BinaryField(max_length=32)
    file_name = models.CharField(max_length=TITLE_MAX_LENGTH)
    title = models.CharField(max_length=TITLE_MAX_LENGTH, blank=True)
    collection_ids = ArrayField(models.UUIDField(), db_default=[])
    content_sha256 = models.BinaryField(max_length=32, null=True)
    size_bytes = models.BigIntegerField()
    received_bytes = models.BigIntegerField(db_default=0)
    # What it became, for who asks again.
    document = row_key("documents.Document", null=True)
    expire_time = models.DateTimeField(db_index=True)

    class Meta:
        """Once for each request."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "request_id"], name="documents_upload_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class DocumentRequest(models.Model):
    """A change of documents or collections that was carried out, so it happens once.

    Outlives what it changed: a deletion can be repeated.
    """

    pk = models.CompositePrimaryKey("owner_id", "request_id")
    owner = owner_key()
    request_id = models.UUIDField()
    body_hash = models.BinaryField(max_length=32)
    # The document or the collection.
    subject_id = models.UUIDField()
    create_time = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return str(self.request_id)


class Posting(models.Model):
    """Where a term stands in up to 1,000 chunks of a document."""

    pk = models.CompositePrimaryKey(
        "owner_id", "term", "language", "document_id", "segment"
    )
    owner = owner_key()
    term = models.TextField()
    language = models.TextField()
    document = row_key("documents.Document")
    segment = models.IntegerField()
    # As `index.writer.posting` makes them.
    postings = ArrayField(models.BigIntegerField())

    class Meta:
        """Made by a migration of its own."""

        managed = False

    def __str__(self) -> str:
        return f"{self.document_id}/{self.term}"


class ModelVector(models.Model):
    """A vector of a chunk, by the model that made it: a view.

    What is written goes to each index version of that model, and nowhere if there is
    none; a first index version without a model takes it on.
    """

    pk = models.CompositePrimaryKey("model", "chunk_id")
    model = models.TextField()
    chunk = row_key("documents.DocumentChunk")
    owner = owner_key()
    document = row_key("documents.Document")
    embedding = HalfVectorField(dimensions=DIMENSION)

    class Meta:
        """Made by a migration of its own."""

        managed = False

    def __str__(self) -> str:
        return f"{self.model}/{self.chunk_id}"
