"""What is stored about conversations, messages and generations.

Every row names its owner, for row-level security. Foreign keys are made by a migration
of their own: they cascade inside PostgreSQL, and they hold the owner, so that a row can
never hang below a row of somebody else. To Django they are therefore `DO_NOTHING`.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from mesh.ids import uuid7
from persistence.keys import owner_key, row_key

TITLE_MAX_LENGTH = 200


class Role(models.IntegerChoices):
    """Who wrote a message. Numbers as in `lamla.chat.v1.MessageRole`."""

    USER = 1
    ASSISTANT = 2


class State(models.IntegerChoices):
    """Where a generation stands. Numbers as in `lamla.chat.v1.GenerationState`."""

    GENERATING = 1
    COMPLETE = 2
    CANCELLED = 3
    INTERRUPTED = 4
    FAILED = 5


class Finish(models.IntegerChoices):
    """Why a model stopped. Numbers as in `lamla.chat.v1.FinishReason`."""

    UNSPECIFIED = 0
    STOP = 1
    LENGTH = 2
    CONTENT_FILTER = 3


class TitleBy(models.IntegerChoices):
    """Who gave a conversation its title. A greater one is never overwritten."""

    FIRST_MESSAGE = 0
    MODEL = 1
    USER = 2


class Conversation(models.Model):
    """A tree of messages between one user and the assistant."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    title = models.CharField(max_length=TITLE_MAX_LENGTH, blank=True)
    title_by = models.PositiveSmallIntegerField(
        choices=TitleBy.choices, db_default=TitleBy.FIRST_MESSAGE
    )
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    update_time = models.DateTimeField(db_default=Now())
    pinned = models.BooleanField(db_default=False)
    archived = models.BooleanField(db_default=False)
    # Becomes null when the message is deleted.
    current_message = row_key("chat.Message", null=True)
    # When it was deleted; it can be brought back for a while.
    delete_time = models.DateTimeField(null=True)
    # The documents that its answers rest on (scopes.Scope); null: all of the owner's.
    scope = models.JSONField(null=True)
    # Made by `seed_database`, which removes nothing else.
    is_seed = models.BooleanField(db_default=False)

    class Meta:
        """Indexed for the list, and for what is to be deleted for good."""

        indexes: ClassVar = [
            models.Index(
                fields=["owner", "archived", "-pinned", "-update_time", "-id"],
                name="chat_conversation_listed",
                condition=Q(delete_time__isnull=True),
            ),
            models.Index(
                fields=["delete_time"],
                name="chat_conversation_deleted",
                condition=Q(delete_time__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            # What the foreign keys of messages and generations refer to.
            models.UniqueConstraint(
                fields=["id", "owner"], name="chat_conversation_id_owner"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Generation(models.Model):
    """The making of one answer: its request, its writer's lease, its outcome.

    The answer's row is the message with this `generation`; the question is that
    message's parent.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    conversation = row_key("chat.Conversation")

    request_id = models.UUIDField()
    body_hash = models.BinaryField(max_length=32)
    config = models.JSONField()
    prompt_version = models.CharField(max_length=100, blank=True)
    start_time = models.DateTimeField(db_default=Now(), editable=False)

    # What of the text is stored, in deltas while it is GENERATING.
    last_sequence = models.BigIntegerField(default=0)
    text_length = models.BigIntegerField(default=0)
    # How much of the text is that of the answer which this one continues.
    prefix_length = models.BigIntegerField(db_default=0)

    # The lease. Its expiry is in no index: renewing it must stay a HOT update.
    epoch = models.BigIntegerField(default=1)
    gateway_endpoint = models.TextField()
    worker_endpoint = models.TextField(blank=True)
    lease_duration = models.DurationField()
    lease_expires = models.DateTimeField()

    state = models.PositiveSmallIntegerField(
        choices=State.choices, default=State.GENERATING
    )
    end_time = models.DateTimeField(null=True)
    model = models.TextField(blank=True)
    provider = models.TextField(blank=True)
    finish_reason = models.PositiveSmallIntegerField(default=0)
    # Usage is absent as a whole when its token counts are null.
    prompt_tokens = models.BigIntegerField(null=True)
    output_tokens = models.BigIntegerField(null=True)
    time_to_first_token = models.DurationField(null=True)
    duration = models.DurationField(null=True)
    # A serialized google.rpc.Status.
    failure = models.BinaryField(null=True)
    # What the answer rests on, and how its sentences stand to that (`evidence`); null
    # when nothing was searched. The evidence itself is in the citations.
    grounding = models.JSONField(null=True)
    claims = models.JSONField(null=True)

    class Meta:
        """Indexed for what runs in a conversation, and for what has stopped running."""

        indexes: ClassVar = [
            models.Index(fields=["conversation"], name="chat_generation_conversation"),
            models.Index(
                fields=["conversation", "id"],
                name="chat_generation_running",
                condition=Q(state=State.GENERATING),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "request_id"], name="chat_generation_once"
            ),
            models.UniqueConstraint(
                fields=["id", "owner"], name="chat_generation_id_owner"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="chat_generation_state"
            ),
            models.CheckConstraint(
                condition=Q(state=State.GENERATING, end_time__isnull=True)
                | ~Q(state=State.GENERATING) & Q(end_time__isnull=False),
                name="chat_generation_ended",
            ),
            models.CheckConstraint(
                condition=Q(epoch__gte=1), name="chat_generation_epoch"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Message(models.Model):
    """One message of a conversation.

    The text of an answer is empty while it is GENERATING: it is then in the deltas.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = owner_key()
    conversation = row_key("chat.Conversation")
    parent = row_key("self", null=True)
    role = models.PositiveSmallIntegerField(choices=Role.choices)
    text = models.TextField(blank=True)
    create_time = models.DateTimeField(db_default=Now(), editable=False)
    generation = row_key("chat.Generation", null=True)

    class Meta:
        """Indexed in order of creation within a conversation."""

        indexes: ClassVar = [
            models.Index(fields=["parent"], name="chat_message_parent")
        ]
        constraints: ClassVar = [
            # Also the index of lists, and what a parent's foreign key refers to.
            models.UniqueConstraint(
                fields=["conversation", "id"], name="chat_message_conversation_id"
            ),
            models.UniqueConstraint(
                fields=["generation", "owner"], name="chat_message_generation_once"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="chat_message_role"
            ),
            models.CheckConstraint(
                condition=Q(role=Role.ASSISTANT) | Q(generation__isnull=True),
                name="chat_message_question_has_no_generation",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class GenerationDelta(models.Model):
    """A checkpointed piece of an answer that is being generated.

    In order of `text_offset` the pieces are the text so far, without gap or overlap.
    """

    pk = models.CompositePrimaryKey("generation_id", "text_offset", "owner_id")
    generation = row_key("chat.Generation")
    owner = owner_key()
    text_offset = models.BigIntegerField()
    text = models.TextField()
    last_sequence = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.generation_id}@{self.text_offset}"


class Citation(models.Model):
    """Evidence for a span of an answer: a span of a chunk of the same owner.

    Goes with its chunk: no citation points to what is not there.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    owner = owner_key()
    generation = row_key("chat.Generation")
    chunk = row_key("documents.DocumentChunk")
    document_id = models.UUIDField()
    # As it was when the answer was made.
    document_title = models.TextField()
    # All in Unicode code points: of the answer, and of the page's text.
    answer_start = models.BigIntegerField()
    answer_end = models.BigIntegerField()
    page = models.BigIntegerField()
    source_start = models.BigIntegerField()
    source_end = models.BigIntegerField()
    quote = models.TextField()
    score = models.FloatField()

    class Meta:
        """Indexed for its answer, and for what goes with a chunk."""

        indexes: ClassVar = [
            models.Index(
                fields=["generation", "answer_start"], name="chat_citation_answer"
            ),
            models.Index(fields=["chunk"], name="chat_citation_chunk"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class SearchEntry(models.Model):
    """The words of a message, or of a conversation's title.

    Beside the messages and not in them: a search reads these rows one after the other,
    and a column with an index would make each answer's end a dearer update.
    """

    # The message's, or for a title the conversation's.
    id = models.UUIDField(primary_key=True, editable=False)
    owner = owner_key()
    conversation = row_key("chat.Conversation")
    # Null for a title.
    message = row_key("chat.Message", null=True)
    words = SearchVectorField()

    class Meta:
        """Indexed by owner, and for what goes with its conversation or message."""

        indexes: ClassVar = [
            models.Index(fields=["owner"], name="chat_searchentry_owner"),
            models.Index(
                fields=["conversation", "message"], name="chat_searchentry_source"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ConversationRequest(models.Model):
    """A change of a conversation that was carried out, so that it happens once.

    Outlives its conversation: a deletion can be repeated. For the deletion of a message
    `conversation_id` is that message, for an import the first conversation.
    """

    pk = models.CompositePrimaryKey("owner_id", "request_id")
    owner = owner_key()
    request_id = models.UUIDField()
    body_hash = models.BinaryField(max_length=32)
    conversation_id = models.UUIDField()
    # How many messages were deleted.
    count = models.BigIntegerField(db_default=0)
    create_time = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return str(self.request_id)
