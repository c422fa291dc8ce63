"""Memory that was freed is kept for the next picture, not given back to the system page by page."""

from __future__ import annotations

import ctypes
import os
from functools import lru_cache

# glibc's numbers of what can be set, from its malloc.h
M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -2, -3, -8
LARGEST_KEPT = 32 * 2**20  # bytes of one array, glibc's most; pixels of 10 MP and more still go back at once
MOST_KEPT = 128 * 2**20  # bytes at the end of the heap that stay when nothing uses them
STEP = 16 * 2**20  # bytes that the heap grows by


@lru_cache(maxsize=1)
def keep_freed_memory() -> bool:
    """Whether the process now keeps what it frees; False where the C library is not glibc.

    By default glibc takes an array of pixels from the system and gives it back as soon as it is freed, so
    the system clears the same pages again for each picture: 0.9 of 35 ms an image. Threads share a few
    heaps: with one for each, which is the default, two threads held 2.4 GB where these hold 1.4.
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    heaps = max(2, (os.cpu_count() or 1) // 4)
    wanted = {
        M_MMAP_THRESHOLD: LARGEST_KEPT,
        M_TRIM_THRESHOLD: MOST_KEPT,
        M_TOP_PAD: STEP,
        M_ARENA_MAX: heaps,
    }
    taken = [set_option(name, size) == 1 for name, size in wanted.items()]
    return all(taken)
