"""What gateway can be told by its environment."""

from __future__ import annotations

import socket
from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from mesh.settings import PeerSettings

ALL_ADDRESSES = {"", "0.0.0.0", "[::]"}  # noqa: S104 - Recognised, not bound.


class GatewaySettings(PeerSettings):
    """The settings of gateway; `LAMLA_GATEWAY_` and the field's name."""

    model_config = SettingsConfigDict(env_prefix="LAMLA_GATEWAY_")

    listen: str = Field(
        default="127.0.0.1:20801",
        min_length=1,
        description="Where gateway serves gRPC: host:port.",
    )
    advertise: str = Field(
        default="",
        description="Where other gateways reach this one: host:port. Empty means the "
        "address that it listens on, by host name when it listens on all.",
    )
    persistence: str = Field(
        default="127.0.0.1:20803",
        min_length=1,
        description="Where persistence is reached: host:port or a gRPC name.",
    )
    llm_worker: str = Field(
        default="127.0.0.1:20802",
        min_length=1,
        description="Where llm_worker is reached: host:port or a gRPC name.",
    )
    prompt: str = Field(
        default="tutor",
        pattern=r"^[a-z0-9_-]{1,40}$",
        description="The name of the prompt template that answers are made with.",
    )
    passage_tokens: int = Field(
        default=2400,
        ge=100,
        le=100_000,
        description="How many tokens of passages from documents a prompt holds at "
        "most; small models and those that run on this machine get less.",
    )
    small_model_quotes: bool = Field(
        default=True,
        description="Whether answers from documents are quotes of the sentences that "
        "fit best, while the small built-in model answers; false: what it makes of "
        "them, which is often wrong.",
    )
    rewrite: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="Whether a model puts follow-up questions into words that "
        "stand for themselves before documents are searched: on, off, or auto (where "
        "the model does not run on this machine). Otherwise words of the question "
        "before are added.",
    )
    rewrite_seconds: float = Field(
        default=2.5,
        gt=0,
        le=30,
        description="How long that may take, in seconds.",
    )
    titles: bool = Field(
        default=True,
        description="Whether conversations get a title that the model makes, in the "
        "background, while nothing else is to do.",
    )
    max_output_tokens: int = Field(
        default=4096,
        ge=1,
        le=4096,
        description="The most that a request may ask for, in model tokens, 1 to 4096.",
    )
    default_output_tokens: int = Field(
        default=400,
        ge=1,
        le=4096,
        description="The bound on an answer when a request names none, in model "
        "tokens; never more than the maximum.",
    )
    default_temperature: float = Field(
        default=0.7,
        ge=0,
        le=2,
        description="The temperature when a request names none, 0 to 2.",
    )
    max_generations: int = Field(
        default=2000,
        ge=1,
        description="How many answers one process writes at a time; the rest fail "
        "with RESOURCE_EXHAUSTED.",
    )
    generation_timeout_seconds: float = Field(
        default=900,
        gt=0,
        description="How long one answer may take, in seconds.",
    )
    reply_timeout_seconds: float = Field(
        default=120,
        gt=0,
        le=120,
        description="How long Reply waits for the whole answer, in seconds, up to 120.",
    )
    heartbeat_seconds: float = Field(
        default=10,
        gt=0,
        le=60,
        description="How long a stream may be silent before a heartbeat, in seconds.",
    )
    started_seconds: float = Field(
        default=1,
        gt=0,
        le=60,
        description="How long the started event waits for llm_worker, in seconds; "
        "then it names the model and provider that were asked for.",
    )
    hold_milliseconds: float = Field(
        default=40,
        ge=0,
        le=1000,
        description="How long tokens wait to travel together, as a rule, in "
        "milliseconds. The first one never waits, and none does while few answers "
        "are written.",
    )
    max_hold_milliseconds: float = Field(
        default=100,
        ge=0,
        le=1000,
        description="The same under overload, in milliseconds.",
    )
    idle_generations: int = Field(
        default=4,
        ge=0,
        description="Up to how many answers at a time no token waits.",
    )
    checkpoint_seconds: float = Field(
        default=0.25,
        gt=0,
        le=10,
        description="How often new text is stored, in seconds.",
    )
    max_checkpoint_seconds: float = Field(
        default=2,
        gt=0,
        le=10,
        description="The same under load or while the store is slow, in seconds.",
    )
    lease_seconds: float = Field(
        default=8,
        gt=0,
        le=300,
        description="How long an answer stays this process's without a checkpoint, in "
        "seconds; then another gateway may take it over.",
    )
    proof_wait_seconds: float = Field(
        default=2,
        ge=0,
        le=30,
        description="How long the end of a grounded answer waits for its last "
        "sentences to be matched to documents, in seconds; then words alone decide.",
    )
    detach_seconds: float = Field(
        default=10,
        ge=0,
        le=60,
        description="How long llm_worker goes on when the connection to it is lost, "
        "in seconds; longer than the lease, or nothing can be taken over.",
    )
    reconnect_seconds: float = Field(
        default=10,
        ge=0,
        description="How long to try to reach llm_worker again in the middle of an "
        "answer, in seconds.",
    )
    finish_wait_seconds: float = Field(
        default=5,
        ge=0,
        description="How long the last event of an answer waits for the answer to be "
        "stored, in seconds; storing is tried on after that.",
    )
    kept_events: int = Field(
        default=4096,
        ge=1,
        description="How many events of one answer are kept for readers that resume; "
        "older ones are replaced by a snapshot.",
    )
    keep_ended_seconds: float = Field(
        default=60,
        ge=0,
        description="How long an ended answer's events are kept, in seconds.",
    )
    max_ended: int = Field(
        default=1000, ge=0, description="How many ended answers are kept at most."
    )
    max_ended_bytes: int = Field(
        default=64 * 1024 * 1024,
        ge=0,
        description="How much memory ended answers may take, in bytes, roughly.",
    )

    @property
    def endpoint(self) -> str:
        """Where other gateways reach this one."""
        host, _, port = self.listen.rpartition(":")
        own = f"{socket.gethostname()}:{port}" if host in ALL_ADDRESSES else self.listen
        return self.advertise or own

    @property
    def output_tokens(self) -> int:
        """The bound on an answer when a request names none."""
        return min(self.default_output_tokens, self.max_output_tokens)

    @model_validator(mode="after")
    def _ranges_are_ranges(self) -> Self:
        for least, most in (
            ("hold_milliseconds", "max_hold_milliseconds"),
            ("checkpoint_seconds", "max_checkpoint_seconds"),
        ):
            if getattr(self, least) > getattr(self, most):
                names = f"LAMLA_GATEWAY_{least.upper()}, LAMLA_GATEWAY_{most.upper()}"
                raise ValueError(f"{names}: the first must not exceed the second")
        return self
