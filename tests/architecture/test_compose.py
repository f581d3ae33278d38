"""What docker-compose.yml and the Dockerfile promise about privileges, secrets and order of start."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate", "admin"}
MEMORY = "/tmp"  # noqa: S108 - the container's own, in memory


def faults(name: str, service: dict[str, Any]) -> list[str]:
    """What a service lacks of the hardening that every one must have."""
    user = str(service.get("user", "0"))
    wanted = {
        "read-only root": service.get("read_only") is True,
        "no capabilities": service.get("cap_drop") == ["ALL"] and not service.get("cap_add"),
        "no new privileges": "no-new-privileges:true" in service.get("security_opt", []),
        "not privileged": not service.get("privileged"),
        "numeric account": re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) is not None,
        "writes in memory": any(mount.split(":")[0] == MEMORY for mount in service.get("tmpfs", [])),
        "secrets as files": bool(service.get("secrets")),
        "no secret in the environment": not _plain_secrets(service.get("environment", {})),
        "restart policy": service.get("restart") not in (None, "no"),
        "health": _has_health(name, service),
    }
    return [what for what, holds in wanted.items() if not holds]


def _plain_secrets(environment: dict[str, Any]) -> list[str]:
    return [
        key
        for key, value in environment.items()
        if (re.search(r"PASSWORD|KEY|SECRET|TOKEN", key) and not key.endswith("_FILE"))
        or re.search(r"://[^/@\s:]+:[^/@\s]+@", str(value))
    ]


def _has_health(name: str, service: dict[str, Any]) -> bool:
    check: dict[str, object] = service.get("healthcheck", {})
    if name in ONE_SHOT:
        return check == {"disable": True}
    return {"test", "interval", "timeout", "retries", "start_period"} <= set(check)


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_hardened(name: str) -> None:
    assert faults(name, SERVICES[name]) == []


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("read_only", False, "read-only root"),
        ("cap_add", ["NET_ADMIN"], "no capabilities"),
        ("security_opt", [], "no new privileges"),
        ("privileged", True, "not privileged"),
        ("user", "0:0", "numeric account"),
        ("tmpfs", [], "writes in memory"),
        ("secrets", [], "secrets as files"),
        ("environment", {"RUV_ROOT_KEY": "x"}, "no secret in the environment"),
        ("environment", {"X": "postgresql://a:b@db/ruv"}, "no secret in the environment"),
        ("healthcheck", {}, "health"),
    ],
)
def test_planted_weakness_is_found(key: str, value: object, fault: str) -> None:
    assert faults("app", SERVICES["app"] | {key: value}) == [fault]


def test_postgres_is_new_enough() -> None:
    """A fixed release, at least 17.6: the last fixes of row-level security."""
    match = re.fullmatch(r"postgres:17\.(\d+)-\w+", SERVICES["db"]["image"])
    assert match
    assert int(match[1]) >= 6


def test_migrations_run_as_owner_before_the_application() -> None:
    migrate, app = SERVICES["migrate"], SERVICES["app"]
    assert "//ruv_owner@" in migrate["environment"]["RUV_DATABASE_OWNER_URL"]
    assert "//ruv_app@" in app["environment"]["RUV_DATABASE_URL"]
    assert app["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert migrate["depends_on"]["db"] == {"condition": "service_healthy"}


def test_administration_has_both_addresses() -> None:
    """A rotation of keys works as the application and as the owner; every other service is one of them."""
    own = {"RUV_DATABASE_URL", "RUV_DATABASE_OWNER_URL", "RUV_DATABASE_PASSWORD_FILE"}
    assert own | {"RUV_DATABASE_OWNER_PASSWORD_FILE"} <= SERVICES["admin"]["environment"].keys()
    assert SERVICES["admin"]["environment"]["RUV_DATA_DIR"] == SERVICES["app"]["environment"]["RUV_DATA_DIR"]
    assert SERVICES["admin"]["volumes"] == SERVICES["app"]["volumes"]


def test_each_container_holds_only_its_secrets() -> None:
    assert set(SERVICES["migrate"]["secrets"]) == {"db_owner_password", "root_key"}
    assert set(SERVICES["app"]["secrets"]) == {"db_app_password", "root_key"}
    assert set(SERVICES["admin"]["secrets"]) == {"db_app_password", "db_owner_password", "root_key"}
    assert SERVICES["admin"]["profiles"] == ["admin"], "it runs only when it is called"
    assert "root_key" not in SERVICES["db"]["secrets"]
    assert all(secret.keys() == {"file"} for secret in COMPOSE["secrets"].values())
    used = {secret for service in SERVICES.values() for secret in service["secrets"]}
    assert used == COMPOSE["secrets"].keys()


def test_the_database_is_not_reached_from_outside() -> None:
    assert "ports" not in SERVICES["db"]
    assert SERVICES["db"]["networks"] == ["data"]
    assert COMPOSE["networks"]["data"]["internal"] is True
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["app"]["ports"])


def test_settings_named_here_exist() -> None:
    from app.config import Settings

    named = {key for service in SERVICES.values() for key in service["environment"] if key.startswith("RUV_")}
    assert {key.removeprefix("RUV_").lower() for key in named} <= Settings.model_fields.keys()


def test_image_installs_from_the_locks_and_runs_without_root() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stages = re.split(r"^FROM ", text, flags=re.MULTILINE)[1:]
    assert [stage.split()[0] for stage in stages] == ["python:3.13-slim-bookworm"] * 2
    for install in re.findall(r"pip install ([^\n\\]+)", text):
        assert "--require-hashes" in install or install.startswith("--no-deps /wheels/")
    assert re.search(r"^USER 10001:10001$", stages[-1], re.MULTILINE)
    assert "HEALTHCHECK" in stages[-1]
    assert "pip install" not in stages[-1]
