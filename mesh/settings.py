"""Reads a service's settings from the environment, and says all that is wrong at once.

Usage: one subclass of `PeerSettings` per service with its own `env_prefix`; a field
whose variable has no prefix says so with `named("DATABASE_URL")`.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticUndefined
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

FILE_SUFFIX = "_FILE"
# Variables of all services begin with it.
FAMILY = "LAMLA_"


class Environment(StrEnum):
    """Where a process runs."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"
    TEST = "test"


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A list that the environment spells `a,b,c`; spaces around a part do not count."""


class PeerSettings(BaseSettings):
    """What every process of the mesh can be told."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        populate_by_name=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    environment: Environment = Field(
        default=Environment.DEVELOPMENT,
        validation_alias="ENVIRONMENT",
        description="Where the process runs: development, staging, production or test. "
        "Production refuses what is unsafe.",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        default="INFO",
        validation_alias="LOG_LEVEL",
        description="The least severe log level that is written: DEBUG, INFO, WARNING, "
        "ERROR or CRITICAL.",
    )
    certs_dir: Path = Field(
        default=Path(".lamla/certs"),
        validation_alias="LAMLA_CERTS_DIR",
        description="Directory with this process's tls.crt, tls.key and ca.crt; read "
        "again when they change.",
    )
    drain_seconds: float = Field(
        default=10,
        ge=0,
        le=3600,
        validation_alias="LAMLA_DRAIN_SECONDS",
        description="How long running calls may go on after SIGTERM, in seconds, "
        "0 to 3600.",
    )
    drain_delay_seconds: float = Field(
        default=1,
        ge=0,
        le=60,
        validation_alias="LAMLA_DRAIN_DELAY_SECONDS",
        description="How long new calls are still taken after SIGTERM, until load "
        "balancers have seen NOT_SERVING, in seconds, 0 to 60.",
    )
    max_concurrent_rpcs: int = Field(
        default=4096,
        ge=1,
        validation_alias="LAMLA_MAX_CONCURRENT_RPCS",
        description="How many calls one process serves at a time; the rest fail with "
        "RESOURCE_EXHAUSTED.",
    )
    reflection: bool = Field(
        default=True,
        validation_alias="LAMLA_REFLECTION",
        description="Whether developers may list and describe services on the internal "
        "listeners (gRPC reflection).",
    )


Settings = TypeVar("Settings", bound=BaseSettings)


class SettingsError(Exception):
    """The environment cannot be used. `__main__` prints it and exits with 2.

    Attributes:
        problems: One readable line per problem, each naming its variable.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = sorted(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"The settings cannot be used:\n{lines}")


@dataclass(frozen=True)
class Variable:
    """One environment variable, as `.env.example` and the README show it.

    Attributes:
        type: For a person: `number`, `true or false`, `one of a, b`.
        default: As the environment would spell it; None where one is required.
        secret: Whether it is never shown, and can come from `<name>_FILE`.
    """

    name: str
    type: str
    default: str | None
    description: str
    secret: bool


def load(kind: type[Settings]) -> Settings:
    """Reads `kind` from the environment.

    Raises:
        SettingsError: naming every problem there is.
    """
    problems = unknown_variables(kind)
    values, file_problems = _read_files(kind)
    problems += file_problems
    try:
        settings = kind(**values)
    except ValidationError as error:
        names = variable_names(kind)
        told = {problem.partition(":")[0] for problem in file_problems}
        lines = [_problem(kind, names, details) for details in error.errors()]
        problems += [line for line in lines if line.partition(":")[0] not in told]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def variable_names(kind: type[BaseSettings]) -> dict[str, str]:
    """Returns the environment variable of each field of `kind`."""
    prefix = kind.model_config.get("env_prefix", "")
    return {
        name: _alias(field) or f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
    }


def variables(kind: type[BaseSettings]) -> list[Variable]:
    """Returns what can be set in `kind`, in the order of its fields."""
    names = variable_names(kind)
    return [
        Variable(
            name=names[field_name],
            type=_type_name(field.annotation),
            default=_default(field),
            description=field.description or "",
            secret=_is_secret(field),
        )
        for field_name, field in kind.model_fields.items()
    ]


def unknown_variables(
    *kinds: type[BaseSettings], prefix: str | None = None
) -> list[str]:
    """Returns a line for each variable that looks meant for `kinds` and is not.

    Args:
        prefix: What their variables begin with; by default the first one's own prefix.
            The launcher passes all kinds and `LAMLA_`.
    """
    known = {name for kind in kinds for name in variable_names(kind).values()}
    secret = {v.name for kind in kinds for v in variables(kind) if v.secret}
    known |= {f"{name}{FILE_SUFFIX}" for name in secret}
    if prefix is None:
        prefix = kinds[0].model_config.get("env_prefix", "")
    lines = []
    for name in sorted(set(os.environ) - known):
        if prefix and name.startswith(prefix):
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0)
            lines.append(f"{name}: unknown; the nearest is {nearest[0]}")
        elif name.startswith(FAMILY):
            # Another service's, as a rule; but a slip in a name that all share would
            # otherwise go unnoticed everywhere.
            shared = [
                n for n in known if n.startswith(FAMILY) and not n.startswith(prefix)
            ]
            nearest = difflib.get_close_matches(name, shared, n=1, cutoff=0.9)
            lines += [f"{name}: unknown; the nearest is {near}" for near in nearest]
    return lines


def _read_files(kind: type[BaseSettings]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field_name, variable in variable_names(kind).items():
        path = os.environ.get(f"{variable}{FILE_SUFFIX}", "")
        if not path or not _is_secret(kind.model_fields[field_name]):
            continue
        if os.environ.get(variable):
            problems.append(f"{variable}: set twice, also by {variable}{FILE_SUFFIX}")
        try:
            values[field_name] = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            problems.append(f"{variable}{FILE_SUFFIX}: cannot read {path}: {why}")
    return values, problems


def _problem(
    kind: type[BaseSettings], names: Mapping[str, str], details: ErrorDetails
) -> str:
    message = details["msg"].removeprefix("Value error, ")
    if not details["loc"]:
        return message
    key = str(details["loc"][0])
    variable = names.get(key, key)
    if details["type"] == "missing":
        fields = {names[name]: field for name, field in kind.model_fields.items()}
        field = fields.get(variable)
        return f"{variable}: required. {field.description if field else ''}".strip()
    return f"{variable}: {message[:1].lower()}{message[1:]}"


def _alias(field: FieldInfo) -> str | None:
    alias = field.validation_alias
    return alias if isinstance(alias, str) else None


def _is_secret(field: FieldInfo) -> bool:
    annotation = field.annotation
    return annotation is SecretStr or SecretStr in get_args(annotation)


def _default(field: FieldInfo) -> str | None:
    default = field.get_default(call_default_factory=False)
    if default is PydanticUndefined:
        return None
    return _spelled(default)


def _spelled(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case SecretStr():
            return ""
        case tuple() | list():
            return ",".join(map(str, value))
        case _:
            return str(value)


def _type_name(annotation: Any) -> str:
    options = [kind for kind in get_args(annotation) if kind is not type(None)]
    if annotation in NAMES:
        return NAMES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return f"one of {', '.join(annotation)}"
    if options and all(isinstance(option, str) for option in options):
        return f"one of {', '.join(options)}"
    if isinstance(options, list) and options and options[-1] is Ellipsis:
        return "comma-separated list"
    if len(options) == 1:
        return _type_name(options[0])
    return "text"


NAMES: dict[Any, str] = {
    bool: "true or false",
    float: "number",
    int: "whole number",
    Path: "path",
    SecretStr: "secret",
    str: "text",
}
