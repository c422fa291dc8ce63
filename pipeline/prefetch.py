"""Work done ahead in a thread of its own, so that whoever uses it does not wait: batches for a GPU."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def run_ahead(
    work: Callable[[Given], Made], items: Iterable[Given], ahead: int = 2
) -> Generator[Made, None, None]:
    """work(item) of each item in order, one at a time in a second thread, at most `ahead` before their use.

    What `work` raises is raised where its result would stand; then, or when the caller stops, nothing more
    is begun. Items themselves are taken in the caller's thread.
    """
    with ThreadPoolExecutor(1) as thread:
        waiting: deque[Future[Made]] = deque()
        try:
            for item in items:
                waiting.append(thread.submit(work, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
