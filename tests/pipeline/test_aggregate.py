"""Gathering pictures from a real server on this machine, which the tests allow, and what it does wrong."""

from __future__ import annotations

import ipaddress
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.addresses import Address, AllowList
from pipeline.aggregate import Refused, gather
from pipeline.config import FetchLimits

PICTURE = b"\xff\xd8\xff\xe0 a picture, as far as its first bytes say"
QUICK = FetchLimits(
    max_bytes=50_000, connect_s=1, read_s=0.3, total_s=0.8, backoff_s=0.01, attempts=3, max_retry_after_s=1
)


@dataclass
class Server:
    """What it was asked for, and how many requests it had at once."""

    port: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    headers: dict[str, str] = field(default_factory=dict)
    at_once: int = 0
    most_at_once: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


class Handler(BaseHTTPRequestHandler):
    """Answers by path; `server.state` is the Server above."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        state: Server = self.server.state  # type: ignore[attr-defined]
        with state.lock:
            state.asked[self.path] += 1
            state.at_once += 1
            state.most_at_once = max(state.most_at_once, state.at_once)
            state.headers = dict(self.headers)
        try:
            name = self.path.split("?")[0].strip("/").split("/")[0].replace("-", "_")
            getattr(self, f"send_{name}", self.send_picture)(state)
        except OSError:
            pass  # the client left, as it should
        finally:
            with state.lock:
                state.at_once -= 1

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def send_picture(self, state: Server) -> None:
        self.answer(200, PICTURE, Content_Type="image/jpeg")

    def send_lying(self, state: Server) -> None:
        self.answer(200, PICTURE, Content_Type="text/html")

    def send_page(self, state: Server) -> None:
        self.answer(200, b"<!doctype html><p>Log in", Content_Type="image/jpeg")

    def send_gone(self, state: Server) -> None:
        self.answer(404)

    def send_redirect(self, state: Server) -> None:
        self.answer(302, Location=self.path.partition("?")[2])

    def send_loop(self, state: Server) -> None:
        self.answer(302, Location="/loop")

    def send_busy_once(self, state: Server) -> None:
        if state.asked[self.path] == 1:
            self.answer(503, Retry_After="0")
        else:
            self.send_picture(state)

    def send_always_busy(self, state: Server) -> None:
        self.answer(429)

    def send_busy_for_long(self, state: Server) -> None:
        self.answer(429, Retry_After="3600")

    def send_silent(self, state: Server) -> None:
        state.gate.wait(5)

    def send_dripping(self, state: Server) -> None:
        self.send_response(200)
        self.end_headers()
        while not state.gate.wait(0.1):
            self.wfile.write(b"\xff\xd8\xff\xe0")

    def send_endless(self, state: Server) -> None:
        self.send_response(200)
        self.end_headers()
        while not state.gate.is_set():
            self.wfile.write(PICTURE * 100)

    def send_slow(self, state: Server) -> None:
        state.gate.wait(0.1)
        self.send_picture(state)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.state = state  # type: ignore[attr-defined]
    running.daemon_threads = True
    state.port = running.server_address[1]
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield state
    state.gate.set()
    running.shutdown()
    running.server_close()
    thread.join()


Fetch = Callable[..., bytes | Refused]


@pytest.fixture
def fetch(server: Server) -> Fetch:
    """Fetches one path or address; 127.0.0.1 is allowed, nothing else that is private."""

    def fetch_one(path: str, allow: tuple[str, ...] = ("127.0.0.1",), **options: Any) -> bytes | Refused:
        source = server.url(path) if path.startswith("/") else path
        [(named, found)] = gather([source], QUICK, AllowList.parse(allow), **options)
        assert named == source
        return found

    return fetch_one


def test_it_fetches_many_and_each_source_once(server: Server) -> None:
    sources = [server.url(f"/picture/{number}") for number in range(30)] * 2
    found = dict(gather(sources, QUICK, AllowList.parse(["127.0.0.1"])))
    assert found == dict.fromkeys(sources, PICTURE)
    assert set(server.asked.values()) == {1}


def test_it_asks_a_host_for_no_more_than_its_limit_at_once(server: Server) -> None:
    limits = FetchLimits(per_host=2, overall=16)
    sources = [server.url(f"/slow/{number}") for number in range(8)]
    assert len(list(gather(sources, limits, AllowList.parse(["127.0.0.1"])))) == 8
    assert server.most_at_once == 2


REFUSALS = [
    ("/page", "not_an_image", "answers with an HTML page, not with a picture"),
    ("/gone", "http_status", "status 404 (not found)"),
    ("/loop", "redirects", "More than 5 redirects"),
    ("/always-busy", "busy", "busy (status 429)"),
    ("/silent", "timeout", "stopped sending"),
    ("/dripping", "timeout", "No full answer within 0.8 seconds"),
    ("/endless", "too_many_bytes", "larger than"),
    ("/redirect?ftp://x.example/a", "bad_address", "Only http and https"),
    ("/redirect?http://u:p@127.0.0.1/a", "bad_address", "user name or password"),
]


@pytest.mark.parametrize(("path", "code", "message"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_it_says_why_there_is_no_picture(fetch: Fetch, path: str, code: str, message: str) -> None:
    refused = fetch(path)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert message in refused.message


def test_one_bad_source_holds_nothing_up(server: Server) -> None:
    sources = [server.url("/silent"), server.url("/gone"), server.url("/picture")]
    found = dict(gather(sources, QUICK, AllowList.parse(["127.0.0.1"])))
    assert isinstance(found[sources[0]], Refused)
    assert found[sources[2]] == PICTURE


def test_the_type_that_a_server_claims_is_not_believed(fetch: Fetch) -> None:
    assert fetch("/lying") == PICTURE


def test_it_tries_again_after_a_named_transient_error_only(fetch: Fetch, server: Server) -> None:
    assert fetch("/busy-once") == PICTURE
    fetch("/always-busy")
    fetch("/gone")
    fetch("/busy-for-long")
    assert server.asked["/busy-once"] == 2
    assert server.asked["/always-busy"] == QUICK.attempts
    assert server.asked["/gone"] == server.asked["/busy-for-long"] == 1


def test_nobody_listening_is_a_transient_refusal(fetch: Fetch) -> None:
    refused = fetch("http://127.0.0.1:9/a.jpg")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.is_transient) == ("unreachable", True)


def test_it_follows_a_redirect(fetch: Fetch) -> None:
    assert fetch("/redirect?/picture") == PICTURE


def test_it_refuses_this_machine_unless_the_operator_lists_it(fetch: Fetch, server: Server) -> None:
    refused = fetch("/picture", allow=())
    assert isinstance(refused, Refused)
    assert (refused.code, refused.is_transient) == ("forbidden_address", False)
    assert "SMARTIMG_FETCH_ALLOW" in refused.message
    assert not server.asked


def test_it_refuses_a_redirect_to_a_private_address(fetch: Fetch, server: Server) -> None:
    inner = server.url("/picture", host="localhost")
    refused = fetch(f"/redirect?{inner}", allow=(f"127.0.0.1:{server.port}",))
    assert isinstance(refused, Refused)
    assert refused.code == "forbidden_address"
    assert server.asked["/picture"] == 0


def test_a_name_that_is_bound_anew_after_the_check_leads_nowhere_else(fetch: Fetch, server: Server) -> None:
    answers = iter(["192.0.2.1", "127.0.0.1"])  # the second one is what a second look-up would get
    asked = []

    async def rebind(host: str, port: int) -> list[Address]:
        asked.append(host)
        return [ipaddress.ip_address(next(answers))]

    refused = fetch(f"http://rebind.example:{server.port}/picture", allow=("192.0.2.0/24",), resolver=rebind)
    assert isinstance(refused, Refused)  # 192.0.2.1 is nobody's; the connection was tried there alone
    assert not server.asked
    assert set(asked) == {"rebind.example"}


def test_the_checked_address_is_used_and_the_name_is_told_to_the_server(fetch: Fetch, server: Server) -> None:
    async def answer(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("127.0.0.1")]

    found = fetch(f"http://cdn.example:{server.port}/picture", allow=("127.0.0.0/8",), resolver=answer)
    assert found == PICTURE
    assert server.headers["Host"] == f"cdn.example:{server.port}"


def test_a_proxy_of_the_environment_is_not_used(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert fetch("/picture") == PICTURE


def test_it_reads_local_files_and_says_what_is_wrong_with_them(fetch: Fetch, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    (tmp_path / "large.jpg").write_bytes(b"x" * (QUICK.max_bytes + 1))
    assert fetch_file(tmp_path / "a.jpg") == PICTURE
    for name, code in (("none.jpg", "missing"), ("", "missing"), ("large.jpg", "too_many_bytes")):
        refused = fetch_file(tmp_path / name)
        assert isinstance(refused, Refused)
        assert refused.code == code


def test_files_need_no_certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise AssertionError("certificates were read for a file")

    monkeypatch.setattr("httpx.create_ssl_context", refuse)
    (tmp_path / "a.jpg").write_bytes(PICTURE)
    assert fetch_file(tmp_path / "a.jpg") == PICTURE


def fetch_file(path: Path) -> bytes | Refused:
    [(_, found)] = gather([str(path)], QUICK)
    return found


def test_leaving_early_ends_the_downloads(server: Server) -> None:
    found = gather([server.url(f"/slow/{n}") for n in range(50)], QUICK, AllowList.parse(["127.0.0.1"]))
    next(found)
    found.close()  # type: ignore[attr-defined]
    assert sum(server.asked.values()) < 50
    assert "fetch" not in {thread.name for thread in threading.enumerate()}
