"""Reads a service's settings from the environment, and says all that is wrong at once.

Usage: one subclass of `PeerSettings` per service with its own `env_prefix`; a field
whose variable has no such prefix declares it: `Field(validation_alias="DATABASE_URL")`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from mesh.variables import (
    FILE_SUFFIX,
    Variable,
    is_secret,
    type_name,
    unknown_variables,
    variable_names,
    variables,
)

__all__ = [
    "FILE_SUFFIX",
    "CommaSeparated",
    "Environment",
    "PeerSettings",
    "SettingsError",
    "Variable",
    "load",
    "unknown_variables",
    "variable_names",
    "variables",
]

# What pydantic calls a value that cannot be read as its field's type.
NOT_OF_ITS_TYPE = {
    "bool_parsing",
    "enum",
    "float_parsing",
    "int_from_float",
    "int_parsing",
    "literal_error",
}


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
        told = {_subject(problem).removesuffix(FILE_SUFFIX) for problem in problems}
        lines = [_problem(kind, names, details) for details in error.errors()]
        problems += [line for line in lines if _subject(line) not in told]
        raise SettingsError(problems) from None
    if problems:
        raise SettingsError(problems)
    return settings


def _read_files(kind: type[BaseSettings]) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field_name, variable in variable_names(kind).items():
        path = os.environ.get(f"{variable}{FILE_SUFFIX}", "")
        if not path or not is_secret(kind.model_fields[field_name]):
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
    fields = {names[name]: field for name, field in kind.model_fields.items()}
    variable = names.get(key, key)
    field = fields[variable]
    if details["type"] == "missing":
        return f"{variable}: required. {field.description}"
    if details["type"] in NOT_OF_ITS_TYPE:
        return f"{variable}: {_refusal(type_name(field.annotation))}"
    for subject in ("Input", "String", "Value"):
        message = message.replace(f"{subject} should ", "must ", 1)
    return f"{variable}: {message[:1].lower()}{message[1:]}"


def _subject(problem: str) -> str:
    return problem.partition(":")[0]


def _refusal(type_: str) -> str:
    article = "a " if type_.endswith("number") else ""
    return f"not {article}{type_}"
