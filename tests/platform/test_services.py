"""The embedded PostgreSQL and Valkey: there while anybody uses them, gone after, whole after a kill."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from kombu import Connection

from smartimg import services
from smartimg.embedded import postgres
from smartimg.embedded.place import LONGEST_SOCKET, SOCKET_NAME, Place, UnableToStart
from tests.platform.test_processes import wait_for

pytestmark = pytest.mark.processes

REPO = Path(__file__).resolve().parent.parent.parent
USER = """
import sys
from pathlib import Path
from smartimg import services
services.ensure_running(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def nothing_left(var: Path) -> Iterator[None]:
    """Each test begins with services that do not run."""
    yield
    wait_for(lambda: not services.is_kept(var))


def start_user(var: Path) -> subprocess.Popen[str]:
    """A process that uses the services until its input ends."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(var)],
        cwd=REPO,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout
    assert user.stdout.readline() == "ready\n"
    return user


def end_user(user: subprocess.Popen[str]) -> None:
    """Let it end by itself."""
    user.communicate()


def ask(var: Path, query: str) -> object:
    """The first value of a query."""
    with psycopg.connect(services.endpoints(var).database_url, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def read_pid(var: Path, name: str) -> int:
    """Of a service that the keeper started."""
    return int((Place(var).run / f"{name}.mark").read_text().split()[0])


def test_they_run_until_the_last_user_is_gone(var: Path) -> None:
    first, second = start_user(var), start_user(var)
    end_user(first)
    assert ask(var, "SELECT 1") == 1
    assert redis.Redis.from_url(services.endpoints(var).redis_url).ping()
    end_user(second)
    wait_for(lambda: not services.is_kept(var))
    with pytest.raises(psycopg.OperationalError):
        ask(var, "SELECT 1")


def test_they_end_after_a_user_that_was_killed(var: Path) -> None:
    user = start_user(var)
    user.kill()
    user.communicate()
    wait_for(lambda: not services.is_kept(var))


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_the_keeper_starts_a_killed_service_again_with_its_data(var: Path, name: str) -> None:
    user = start_user(var)
    ask(var, "CREATE TABLE IF NOT EXISTS kept (n int)")
    ask(var, "INSERT INTO kept VALUES (1)")
    queue = redis.Redis.from_url(services.endpoints(var).redis_url)
    length = queue.rpush("kept", "1")
    rows = ask(var, "SELECT count(*) FROM kept")
    old = read_pid(var, name)
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: read_pid(var, name) != old)
    services.wait_ready(Place(var), ["postgres", "valkey"])
    assert ask(var, "SELECT count(*) FROM kept") == rows
    assert queue.llen("kept") == length
    end_user(user)


def test_a_killed_keeper_leaves_nothing_that_the_next_one_trips_over(var: Path) -> None:
    user = start_user(var)
    keeper = int(subprocess.check_output(["ps", "-o", "ppid=", "-p", str(read_pid(var, "postgres"))]))
    os.kill(keeper, signal.SIGKILL)
    other = start_user(var)
    assert ask(var, "SELECT 1") == 1
    end_user(user)
    end_user(other)


def test_a_stale_pid_file_with_a_strangers_number_does_not_stop_the_start(var: Path) -> None:
    end_user(start_user(var))
    wait_for(lambda: not services.is_kept(var))
    lock = var / "postgres" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{var / 'postgres'}\n1700000000\n5432\n")
    user = start_user(var)
    assert ask(var, "SELECT 1") == 1
    end_user(user)


def test_only_the_owner_reaches_the_socket_and_no_port_is_open(var: Path) -> None:
    user = start_user(var)
    assert stat.S_IMODE(Place(var).sockets.stat().st_mode) == 0o700
    assert ask(var, "SHOW listen_addresses") == ""
    queue = redis.Redis.from_url(services.endpoints(var).redis_url)
    assert queue.config_get("port") == {"port": "0"}
    assert queue.config_get("appendonly") == {"appendonly": "yes"}
    end_user(user)


def test_data_of_another_major_version_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("16\n")
    with pytest.raises(UnableToStart, match="was made by PostgreSQL 16, this is 18"):
        postgres.check_version(tmp_path)


def test_addresses_from_the_environment_win_and_start_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/x")
    monkeypatch.setenv("REDIS_URL", "redis://queue/0")
    services.ensure_running(tmp_path)
    assert services.endpoints(tmp_path) == services.Endpoints("postgresql://db/x", "redis://queue/0")
    assert list(tmp_path.iterdir()) == []


def test_only_what_the_environment_lacks_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/x")
    assert services.list_embedded() == ["valkey"]


def test_two_folders_never_share_a_socket_and_a_long_path_still_fits(tmp_path: Path) -> None:
    deep = [Place(tmp_path / ("long" * 30) / name) for name in ("one", "two")]
    assert deep[0].sockets != deep[1].sockets
    for place in deep:
        assert len(os.fsencode(place.sockets / SOCKET_NAME)) <= LONGEST_SOCKET


@pytest.mark.parametrize("name", ["with space", "100% of #1", "one,two"])
def test_a_folder_may_have_an_odd_name(var: Path, name: str) -> None:
    odd = var / name
    user = start_user(odd)
    assert ask(odd, "SELECT 1") == 1
    assert redis.Redis.from_url(services.endpoints(odd).redis_url).ping()
    with Connection(services.celery_broker_url(services.endpoints(odd).redis_url)) as broker:
        broker.ensure_connection(max_retries=1)
    end_user(user)
    wait_for(lambda: not services.is_kept(odd))
    assert not Place(odd).sockets.exists()


def test_celery_gets_its_own_name_for_a_socket_and_the_same_for_a_host() -> None:
    assert services.celery_broker_url("unix:///a/valkey.sock") == "redis+socket:///a/valkey.sock"
    assert services.celery_broker_url("redis://host:6379/0") == "redis://host:6379/0"


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    key = services.read_secret_key(tmp_path / "var")
    assert len(key) >= 50
    assert services.read_secret_key(tmp_path / "var") == key
    assert stat.S_IMODE((tmp_path / "var" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret_key"]


def test_the_database_writes_through_to_the_disk_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SMARTIMG_FSYNC", raising=False)
    assert "fsync=off" not in postgres.list_options()
    monkeypatch.setenv("SMARTIMG_FSYNC", "off")
    assert "fsync=off" in postgres.list_options()
