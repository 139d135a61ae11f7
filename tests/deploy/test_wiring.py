"""Each process is given what it needs, and the launcher refuses what nobody reads."""

from pathlib import Path

import pytest

from deploy.embedded.keyring import Keyring
from deploy.embedded.paths import Home
from deploy.embedded.settings import load_env_file
from deploy.embedded.wiring import Wiring, has_external_database, read_settings
from mesh.settings import SettingsError

SECRET = ("DB_PASSWORD", "DB_SERVICE", "DB_OWNER", "SECRET_KEY", "SIGNING_KEY")


@pytest.fixture
def wires(home: Home, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """The wiring of a mesh with nothing set but its home."""
    monkeypatch.setenv("LAMLA_HOME", str(home.root))
    return Wiring(read_settings(), Keyring(home.secrets), external_database=False)


def _secrets(environment: dict[str, str]) -> list[str]:
    return [name for name in environment if any(part in name for part in SECRET)]


@pytest.mark.parity("A11")
def test_llm_worker_and_gateway_are_given_no_secret(wires: Wiring) -> None:
    """Neither a database password nor a key that signs."""
    assert [] == _secrets(wires.llm_worker()) + _secrets(wires.gateway())


def test_what_serves_never_holds_the_owners_password(
    wires: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the person has put it into the environment."""
    monkeypatch.setenv("DB_OWNER_PASSWORD", "mighty")
    monkeypatch.setenv("DB_SUPERUSER_URL", "postgresql://postgres:almighty@h/x")

    assert [] == [name for name in wires.persistence() if "OWNER" in name]
    assert "DB_SUPERUSER_URL" not in wires.persistence()
    assert "DB_OWNER_PASSWORD_FILE" in wires.owner()


def test_a_providers_key_reaches_the_worker_only(
    wires: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever calls the provider, and nobody else."""
    monkeypatch.setenv("LAMLA_LLM_API_KEY", "key")

    assert "key" == wires.llm_worker()["LAMLA_LLM_API_KEY"]
    assert "LAMLA_LLM_API_KEY" not in wires.gateway()
    assert "LAMLA_LLM_API_KEY" not in wires.persistence()


def test_the_better_model_is_used_once_it_is_there(
    wires: Wiring, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`make model` needs no setting, and a setting wins over it."""
    before = wires.llm_worker().get("LAMLA_LLM_GGUF")
    home.better_model.write_bytes(b"GGUF")
    after = wires.llm_worker().get("LAMLA_LLM_GGUF")
    monkeypatch.setenv("LAMLA_LLM_GGUF", "/models/mine.gguf")

    assert [None, str(home.better_model)] == [before, after]
    assert "/models/mine.gguf" == wires.llm_worker()["LAMLA_LLM_GGUF"]


def test_the_defaults_can_be_used(wires: Wiring) -> None:
    """Nothing has to be set."""
    wires.check()


def test_all_problems_are_named_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slips, bad values and what the launcher sets itself, over all processes."""
    monkeypatch.setenv("LAMLA_GATEWAY_MAX_GENERATION", "5")
    monkeypatch.setenv("LAMLA_GATEWAY_HEARTBEAT_SECONDS", "-1")
    monkeypatch.setenv("LAMLA_EDGE_CORS_ORIGINS", "*")
    monkeypatch.setenv("LAMLA_PERSISTENCE_LISTEN", "0.0.0.0:1")
    with pytest.raises(SettingsError) as raised:
        read_settings()

    problems = "\n".join(raised.value.problems)
    nearest = "LAMLA_GATEWAY_MAX_GENERATIONS"
    assert (
        f"LAMLA_GATEWAY_MAX_GENERATION: unknown; the nearest is {nearest}" in problems
    )
    assert "LAMLA_GATEWAY_HEARTBEAT_SECONDS: " in problems
    assert "LAMLA_EDGE_CORS_ORIGINS: " in problems
    assert "set LAMLA_INTERNAL_PORT_BASE" in problems


def test_production_refuses_what_is_unsafe(
    wires: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The launcher says so before anything is started."""
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DEBUG", "true")

    with pytest.raises(SettingsError, match="DEBUG"):
        wires.check()


@pytest.mark.parity("A115")
def test_two_homes_share_no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shifted public port shifts all internal ones."""
    first = read_settings()
    monkeypatch.setenv("LAMLA_PORT", "8081")
    monkeypatch.setenv("LAMLA_ADMIN_PORT", "9902")
    second = read_settings()

    assert [20801, 20802, 20803, 20804, 20805, 20810] == list(first.ports.all())
    assert not set(first.ports.all()) & set(second.ports.all())


def test_each_gateway_has_a_port_of_its_own(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And is reached by the others there; the rest is the same for all."""
    monkeypatch.setenv("LAMLA_GATEWAY_REPLICAS", "3")
    settings = read_settings()
    wires = Wiring(settings, Keyring(home.secrets), external_database=False)
    ports = settings.ports
    first, second = (wires.gateway(port) for port in ports.gateways[:2])
    differing = {name for name in first if first[name] != second[name]}

    assert (20801, 20806, 20807) == ports.gateways
    assert len(set(ports.all())) == len(ports.all())
    assert {"LAMLA_GATEWAY_LISTEN", "LAMLA_GATEWAY_ADVERTISE"} == differing
    assert "127.0.0.1:20806" == second["LAMLA_GATEWAY_ADVERTISE"]


def test_ports_that_collide_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public port cannot be the admin's."""
    monkeypatch.setenv("LAMLA_PORT", "9901")

    with pytest.raises(SettingsError, match="must differ"):
        read_settings()


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`.env` holds what the shell does not say."""
    (tmp_path / ".env").write_text("LAMLA_PORT=8090\nLAMLA_ADMIN_PORT=9990\n")
    monkeypatch.setenv("LAMLA_PORT", "8091")
    monkeypatch.setenv("LAMLA_ADMIN_PORT", "unset below")
    monkeypatch.delenv("LAMLA_ADMIN_PORT")
    load_env_file(tmp_path / ".env")
    settings = read_settings()

    assert (8091, 9990) == (settings.port, settings.admin_port)


@pytest.mark.parity("A96")
@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_URL_FILE", "DB_HOST"])
def test_a_database_of_the_persons_own_is_used(
    name: str, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Naming one is enough; the embedded one is not started."""
    url = home.root / "url"
    url.write_text("postgresql://app:secret@db.example/lamla")
    values = {"DATABASE_URL": url.read_text(), "DATABASE_URL_FILE": str(url)}
    before = has_external_database()
    monkeypatch.setenv(name, values.get(name, "db.example"))
    wires = Wiring(read_settings(), Keyring(home.secrets), external_database=True)

    assert [False, True] == [before, has_external_database()]
    assert values.get(name, "db.example") == wires.persistence()[name]
    assert "DB_PASSWORD_FILE" not in wires.persistence()
