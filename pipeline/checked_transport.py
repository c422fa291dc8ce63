"""An httpx transport that connects only to addresses that were checked, whatever a name says later."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore
import httpx

from pipeline.addresses import AllowList, Resolver, find_checked_addresses, resolve


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves a host once, checks every address, and connects to one of those very addresses.

    The name is not looked up again, so a server cannot answer the check with one address and the
    connection with another. TLS still verifies the host's name: httpcore passes it to start_tls.
    """

    def __init__(self, allow: AllowList, resolver: Resolver = resolve) -> None:
        self.allow = allow
        self.resolver = resolver
        self.inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first checked address that answers."""
        try:
            async with asyncio.timeout(timeout):
                addresses = await find_checked_addresses(host, port, self.allow, self.resolver)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"looking up {host}") from error
        failure: Exception | None = None
        for address in addresses:
            try:
                return await self.inner.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Never: a socket of this machine is not a picture's address."""
        raise httpcore.UnsupportedProtocol("Unix sockets are not fetched from")

    async def sleep(self, seconds: float) -> None:
        """Used by httpcore between its own retries."""
        await self.inner.sleep(seconds)


class CheckedTransport(httpx.AsyncBaseTransport):
    """Hands httpx requests to an httpcore pool over a CheckedBackend; reads no proxy from the environment.

    Raises httpcore's own exceptions and those of pipeline.addresses.
    """

    def __init__(self, backend: CheckedBackend, max_connections: int) -> None:
        self.pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),  # certifi's, or the operator's SSL_CERT_FILE
            max_connections=max_connections,
            http2=True,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request over the pool; the answer's body is a stream."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        answer = await self.pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        """Close every connection."""
        await self.pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self.answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self.answer.aiter_stream():
            yield part

    async def aclose(self) -> None:
        await self.answer.aclose()
