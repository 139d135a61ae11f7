"""What Envoy can be told, and the values of its templates' placeholders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.envoy.local_replies import mappers
from mesh.settings import CommaSeparated

TEMPLATES = Path(__file__).parent


class EdgeSettings(BaseSettings):
    """The limits of the edge and whose pages may call it."""

    model_config = SettingsConfigDict(
        env_prefix="LAMLA_EDGE_",
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        env_ignore_empty=True,
    )

    generate_per_minute: int = Field(
        default=60,
        ge=1,
        description="How many generating calls a user may make in a minute, and how "
        "many guests may be created from one address.",
    )
    generate_per_hour: int = Field(
        default=1_000,
        ge=1,
        description="The same in an hour.",
    )
    requests_per_minute: int = Field(
        default=600,
        ge=1,
        description="How many other calls a user, or an address without a token, may "
        "make in a minute.",
    )
    parts_per_minute: int = Field(
        default=6_000,
        ge=1,
        description="How many parts of files, of at most 1 MiB each, a user may upload "
        "in a minute.",
    )
    max_request_bytes: int = Field(
        default=1_048_576,
        ge=1_024,
        description="The largest request body that is taken, in bytes; files and their "
        "parts have limits of their own.",
    )
    max_connections: int = Field(
        default=10_000,
        ge=1,
        description="How many connections are held open; more are refused.",
    )
    trusted_hops: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How many proxies in front of Envoy may be believed about the "
        "caller's address (`x-forwarded-for`).",
    )
    cors_origins: CommaSeparated = Field(
        default=(),
        description="The origins whose pages may call besides Envoy's own, for example "
        "https://tutor.example.org; never `*`.",
    )

    @field_validator("cors_origins")
    @classmethod
    def _origins_are_exact(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            parts = urlsplit(origin)
            exact = f"{parts.scheme}://{parts.netloc}"
            if (
                "*" in origin
                or parts.scheme not in {"http", "https"}
                or not parts.hostname
                or origin.lower() != exact.lower()
            ):
                raise ValueError(
                    f"{origin!r} is not one exact origin, such as https://example.org"
                )
        return origins


@dataclass(frozen=True)
class Place:
    """Where Envoy listens, what it reads and whom it reaches.

    Attributes:
        gateway: gRPC endpoints, each `host:port`. A host may be a name that resolves
            to several addresses; each becomes an endpoint.
        persistence: gRPC endpoints.
        persistence_http: HTTP endpoints of the same processes.
        static_dir: The built page.
        schema: `build/schema.binpb`.
        certs_dir: Has Envoy's tls.crt, tls.key and ca.crt.
        config_dir: Where the filled templates lie.
        access_log: A file, or `/dev/stdout`.
        index_dir: Has a copy of the page's index.html, which is read again when it is
            replaced by a rename. None: it is the one in `static_dir`, which a build
            writes in place, so a new one is seen after a restart.
    """

    gateway: Sequence[str]
    persistence: Sequence[str]
    persistence_http: Sequence[str]
    static_dir: Path
    schema: Path
    certs_dir: Path
    config_dir: Path
    bind_address: str = "127.0.0.1"
    port: int = 8080
    admin_port: int = 9901
    access_log: str = "/dev/stdout"
    index_dir: Path | None = None


def placeholders(place: Place, settings: EdgeSettings) -> dict[str, str]:
    """Returns the value of each `${NAME}` in the templates."""
    origins = [{"exact": origin} for origin in settings.cors_origins]
    return {
        "BIND_ADDRESS": place.bind_address,
        "PORT": str(place.port),
        "ADMIN_PORT": str(place.admin_port),
        "GATEWAY_ENDPOINTS": _endpoints(place.gateway),
        "PERSISTENCE_ENDPOINTS": _endpoints(place.persistence),
        "PERSISTENCE_HTTP_ENDPOINTS": _endpoints(place.persistence_http),
        "STATIC_DIR": str(place.static_dir.absolute()),
        "INDEX_DIR": str((place.index_dir or place.static_dir).absolute()),
        "SCHEMA": str(place.schema.absolute()),
        "CERTS_DIR": str(place.certs_dir.absolute()),
        "SDS_DIR": str(place.config_dir.absolute()),
        "ACCESS_LOG": place.access_log,
        "CORS_ORIGINS": json.dumps(origins),
        "GENERATE_PER_MINUTE": str(settings.generate_per_minute),
        "GENERATE_PER_HOUR": str(settings.generate_per_hour),
        "REQUESTS_PER_MINUTE": str(settings.requests_per_minute),
        "PARTS_PER_MINUTE": str(settings.parts_per_minute),
        "MAX_REQUEST_BYTES": str(settings.max_request_bytes),
        "MAX_CONNECTIONS": str(settings.max_connections),
        "TRUSTED_HOPS": str(settings.trusted_hops),
        "LOCAL_REPLIES": json.dumps(mappers()),
    }


def _endpoints(addresses: Sequence[str]) -> str:
    """Spells endpoints as a YAML flow list, one line."""
    endpoints = []
    for address in addresses:
        host, _, port = address.rpartition(":")
        socket = {"address": host.strip("[]"), "port_value": int(port)}
        endpoints.append({"endpoint": {"address": {"socket_address": socket}}})
    return json.dumps(endpoints)
