"""Who may import whom, and what: the rules of docs/architecture.md, executable."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVICES = {"gateway", "llm_worker", "persistence"}
PACKAGES = SERVICES | {"mesh", "deploy"}

# Messages are known where calls come in and go out, and nowhere between.
SEES_MESSAGES = {
    "__main__.py",
    "clients",
    "convert.py",
    "mesh",
    "servicer.py",
    "servicers",
}
# The launcher needs every service's settings, and Envoy's configuration is gateway's.
DEPLOY_SEES = ("settings", "config", "envoy")
READS_ENVIRONMENT = {"settings.py", "config.py", "variables.py"}
DATABASE_DRIVERS = {
    "asyncpg",
    "django",
    "pgvector",
    "procrastinate",
    "psycopg",
    "psycopg2",
    "psycopg_pool",
    "sqlalchemy",
    "sqlite3",
}
VENDOR_SDKS = {
    "anthropic",
    "google.genai",
    "llama_cpp",
    "onnxruntime",
    "openai",
    "xllamacpp",
}
PLAINTEXT = {"add_insecure_port", "insecure_channel", "insecure_channel_credentials"}


def modules(*packages: str) -> list[Path]:
    """Returns the handwritten modules of `packages`, relative to the repository."""
    return sorted(
        path.relative_to(ROOT)
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if "node_modules" not in path.parts
    )


@cache
def tree(path: Path) -> ast.Module:
    """Returns the parsed module."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Yields the dotted names that the module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ["", *path.parts[: len(path.parts) - node.level]][1:]
            prefix = ".".join(base) + "." if node.level else ""
            source = f"{prefix}{node.module or ''}".rstrip(".")
            yield from (f"{source}.{alias.name}" for alias in node.names)


def is_from(name: str, packages: set[str]) -> bool:
    """Returns whether the dotted `name` is, or lies in, one of `packages`."""
    return any(name == p or name.startswith(f"{p}.") for p in packages)


def attributes(path: Path) -> Iterator[ast.Attribute]:
    """Yields every `x.y` of the module."""
    nodes = ast.walk(tree(path))
    return (node for node in nodes if isinstance(node, ast.Attribute))


def broken(rule: Callable[[Path], set[str]], *packages: str) -> dict[str, set[str]]:
    """Returns what breaks a rule, by module."""
    found = {str(path): rule(path) for path in modules(*(packages or PACKAGES))}
    return {path: names for path, names in found.items() if names}


def drivers(path: Path) -> set[str]:
    """Returns what a module imports of database drivers."""
    return {name for name in imports(path) if is_from(name, DATABASE_DRIVERS)}


def test_imports_go_one_way():
    """
    A service imports itself, `mesh` and generated code; `mesh` imports no service;
    nothing imports `deploy`, which sees of services only what configures them.
    """

    def foreign(path: Path) -> set[str]:
        own = path.parts[0]
        others = PACKAGES - {own, "mesh"}
        found = {name for name in imports(path) if is_from(name, others)}
        if own == "deploy":
            return {name for name in found if name.split(".")[1] not in DEPLOY_SEES}
        return found

    assert {} == broken(foreign)


def test_protobuf_stays_at_the_edges():
    """
    Only servicers, clients and converters know generated messages; enums of
    `lamla.errors` are vocabulary and may be used anywhere.
    """

    def messages(path: Path) -> set[str]:
        if SEES_MESSAGES & set(path.parts):
            return set()
        found = {name for name in imports(path) if is_from(name, {"lamla"})}
        return {name for name in found if not is_from(name, {"lamla.errors"})}

    assert {} == broken(messages)


@pytest.mark.parity("A11")
def test_llm_worker_reaches_no_database():
    """
    The worker is stateless: it has no driver that could hold state elsewhere.
    """
    assert {} == broken(drivers, "llm_worker")


def test_only_persistence_reaches_the_database():
    """
    There is one source of truth, and one process with its credential.
    """
    assert {} == broken(drivers, "gateway", "mesh")


@pytest.mark.parametrize("sdk", sorted(VENDOR_SDKS))
def test_a_vendors_sdk_stays_in_its_adapter(sdk):
    """
    One file per vendor and port knows its SDK, so that replacing it is one file's work;
    besides the one that makes the connections of both ports.
    """
    users = [
        path.parent.name
        for path in modules(*PACKAGES)
        if path.stem != "vendor_client"
        and any(is_from(name, {sdk}) for name in imports(path))
    ]

    assert len(users) == len(set(users))
    assert {"providers", "embeddings"} >= set(users)


def test_the_environment_is_read_in_settings():
    """
    What a process can be told is in its settings class, documented and checked.
    """

    def reads(path: Path) -> set[str]:
        if path.name in READS_ENVIRONMENT or path.parts[0] == "deploy":
            return set()
        parents = {
            child: node
            for node in ast.walk(tree(path))
            for child in ast.iter_child_nodes(node)
        }
        return {
            ast.unparse(node)
            for node in attributes(path)
            if ast.unparse(node) in {"os.environ", "os.getenv"}
            # Telling a library something through it is no reading.
            and getattr(parents[node], "attr", "") != "setdefault"
        }

    assert {} == broken(reads)


def test_nothing_is_served_or_called_in_plaintext():
    """
    Peers speak mutual TLS, everywhere.
    """
    assert {} == broken(lambda path: {n.attr for n in attributes(path)} & PLAINTEXT)


def test_the_orm_has_one_bridge():
    """
    Synchronous Django is reached through `persistence.orm`, whose pool is bounded; the
    HTTP side bounds the threads that Django makes for itself.
    """

    def bridges(path: Path) -> set[str]:
        if "http" in path.parts:
            return set()
        names = {name.rpartition(".")[2] for name in imports(path)}
        return names & {"sync_to_async", "ThreadSensitiveContext"}

    assert {} == broken(bridges, "persistence")
