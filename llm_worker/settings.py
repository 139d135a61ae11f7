"""What llm_worker can be told by its environment."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Self

from pydantic import Field, FilePath, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from llm_worker.embeddings.registry import NAMES as EMBEDDER_NAMES
from llm_worker.providers.registry import NAMES
from llm_worker.providers.script import BASE as SCRIPTED
from llm_worker.providers.script import parse
from mesh.settings import CommaSeparated, PeerSettings

ALL_ADDRESSES = {"", "0.0.0.0", "[::]"}  # noqa: S104 - Recognised, not bound.
SCHEMES = ("http://", "https://")
# The vendor of the default embedding model names none; these are in its benchmarks.
LANGUAGES: tuple[str, ...] = (
    "ar",
    "bn",
    "de",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "hi",
    "id",
    "ja",
    "ko",
    "ru",
)
LANGUAGES += ("sw", "te", "th", "zh")


class LLMWorkerSettings(PeerSettings):
    """The settings of llm_worker; `LAMLA_LLM_` and the field's name."""

    model_config = SettingsConfigDict(env_prefix="LAMLA_LLM_")

    listen: str = Field(
        default="127.0.0.1:20802",
        min_length=1,
        description="Where llm_worker serves gRPC: host:port.",
    )
    advertise: str = Field(
        default="",
        description="Where gateways reach this process again to attach: host:port. "
        "Empty means the address that it listens on, by host name when it listens on "
        "all.",
    )
    providers: CommaSeparated = Field(
        default=(),
        description="Who is asked, in this order: openai_compatible, local, scripted. "
        "Empty means openai_compatible when a base URL is set, then local.",
    )
    base_url: str = Field(
        default="",
        description="An OpenAI-compatible server, up to and without "
        "/chat/completions: https://api.openai.com/v1, http://localhost:11434/v1.",
    )
    model: CommaSeparated = Field(
        default=(),
        description="Models of the OpenAI-compatible server that may be asked for, "
        "the default first.",
    )
    api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key for the OpenAI-compatible server, if it wants one.",
    )
    first_token_seconds: float = Field(
        default=60,
        gt=0,
        le=3600,
        description="How long the OpenAI-compatible server may take until it sends "
        "anything, in seconds.",
    )
    inter_token_seconds: float = Field(
        default=30,
        gt=0,
        le=3600,
        description="How long the OpenAI-compatible server may be silent in the "
        "middle of an answer, in seconds.",
    )
    gguf: FilePath | None = Field(
        default=None,
        description="A model in GGUF format to run in this process. It gets the name "
        "of its file and becomes the local default; the small built-in one stays.",
    )
    local_context_tokens: int = Field(
        default=8192,
        ge=512,
        description="Size of the local context window, in tokens, which local "
        "generations that run at once share; at most what the model was made for.",
    )
    local_slots: int = Field(
        default=4,
        ge=1,
        le=64,
        description="How many local generations of a model run at once.",
    )
    local_decode_threads: int = Field(
        default=1,
        ge=1,
        le=256,
        description="Threads that make local tokens. More help only where as many "
        "cores are idle.",
    )
    local_batch_threads: int = Field(
        default=2,
        ge=1,
        le=256,
        description="Threads that read local prompts.",
    )
    scripted_model: str = Field(
        default=SCRIPTED,
        description="The script that the scripted provider plays when a request names "
        "no model, for example scripted-n100-d50.",
    )
    scripted_log: Path | None = Field(
        default=None,
        description="A file to which the scripted provider appends what it does, one "
        "JSON object per line.",
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
        default=1024,
        ge=1,
        description="How many generations run at once; the rest is refused with "
        "RESOURCE_EXHAUSTED.",
    )
    embedders: CommaSeparated = Field(
        default=("local",),
        min_length=1,
        description="Which embedding models this process runs, the default first: "
        "local (the best built-in one), openai_compatible, multilingual-e5-small, "
        "all-minilm-l6-v2.",
    )
    max_waiting_texts: int = Field(
        default=2048,
        ge=256,
        description="How many questions, and how many passages, may wait for a local "
        "embedding model; the rest is refused with RESOURCE_EXHAUSTED.",
    )
    embedding_threads: int = Field(
        default=0,
        ge=0,
        le=256,
        description="How many passages a local embedding model works on at once, "
        "behind all else. 0 means half as many as the machine has processors.",
    )
    embedding_base_url: str = Field(
        default="",
        description="An OpenAI-compatible server for embeddings, up to and without "
        "/embeddings. Empty means LAMLA_LLM_BASE_URL.",
    )
    embedding_api_key: SecretStr = Field(
        default=SecretStr(""),
        description="The key for the server of embeddings. Empty means "
        "LAMLA_LLM_API_KEY.",
    )
    embedding_model: str = Field(
        default="text-embedding-3-small",
        min_length=1,
        max_length=200,
        description="The embedding model of the OpenAI-compatible server.",
    )
    embedding_dimension: int = Field(
        default=384,
        ge=1,
        description="How many components its vectors are to have. The database stores "
        "384; a start with another number is refused.",
    )
    embedding_window_tokens: int = Field(
        default=8191,
        ge=1,
        description="How many tokens of a text that model sees.",
    )
    embedding_languages: CommaSeparated = Field(
        default=LANGUAGES,
        description="The languages that that model knows well, BCP 47.",
    )
    embedding_timeout_seconds: float = Field(
        default=30,
        gt=0,
        le=600,
        description="How long that model may take for a batch of texts, in seconds.",
    )

    @property
    def endpoint(self) -> str:
        """Where gateways reach this process."""
        host, _, port = self.listen.rpartition(":")
        own = f"{socket.gethostname()}:{port}" if host in ALL_ADDRESSES else self.listen
        return self.advertise or own

    @property
    def order(self) -> tuple[str, ...]:
        """The providers to ask, in order."""
        vendor = ("openai_compatible",) if self.base_url else ()
        return self.providers or (*vendor, "local")

    @property
    def output_tokens(self) -> int:
        """The bound on an answer when a request names none."""
        return min(self.default_output_tokens, self.max_output_tokens)

    @model_validator(mode="after")
    def _providers_can_be_built(self) -> Self:
        problems = [
            f"LAMLA_LLM_PROVIDERS: {name!r} is none of {', '.join(NAMES)}"
            for name in self.order
            if name not in NAMES
        ]
        if len(set(self.order)) < len(self.order):
            problems.append("LAMLA_LLM_PROVIDERS: names a provider twice")
        if "openai_compatible" in self.order:
            if not self.base_url:
                problems.append("LAMLA_LLM_BASE_URL: openai_compatible needs it")
            if not self.model:
                problems.append("LAMLA_LLM_MODEL: openai_compatible needs a model")
        if self.base_url and not self.base_url.startswith(SCHEMES):
            problems.append("LAMLA_LLM_BASE_URL: must begin with http:// or https://")
        if parse(self.scripted_model) is None:
            problems.append(f"LAMLA_LLM_SCRIPTED_MODEL: no script: {SCRIPTED}[-…]")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @model_validator(mode="after")
    def _embedders_can_be_built(self) -> Self:
        url = self.embedding_base_url or self.base_url
        problems = [
            f"LAMLA_LLM_EMBEDDERS: {name!r} is none of {', '.join(EMBEDDER_NAMES)}"
            for name in self.embedders
            if name not in EMBEDDER_NAMES
        ]
        if len(set(self.embedders)) < len(self.embedders):
            problems.append("LAMLA_LLM_EMBEDDERS: names a model twice")
        if "openai_compatible" in self.embedders and not url:
            problems.append("LAMLA_LLM_EMBEDDING_BASE_URL: openai_compatible needs it")
        if self.embedding_base_url and not url.startswith(SCHEMES):
            message = "must begin with http:// or https://"
            problems.append(f"LAMLA_LLM_EMBEDDING_BASE_URL: {message}")
        if problems:
            raise ValueError("; ".join(problems))
        return self
