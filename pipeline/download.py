"""One picture's bytes from one address or file: every hop checked, the size bounded, refusals in words."""

from __future__ import annotations

import asyncio
import email.utils
import ssl
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpcore
import httpx

from pipeline.addresses import AllowList, ForbiddenAddress, Resolver, UnknownHost, resolve
from pipeline.checked_transport import CheckedBackend, CheckedTransport
from pipeline.config import FetchLimits
from pipeline.image_kinds import sniff_kind
from pipeline.sources import UnusableSource, check_address, is_address

_BUSY_STATUSES = frozenset({429, 502, 503, 504})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SNIFFED_BYTES = 2048
_HEADERS = {
    "User-Agent": "smartimg/1 (product image check)",
    "Accept": "image/*,*/*;q=0.5",
    "Accept-Encoding": "identity",
}


class UnableToFetch(Exception):
    """No bytes, and why: `code` for programs, `message` for a person, `wait_s` as the server asked."""

    def __init__(self, code: str, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.wait_s = wait_s


class Downloader:
    """Fetches one source at a time over connections that are shared; close it with `aclose`."""

    def __init__(self, limits: FetchLimits, allow: AllowList, resolver: Resolver = resolve) -> None:
        self.limits = limits
        self.backend = CheckedBackend(allow, resolver)

    @cached_property
    def client(self) -> httpx.AsyncClient:
        """Made for the first address: reading the certificates takes 23 ms, and files need none."""
        return httpx.AsyncClient(
            transport=CheckedTransport(self.backend, self.limits.overall),
            timeout=httpx.Timeout(self.limits.read_s, connect=self.limits.connect_s),
            headers=_HEADERS,
            trust_env=False,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if "client" in self.__dict__:
            await self.client.aclose()

    async def fetch(self, source: str) -> bytes:
        """The bytes, in one try within the total time. Raises UnableToFetch and nothing else."""
        try:
            if not is_address(source):
                return await asyncio.to_thread(read_file, source, self.limits.max_bytes)
            async with asyncio.timeout(self.limits.total_s):
                return await self.follow(source)
        except TimeoutError as error:
            raise UnableToFetch(
                "timeout", f"No full answer within {self.limits.total_s:g} seconds."
            ) from error
        except UnableToFetch:
            raise
        except Exception as error:  # servers can say anything; one address never stops the rest
            raise _explain(error, source) from error

    async def follow(self, source: str) -> bytes:
        """The body behind an address; redirects are followed by hand so that each hop is checked."""
        url = source
        for _ in range(self.limits.max_redirects + 1):
            check_address(url)
            async with self.client.stream("GET", url, follow_redirects=False) as response:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    return await self.read_body(response)
                url = urljoin(url, response.headers["location"])
        raise UnableToFetch("redirects", f"More than {self.limits.max_redirects} redirects.")

    async def read_body(self, response: httpx.Response) -> bytes:
        """The bytes of a good answer, given up as soon as they are too many or plainly a web page."""
        status = response.status_code
        if status in _BUSY_STATUSES:
            words = f"The server is busy (status {status})."
            raise UnableToFetch("busy", words, _read_retry_after(response))
        if status != 200:
            raise UnableToFetch(
                "http_status", f"The server answered with status {status}{_explain_status(status)}."
            )
        body = bytearray()
        is_sniffed = False
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self.limits.max_bytes:
                raise _too_large(self.limits.max_bytes)
            if not is_sniffed and len(body) >= _SNIFFED_BYTES:
                is_sniffed = True
                _refuse_pages(bytes(body[:_SNIFFED_BYTES]))
        _refuse_pages(bytes(body[:_SNIFFED_BYTES]))
        return bytes(body)


def read_file(path: str, max_bytes: int) -> bytes:
    """Bytes of a regular file. Raises UnableToFetch for what is missing, too large or no file."""
    file = Path(path)
    if not (file.is_absolute() and file.is_file()):
        raise UnableToFetch("missing", "The file is no longer there.")
    try:
        with file.open("rb") as opened:
            data = opened.read(max_bytes + 1)
    except OSError as error:
        raise UnableToFetch("missing", "The file cannot be read.") from error
    if len(data) > max_bytes:
        raise _too_large(max_bytes)
    return data


def host_of(source: str) -> str:
    """Host and port of an address; '' for a file."""
    if not is_address(source):
        return ""
    with suppress(ValueError):
        return urlsplit(source).netloc.lower()
    return ""


def _too_large(max_bytes: int) -> UnableToFetch:
    return UnableToFetch("too_many_bytes", f"The file is larger than {max_bytes / 2**20:.0f} MB.")


def _refuse_pages(start: bytes) -> None:
    """A picture's address that shows a page: a login, an error, a shop's 'not found'."""
    kind = sniff_kind(start) if start else None
    if kind in ("an HTML page", "a text file"):
        raise UnableToFetch("not_an_image", f"The address answers with {kind}, not with a picture.")


def _explain_status(status: int) -> str:
    words = {401: "log-in needed", 403: "not allowed", 404: "not found", 410: "gone"}
    return f" ({words[status]})" if status in words else ""


def _read_retry_after(response: httpx.Response) -> float:
    """Seconds that the server asks to wait (a number or a date); 0 if it does not say."""
    text = response.headers.get("retry-after", "")
    if text.isdecimal():
        return float(text)
    with suppress(TypeError, ValueError):
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time())
    return 0.0


def _explain(error: Exception, source: str) -> UnableToFetch:
    """What went wrong with one address, in a person's words."""
    host = host_of(source)
    if isinstance(error, ForbiddenAddress):
        return UnableToFetch("forbidden_address", str(error))
    if isinstance(error, UnknownHost):
        return UnableToFetch("unknown_host", str(error))
    if isinstance(error, UnusableSource):
        return UnableToFetch("bad_address", str(error))
    if isinstance(error, httpcore.ConnectError) and isinstance(error.__cause__, ssl.SSLError):
        return UnableToFetch("tls", f"The certificate of {host} is not valid.")
    if isinstance(error, httpcore.ReadTimeout):
        return UnableToFetch("read_timeout", f"{host} stopped sending.")
    if isinstance(error, (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError)):
        return UnableToFetch("unreachable", f"{host} does not answer properly.")
    if isinstance(error, (httpx.InvalidURL, httpx.DecodingError, httpcore.UnsupportedProtocol)):
        return UnableToFetch("bad_address", "The address is malformed, or its answer cannot be read.")
    return UnableToFetch("failed", f"The picture could not be fetched ({type(error).__name__}).")
