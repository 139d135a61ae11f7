"""Files of data packages: found, never imported."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from llm_worker.embeddings.base import EmbeddingError


def find(package: str, name: str) -> Path:
    """Returns where a package keeps a file.

    Raises:
        EmbeddingError: one of them is missing.
    """
    try:
        path = Path(str(distribution(package).locate_file(name)))
    except PackageNotFoundError as error:
        raise EmbeddingError(f"the package {package} is not installed") from error
    if not path.is_file():
        raise EmbeddingError(f"{path} is missing")
    return path


def versioned(name: str, package: str) -> str:
    """Returns a model's name with the version of the package of its weights."""
    try:
        return f"{name}@{distribution(package).version}"
    except PackageNotFoundError:
        return name  # Loading says what is missing.
