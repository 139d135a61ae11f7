"""Which environment variables a settings class reads, for documents and messages."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

FILE_SUFFIX = "_FILE"
# Variables of all services begin with it.
FAMILY = "LAMLA_"
# How much alike two names are when one is a slip in writing the other; of 1.
LIKENESS = 0.9

TYPE_NAMES: dict[Any, str] = {
    bool: "true or false",
    float: "number",
    int: "whole number",
    Path: "path",
    SecretStr: "secret",
    str: "text",
}


@dataclass(frozen=True)
class Variable:
    """One environment variable, as `.env.example` and the README show it.

    Attributes:
        type: For a person: `number`, `true or false`, `one of a, b`.
        default: As the environment would spell it, empty where unset is a choice of its
            own; None where one is required.
        secret: Whether it is never shown, and can come from `<name>_FILE`.
    """

    name: str
    type: str
    default: str | None
    description: str
    secret: bool


def variables(kind: type[BaseSettings]) -> list[Variable]:
    """Returns what can be set in `kind`, in the order of its fields."""
    names = variable_names(kind)
    return [
        Variable(
            name=names[field_name],
            type=type_name(field.annotation),
            default=_default(field),
            description=field.description or "",
            secret=is_secret(field),
        )
        for field_name, field in kind.model_fields.items()
    ]


def variable_names(kind: type[BaseSettings]) -> dict[str, str]:
    """Returns the environment variable of each field of `kind`."""
    prefix = kind.model_config.get("env_prefix", "")
    return {
        name: field.validation_alias
        if isinstance(field.validation_alias, str)
        else f"{prefix}{name}".upper()
        for name, field in kind.model_fields.items()
    }


def unknown_variables(
    *kinds: type[BaseSettings], prefix: str | None = None
) -> list[str]:
    """Returns a line for each variable that looks meant for `kinds` and is not.

    Args:
        prefix: What their variables begin with; by default the first one's own prefix.
            The launcher passes all kinds and `LAMLA_`.
    """
    documented = [variable for kind in kinds for variable in variables(kind)]
    known = {variable.name for variable in documented}
    known |= {f"{v.name}{FILE_SUFFIX}" for v in documented if v.secret}
    if prefix is None:
        prefix = kinds[0].model_config.get("env_prefix", "")
    # Another service's, as a rule; but a slip in a name that all share would otherwise
    # go unnoticed everywhere.
    shared = [
        name
        for name in known
        if name.startswith(FAMILY) and not (prefix and name.startswith(prefix))
    ]
    lines = []
    for name in sorted(set(os.environ) - known):
        candidates, likeness = shared, LIKENESS
        if prefix and name.startswith(prefix):
            candidates, likeness = sorted(known), 0
        elif not name.startswith(FAMILY):
            continue
        nearest = difflib.get_close_matches(name, candidates, n=1, cutoff=likeness)
        lines += [f"{name}: unknown; the nearest is {near}" for near in nearest]
    return lines


def is_secret(field: FieldInfo) -> bool:
    """Returns whether `field` is never shown, and can come from a file."""
    return field.annotation is SecretStr or SecretStr in get_args(field.annotation)


def type_name(annotation: Any) -> str:
    """Returns what a person calls the values of `annotation`."""
    if annotation in TYPE_NAMES:
        return TYPE_NAMES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return f"one of {', '.join(annotation)}"
    options = [option for option in get_args(annotation) if option is not type(None)]
    if options and all(isinstance(option, str) for option in options):
        return f"one of {', '.join(options)}"
    if Ellipsis in options:
        return "comma-separated list"
    return type_name(options[0]) if len(options) == 1 else "text"


def _default(field: FieldInfo) -> str | None:
    default = field.get_default(call_default_factory=False)
    return None if default is PydanticUndefined else _spelled(default)


def _spelled(value: Any) -> str:
    match value:
        case None | SecretStr():
            return ""
        case bool():
            return str(value).lower()
        case tuple() | list():
            return ",".join(map(str, value))
        case _:
            return str(value)
