"""./run's options, its claim to a var/ and a port, and what it starts."""

from __future__ import annotations

import os
import socket
import subprocess
from pathlib import Path

import pytest

from smartimg import services
from smartimg.embedded.place import Place
from smartimg.setup.options import Options, parse
from smartimg.supervisor import first_steps
from smartimg.supervisor.claim import AlreadyRuns, claim, is_free
from smartimg.supervisor.first_steps import describe_logins
from smartimg.supervisor.logs import rotate
from smartimg.supervisor.roster import environment, make_children
from tests.platform.machine import find_port

REPO = Path(__file__).resolve().parent.parent.parent


def test_it_serves_on_8000_opens_the_browser_and_loads_the_demo_unless_told_otherwise() -> None:
    assert parse([]) == Options(port=8000, browser=True, empty=False)
    assert parse(["--port", "9000", "--no-browser", "--empty"]) == Options(
        port=9000, browser=False, empty=True
    )


@pytest.mark.parametrize("port", ["0", "65536", "web", "-1", ""])
def test_a_port_that_is_none_is_refused_before_anything_is_installed(port: str) -> None:
    done = subprocess.run(["./run", "--port", port], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "is no port" in done.stderr or "expected one argument" in done.stderr
    assert done.stdout == ""


def test_help_explains_and_starts_nothing() -> None:
    done = subprocess.run(["./run", "--help"], cwd=REPO, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "--no-browser" in done.stdout
    assert "smartimg is running" not in done.stdout


def test_a_second_start_learns_the_address_of_the_first(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with (
        claim(place, "http://127.0.0.1:8000"),
        pytest.raises(AlreadyRuns, match=r"^http://127\.0\.0\.1:8000$"),
    ):
        claim(place, "http://127.0.0.1:9000")
    claim(place, "http://127.0.0.1:9000").close()
    assert (place.run / "run.lock").read_text() == "http://127.0.0.1:9000\n"


def test_it_sees_that_a_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert not is_free(taken.getsockname()[1])
    assert is_free(taken_port := find_port()), taken_port


def test_the_web_server_listens_on_this_machine_only_and_each_process_has_its_log(tmp_path: Path) -> None:
    children = make_children(Place(tmp_path), 8000)
    names = [child.name for child in children]
    assert names == ["web", "worker-fetch", "worker-vision", "worker-train", "beat"]
    assert "127.0.0.1:8000" in children[0].argv
    assert len({child.log for child in children}) == len({child.mark for child in children}) == len(children)


def test_only_the_web_server_runs_with_debug_and_links_name_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SMARTIMG_DEBUG", raising=False)
    monkeypatch.delenv("SMARTIMG_BASE_URL", raising=False)
    web = environment(Place(tmp_path), 8123, debug=True)
    assert (web["SMARTIMG_DEBUG"], web["SMARTIMG_BASE_URL"]) == ("1", "http://127.0.0.1:8123")
    assert environment(Place(tmp_path), 8123, debug=False)["SMARTIMG_DEBUG"] == "0"
    monkeypatch.setenv("SMARTIMG_DEBUG", "0")
    assert environment(Place(tmp_path), 8123, debug=True)["SMARTIMG_DEBUG"] == "0"


@pytest.mark.parametrize(
    ("debug", "empty", "commands"),
    [
        ("1", False, ["migrate", "load_demo"]),
        ("1", True, ["migrate"]),
        ("0", False, ["migrate", "collectstatic"]),
    ],
)
def test_the_demo_is_loaded_on_the_first_start_with_debug_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, debug: str, empty: bool, commands: list[str]
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(first_steps, "manage", lambda place, env, command, *rest, **how: seen.append(command))
    monkeypatch.setattr(first_steps, "has_products", lambda place: False)
    for _ in range(2):
        first_steps.prepare(Place(tmp_path), {"SMARTIMG_DEBUG": debug})
        first_steps.load_demo_once(Place(tmp_path), {"SMARTIMG_DEBUG": debug}, empty)
    again = [command for command in commands if command != "load_demo"]
    assert seen == commands + again


@pytest.mark.parametrize(("debug", "loaded", "many"), [("1", True, 1), ("1", False, 0), ("0", True, 0)])
def test_the_demo_is_labelled_once_where_it_was_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, debug: str, loaded: bool, many: int
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(first_steps, "manage", lambda place, env, command: seen.append(command))
    if loaded:
        (tmp_path / "demo-logins.txt").write_text("admin\n")
    for _ in range(2):
        first_steps.label_demo_once(Place(tmp_path), {"SMARTIMG_DEBUG": debug})
    assert seen == ["demo_labels"] * many


def test_a_database_that_holds_products_gets_no_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_steps, "has_products", lambda place: True)
    assert not first_steps.is_first_start(Place(tmp_path))


def test_a_demo_that_was_interrupted_half_way_is_loaded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object, **how: object) -> None:
        if "load_demo" in arguments:
            raise KeyboardInterrupt

    monkeypatch.setattr(first_steps, "manage", interrupt)
    monkeypatch.setattr(first_steps, "has_products", lambda place: False)
    with pytest.raises(KeyboardInterrupt):
        first_steps.load_demo_once(Place(tmp_path), {"SMARTIMG_DEBUG": "1"}, False)
    monkeypatch.setattr(first_steps, "has_products", lambda place: True)
    assert first_steps.is_first_start(Place(tmp_path))


def test_a_large_log_is_put_aside_and_a_small_one_kept(tmp_path: Path) -> None:
    os.truncate(os.open(tmp_path / "large.log", os.O_CREAT | os.O_RDWR), 10_000_001)
    (tmp_path / "small.log").write_text("line\n")
    rotate(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["large.log.1", "small.log"]


def test_the_demos_logins_are_named_and_without_them_how_to_make_one(tmp_path: Path) -> None:
    assert "manage.py createsuperuser" in describe_logins(Place(tmp_path))
    (tmp_path / "demo-logins.txt").write_text("admin  secret\n")
    heading, line = describe_logins(Place(tmp_path)).splitlines()
    assert heading.split() == ["Log", "in", "as", "password", "to"]
    assert line == "    admin  secret"


def test_commands_in_another_window_know_the_port_of_run(tmp_path: Path) -> None:
    assert services.read_address(tmp_path) == "http://127.0.0.1:8000"
    with claim(Place(tmp_path), "http://127.0.0.1:9001"):
        assert services.read_address(tmp_path) == "http://127.0.0.1:9001"
