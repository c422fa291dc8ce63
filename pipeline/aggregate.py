"""Gathers the bytes of offered pictures: many at once, politely, each answer or refusal as it arrives."""

from __future__ import annotations

import asyncio
import queue
import random
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import dataclass

from pipeline.addresses import AllowList, Resolver, resolve
from pipeline.config import FetchLimits
from pipeline.download import Downloader, UnableToFetch, host_of

DEFAULT_FETCH_LIMITS = FetchLimits()
# Worth another try in a later run: the picture may well be there.
TRANSIENT_CODES = frozenset({"unknown_host", "unreachable", "timeout", "busy"})
# Worth another try at once; a slow or endless body is not.
_RETRIED_CODES = frozenset({"unreachable", "read_timeout", "busy"})


@dataclass(frozen=True)
class Refused:
    """A source that gave no picture: `code` for programs, `message` for a person."""

    code: str
    message: str

    @property
    def is_transient(self) -> bool:
        """Whether a later run may have more luck."""
        return self.code in TRANSIENT_CODES


Fetched = tuple[str, bytes | Refused]


async def fetch_all(
    sources: Iterable[str],
    limits: FetchLimits = DEFAULT_FETCH_LIMITS,
    allow: AllowList | None = None,
    resolver: Resolver = resolve,
) -> AsyncGenerator[Fetched, None]:
    """Yields (source, bytes or Refused) once for every distinct source as it arrives, in no fixed order.

    A source is an http(s) address or an absolute path. Never raises for a source. At most
    `limits.overall` bodies are in memory at once, the consumer's own not counted.
    """
    fetcher = _Fetcher(limits, Downloader(limits, allow or AllowList(), resolver))
    distinct = list(dict.fromkeys(sources))
    tasks = [asyncio.create_task(fetcher.fetch(source)) for source in distinct]
    try:
        for _ in distinct:
            yield await fetcher.done.get()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await fetcher.downloader.aclose()


def gather(
    sources: Iterable[str],
    limits: FetchLimits = DEFAULT_FETCH_LIMITS,
    allow: AllowList | None = None,
    resolver: Resolver = resolve,
) -> Iterator[Fetched]:
    """`fetch_all` for code that is not async: downloads go on in a thread while the caller works."""
    handed: queue.Queue[Fetched | BaseException | None] = queue.Queue(maxsize=2)
    is_left = threading.Event()
    stream = fetch_all(sources, limits, allow, resolver)
    thread = threading.Thread(target=_pump, args=(stream, handed, is_left), name="fetch", daemon=True)
    thread.start()
    try:
        while (item := handed.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        is_left.set()
        thread.join()


def _pump(stream: AsyncGenerator[Fetched, None], handed: queue.Queue, is_left: threading.Event) -> None:
    """Runs the downloads and hands over each result, then None, or what went wrong with us."""

    async def run() -> None:
        async for item in stream:
            if is_left.is_set():
                break
            try:
                handed.put_nowait(item)  # a thread to wait in takes longer than a file to read
            except queue.Full:
                if not await asyncio.to_thread(_hand_over, handed, item, is_left):
                    break
        await stream.aclose()

    try:
        asyncio.run(run())
        _hand_over(handed, None, is_left)
    except BaseException as error:
        _hand_over(handed, error, is_left)


def _hand_over(handed: queue.Queue, item: object, is_left: threading.Event) -> bool:
    """Put it, unless the other side has gone."""
    while not is_left.is_set():
        try:
            handed.put(item, timeout=0.2)
            return True
        except queue.Full:
            continue
    return False


class _Fetcher:
    """Many sources over one downloader: so many at once, so many a host, with another try where it helps."""

    def __init__(self, limits: FetchLimits, downloader: Downloader) -> None:
        self.limits = limits
        self.downloader = downloader
        self.done: asyncio.Queue[Fetched] = asyncio.Queue(maxsize=1)
        self.overall = asyncio.Semaphore(limits.overall)
        self.hosts: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(limits.per_host))

    async def fetch(self, source: str) -> None:
        """Fetch one source; its place among the `overall` is free again when the result was taken."""
        async with self.hosts[host_of(source)]:
            for attempt in range(1, self.limits.attempts + 1):
                async with self.overall:
                    try:
                        await self.done.put((source, await self.downloader.fetch(source)))
                        return
                    except UnableToFetch as failure:
                        last = failure
                    if not self.may_retry(last, attempt):
                        code = "timeout" if last.code == "read_timeout" else last.code
                        await self.done.put((source, Refused(code, last.message)))
                        return
                await asyncio.sleep(self.pause_s(last, attempt))

    def may_retry(self, failure: UnableToFetch, attempt: int) -> bool:
        """Only named transient errors, and only if the server does not ask for too long a pause."""
        patient = failure.wait_s <= self.limits.max_retry_after_s
        return failure.code in _RETRIED_CODES and attempt < self.limits.attempts and patient

    def pause_s(self, failure: UnableToFetch, attempt: int) -> float:
        """What the server asked for, or a growing pause, never the same for all."""
        return failure.wait_s or self.limits.backoff_s * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
