"""Which processes make up smartimg on one machine; docker-compose.yml runs the same commands."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from smartimg.embedded.place import Place
from smartimg.processes import Child

BASE_DIR = Path(__file__).resolve().parent.parent.parent
FETCH_THREADS = 4  # downloads and small rows: threads wait cheaply
WEB_WORKERS = 2
ONE_AT_A_TIME = ("--pool", "prefork", "--concurrency", "1", "--prefetch-multiplier", "1")
WEB_THREADS = 8  # each; a client that waits for its selection holds one for up to 30 s


def web_command(bind: str, threads: str = str(WEB_THREADS)) -> list[str]:
    """Pages and API; two processes, so that one that hangs or dies leaves the other."""
    return [
        *("gunicorn", "smartimg.wsgi:application", "--bind", bind, "--preload"),
        *("--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", threads),
        *("--timeout", "60", "--graceful-timeout", "10", "--no-control-socket"),
    ]


def worker_command(name: str, *options: str) -> list[str]:
    """A Celery worker; without mingle and gossip, which only delay the start."""
    quiet = ("--without-mingle", "--without-gossip", "--loglevel", "INFO")
    return ["celery", "-A", "smartimg", "worker", "--hostname", f"{name}@%h", *options, *quiet]


def fetch_command() -> list[str]:
    """Downloads and everything short."""
    options = ("--queues", "fetch,default", "--pool", "threads", "--concurrency", str(FETCH_THREADS))
    return worker_command("fetch", *options)


def vision_command() -> list[str]:
    """The pipeline: one batch at a time, since one uses all cores; in a child, so a crash is survived."""
    return worker_command("vision", "--queues", "vision", *ONE_AT_A_TIME)


def train_command() -> list[str]:
    """Training, comparing, loops: beside the pipeline, so that no selection waits hours for a model."""
    return worker_command("train", "--queues", "train", *ONE_AT_A_TIME)


def beat_command() -> list[str]:
    """Schedules, kept in the database."""
    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    return [
        "celery",
        "-A",
        "smartimg",
        "beat",
        "--scheduler",
        scheduler,
        "--pidfile",
        "",
        "--loglevel",
        "INFO",
    ]


def make_children(place: Place, port: int) -> list[Child]:
    """All processes, not yet started."""
    commands = {
        "web": web_command(f"127.0.0.1:{port}", os.environ.get("SMARTIMG_WEB_THREADS") or str(WEB_THREADS)),
        "worker-fetch": fetch_command(),
        "worker-vision": vision_command(),
        "worker-train": train_command(),
        "beat": beat_command(),
    }
    return [
        Child(
            name=name,
            argv=[sys.executable, "-m", *command],
            log=place.log / f"{name}.log",
            mark=place.run / f"{name}.mark",
            cwd=BASE_DIR,
            env=environment(place, port, debug=name == "web"),
            # Beat has nothing to lose, and it outlived ./run once: it can miss a SIGTERM while it starts.
            death_signal=signal.SIGKILL if name == "beat" else None,
        )
        for name, command in commands.items()
    ]


def environment(place: Place, port: int, debug: bool) -> dict[str, str]:
    """Ours, and what ./run decides; workers keep no record of queries, which DEBUG would make them do."""
    decided = {
        "SMARTIMG_VAR": str(place.var),
        "SMARTIMG_BASE_URL": os.environ.get("SMARTIMG_BASE_URL") or f"http://127.0.0.1:{port}",
        "SMARTIMG_DEBUG": os.environ.get("SMARTIMG_DEBUG", "1") if debug else "0",
        "SMARTIMG_CACHE": os.environ.get("SMARTIMG_CACHE") or str(place.var / "cache"),
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **decided}
