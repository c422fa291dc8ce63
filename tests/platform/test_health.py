"""GET /health/, and the program that asks it."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client

from smartimg import health

pytestmark = pytest.mark.django_db


def test_all_is_well_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "broker": "ok"})


def test_it_says_which_one_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*arguments: object) -> None:
        raise ConnectionError("the broker's address, which is nobody's business")

    monkeypatch.setattr(cache, "get", away)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (503, {"database": "ok", "broker": "ConnectionError"})


def test_it_answers_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(connection, "ensure_connection", away)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["database"]) == (503, "OperationalError")


class Site(BaseHTTPRequestHandler):
    """A web server that notes what it is asked."""

    seen: list[tuple[str, str | None, str | None]] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Host"], self.headers["X-Forwarded-Proto"]))
        self.send_response(200 if self.headers["Host"] == "shop.example" else 400)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quietly."""


def test_it_asks_under_a_name_that_the_site_serves_and_as_if_over_tls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SMARTIMG_HOSTS", ".shop.example, other.example")
    assert health.ask(server.server_port)
    assert Site.seen == [("/health/", "shop.example", "https")]
    monkeypatch.setenv("SMARTIMG_HOSTS", "other.example")
    assert not health.ask(server.server_port)
    server.shutdown()
    server.server_close()


def test_a_server_that_is_down_is_not_well() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert not health.ask(port)
