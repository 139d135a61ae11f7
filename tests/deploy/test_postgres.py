"""The embedded PostgreSQL: rows survive, passwords are asked for, roles are dropped."""

import asyncio
import os
import pwd
import signal
from pathlib import Path

import psycopg
import pytest

from deploy.embedded import postgres as module
from deploy.embedded.account import Account, unprivileged
from deploy.embedded.errors import StartError
from deploy.embedded.output import Output
from deploy.embedded.paths import Home
from deploy.embedded.postgres import EmbeddedPostgres, find_place
from deploy.embedded.postgres_binaries import Binaries, find_binaries
from deploy.embedded.testing import free_port

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")


async def _started(home: Home, output: Output) -> EmbeddedPostgres:
    server = EmbeddedPostgres(home, free_port(), output)
    await server.start()
    await server.ready()
    return server


async def _replaced(server: EmbeddedPostgres, pid: int) -> None:
    for _ in range(1000):
        if server.server.pid not in (None, pid):
            return
        await asyncio.sleep(0.02)
    pytest.fail("The server was not started again.")


def _account_of(pid: int | None) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def _run(server: EmbeddedPostgres, statement: str) -> list[tuple]:
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


async def test_rows_survive_a_stop_and_a_kill(home: Home, output: Output) -> None:
    """What was committed is there after an orderly stop and after kill -9."""
    server = await _started(home, output)
    _run(server, "CREATE TABLE kept (id int)")
    _run(server, "INSERT INTO kept VALUES (1)")
    await server.stop(20)
    server = await _started(home, output)
    _run(server, "INSERT INTO kept VALUES (2)")
    killed = server.server.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await _replaced(server, killed)
    await server.ready()

    assert [(1,), (2,)] == _run(server, "SELECT id FROM kept ORDER BY id")
    await server.stop(20)


async def test_nobody_enters_without_a_password(home: Home, output: Output) -> None:
    """SCRAM on the loopback, and no socket beside it."""
    server = await _started(home, output)
    with pytest.raises(psycopg.OperationalError, match="password authentication"):
        psycopg.connect(server.superuser_url().replace("postgres:", "postgres:x"))
    rules = _run(server, "SELECT DISTINCT auth_method FROM pg_hba_file_rules")

    assert [("scram-sha-256",)] == rules
    assert [("",)] == _run(server, "SHOW unix_socket_directories")
    assert [("127.0.0.1",)] == _run(server, "SHOW listen_addresses")
    await server.stop(20)


@pytest.mark.parity("A42")
async def test_there_is_room_for_every_pool(home: Home, output: Output) -> None:
    """The application's roles may take 50 connections; others still get in."""
    server = await _started(home, output)
    most = int(_run(server, "SHOW max_connections")[0][0])
    reserved = int(_run(server, "SHOW superuser_reserved_connections")[0][0])

    assert 50 + 20 <= most - reserved
    await server.stop(20)


async def test_vector_is_at_hand(home: Home, output: Output) -> None:
    """The superuser can create the extension that embeddings need."""
    server = await _started(home, output)
    _run(server, "CREATE EXTENSION vector")

    assert [(1.0,)] == _run(server, "SELECT '[1,0]'::halfvec(2) <-> '[0,0]'")
    await server.stop(20)


async def test_an_interrupted_creation_begins_again(home: Home, output: Output) -> None:
    """A cluster that was killed while it was made is not taken for a whole one."""
    unfinished = home.postgres / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    server = await _started(home, output)

    assert [(1,)] == _run(server, "SELECT 1")
    await server.stop(20)


async def test_data_of_another_version_is_refused_in_words(
    home: Home, output: Output
) -> None:
    """The message says what to do, and nothing is touched."""
    data = home.postgres / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")

    with pytest.raises(StartError, match="written by PostgreSQL 12"):
        await EmbeddedPostgres(home, free_port(), output).start()


async def test_lost_secrets_are_explained(home: Home, output: Output) -> None:
    """Data without its passwords is not a time-out."""
    server = await _started(home, output)
    await server.stop(20)
    (home.secrets / "postgres-superuser").unlink()
    server = EmbeddedPostgres(home, free_port(), output)
    await server.start()

    with pytest.raises(StartError, match="refuses the launcher's password"):
        await server.ready()
    await server.stop(20)


def test_a_missing_postgres_is_explained(tmp_path: Path) -> None:
    """A wrong LAMLA_POSTGRES_BIN is named."""
    with pytest.raises(StartError, match="LAMLA_POSTGRES_BIN"):
        find_binaries(tmp_path).major()


@AS_ROOT
async def test_root_runs_it_as_somebody_else(home: Home, output: Output) -> None:
    """The server and its data belong to an account that existed already."""
    server = await _started(home, output)
    owner = _account_of(server.server.pid)

    assert pwd.getpwuid(owner).pw_name in {"postgres", "nobody"}
    assert owner == (home.postgres / "data").stat().st_uid
    assert "its data is in" in (home.logs / "launcher.log").read_text()
    await server.stop(20)


@AS_ROOT
def test_data_go_where_the_account_can_reach_them(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that others cannot enter leaves data and programs outside of it."""
    outside = home.root.parent / "outside" / "0123"
    monkeypatch.setattr(Home, "outside", property(lambda _: outside))
    home.root.chmod(0o700)
    wheel = find_binaries(None)
    hidden = wheel.copied_to(home.root)
    place = find_place(home, Binaries(hidden.directory, (hidden.directory.parents[1],)))

    assert outside == place.directory
    assert place.account is not None
    assert place.account.can_write(place.directory)
    assert place.account.can_run(place.binaries.program("postgres"), "--version")
    assert not home.postgres.exists()


@AS_ROOT
def test_a_machine_without_such_an_account_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The launcher adds no account; it says that there is none."""
    monkeypatch.setattr("deploy.embedded.account._CANDIDATES", ("no-such-account",))

    with pytest.raises(StartError, match="Start the launcher as another user"):
        unprivileged()


@AS_ROOT
def test_data_that_became_unreachable_are_not_replaced(home: Home) -> None:
    """An empty database in place of a full one would look like a loss."""
    find_place(home, find_binaries(None))
    (home.postgres / "data").mkdir()
    home.root.chmod(0o700)

    with pytest.raises(StartError, match="can no longer reach"):
        find_place(home, find_binaries(None))


def test_an_account_that_cannot_run_a_program_says_so(tmp_path: Path) -> None:
    """A missing program is no exception here."""
    account = Account("self", os.geteuid(), os.getegid())

    assert not account.can_run(tmp_path / "absent")
    assert module.SUPERUSER == "postgres"
