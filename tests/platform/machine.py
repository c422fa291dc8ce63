"""A whole smartimg of real processes, with a var/ and a port of its own, that tests may kill."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from smartimg import health, services
from smartimg.embedded.place import Place
from smartimg.processes import read_start_ticks
from smartimg.supervisor.claim import is_free

REPO = Path(__file__).resolve().parent.parent.parent


class Machine:
    """./run, its children, and what a person at the keyboard or a failing machine does to them."""

    def __init__(self, var: Path, **variables: str) -> None:
        self.place = Place(var)
        self.port = find_port()
        self.runner: subprocess.Popen[bytes] | None = None
        cache = REPO / "var" / "test" / "cache"  # a converted backbone is kept from one test run to the next
        inherited = {
            name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        settings = {
            "SMARTIMG_VAR": str(var),
            "SMARTIMG_CACHE": str(cache),
            "DJANGO_SETTINGS_MODULE": "smartimg.settings",
        }
        self.env = inherited | settings | variables

    @property
    def output(self) -> Path:
        """What ./run says."""
        return self.place.var / "run.out"

    def run(self) -> None:
        """./run, and wait until it answers."""
        with self.output.open("wb") as output:
            self.runner = subprocess.Popen(
                self._command(),
                cwd=REPO,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.wait(lambda: "smartimg is running" in self.output.read_text(), "./run did not get ready")

    def _command(self) -> list[str]:
        return [
            sys.executable,
            "-m",
            "smartimg.supervisor",
            "--no-browser",
            "--empty",
            "--port",
            str(self.port),
        ]

    def run_again(self, status: int = 0) -> str:
        """./run where it can't start, because one runs already or its port is taken; what it says."""
        done = subprocess.run(
            self._command(), cwd=REPO, env=self.env, capture_output=True, text=True, check=False, timeout=180
        )
        assert done.returncode == status
        return done.stdout

    def manage(self, *arguments: str) -> str:
        """manage.py, to its end."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=REPO, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def pid(self, name: str) -> int:
        """Of one of the processes, as its mark says."""
        return int((self.place.run / f"{name}.mark").read_text().split()[0])

    def kill(self, name: str) -> None:
        """What a machine out of memory does: SIGKILL, and the parent learns it afterwards."""
        os.kill(self.pid(name), signal.SIGKILL)

    def kill_runner(self) -> None:
        """The same to ./run itself."""
        assert self.runner
        self.runner.kill()
        self.runner.wait()

    def stop(self) -> None:
        """Ctrl-C, and wait until nothing is left."""
        if self.runner and self.runner.poll() is None:
            self.runner.send_signal(signal.SIGINT)
            self.runner.wait(60)
        self.wait(lambda: not services.is_kept(self.place.var), "the services did not end")

    def list_living(self) -> list[str]:
        """Marks whose process is alive."""
        marks = [mark.read_text().split() for mark in self.place.run.glob("*.mark")]
        return [pid for pid, ticks in marks if read_start_ticks(int(pid)) == int(ticks)]

    def answers(self) -> bool:
        """Whether the web server answers, with database and broker behind it."""
        return health.ask(self.port)

    def wait(self, condition: Callable[[], bool], otherwise: str, within_s: float = 180.0) -> None:
        """Return as soon as it holds; fail with what ./run said when it does not come to hold."""
        give_up_at = time.monotonic() + within_s
        while not condition():
            assert time.monotonic() < give_up_at, f"{otherwise}:\n{self.output.read_text()}"
            time.sleep(0.1)

    def query(self, statement: str) -> list[tuple[object, ...]]:
        """Rows; none while the database is away."""
        try:
            url = services.endpoints(self.place.var).database_url
            with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
                return connection.execute(statement.encode()).fetchall()
        except psycopg.OperationalError:
            return []


def find_port() -> int:
    """A free port, below those that the system lends to whoever connects to something, such as a browser."""
    lent_from = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    candidates = iter(lambda: random.randrange(10_000, max(lent_from, 20_000)), None)
    return next(port for port in candidates if is_free(port))
