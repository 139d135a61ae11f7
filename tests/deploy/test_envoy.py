"""Envoy: its templates are filled in, and its admin's answers understood."""

import json
from pathlib import Path

import pytest

from deploy.embedded.envoy import active_requests, render, sick_hosts
from deploy.embedded.errors import StartError


def _clusters(**hosts: list[dict[str, object]]) -> str:
    statuses = [
        {"name": name, "host_statuses": [{"health_status": each} for each in health]}
        for name, health in hosts.items()
    ]
    return json.dumps({"cluster_statuses": statuses})


def test_only_healthy_hosts_are_healthy() -> None:
    """A host that has failed its check, or was never found, is sick."""
    healthy: dict[str, object] = {"eds_health_status": "HEALTHY"}
    failed = healthy | {"failed_active_health_check": True}
    clusters = _clusters(gateway=[healthy], persistence=[healthy, failed], empty=[])

    assert ["persistence", "empty"] == sick_hosts(clusters)


def test_the_admins_own_requests_do_not_count() -> None:
    """Asking whether Envoy is idle must not make it busy."""
    stats = [
        {"name": "http.admin.downstream_rq_active", "value": 1},
        {"name": "http.edge.downstream_rq_active", "value": 2},
    ]

    assert 2 == active_requests(json.dumps({"stats": stats}))


def test_placeholders_are_filled_in(tmp_path: Path) -> None:
    """Every template of the directory, and nothing but `${NAME}`."""
    templates, target = tmp_path / "templates", tmp_path / "target"
    templates.mkdir()
    target.mkdir()
    (templates / "envoy.yaml").write_text('port: ${PORT}\nregex: "^/v1$"')
    (templates / "sds.yaml").write_text("file: ${FILE}")
    config = render(templates, target, {"PORT": "8080", "FILE": "/x"})

    assert 'port: 8080\nregex: "^/v1$"' == config.read_text()
    assert "file: /x" == (target / "sds.yaml").read_text()


def test_a_placeholder_without_a_value_is_named(tmp_path: Path) -> None:
    """A new placeholder cannot be forgotten here."""
    (tmp_path / "envoy.yaml").write_text("port: ${FORGOTTEN}")

    with pytest.raises(StartError, match="FORGOTTEN"):
        render(tmp_path, tmp_path, {})
