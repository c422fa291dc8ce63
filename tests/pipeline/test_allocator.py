"""Freed memory stays with the process."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

COUNT_FAULTS = """
import resource
import numpy as np
from pipeline.allocator import keep_freed_memory

def count():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(20):
        np.zeros(3 * 2**20, np.uint8)[::4096] = np.ones(3 * 2**20, np.uint8)[::4096]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

by_default = count()
print(int(keep_freed_memory()), by_default, count() and count())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to keep memory")
def test_arrays_of_pixels_are_not_asked_of_the_system_again_and_again() -> None:
    done = subprocess.run([sys.executable, "-c", COUNT_FAULTS], capture_output=True, text=True, check=True)
    kept, by_default, afterwards = (int(word) for word in done.stdout.split())
    assert kept == 1
    assert afterwards < by_default / 5


COUNT_HEAPS = """
import ctypes
import sys
from pathlib import Path
import threading
from pipeline.allocator import keep_freed_memory

libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
libc.malloc.restype = ctypes.c_void_p
together = threading.Barrier(12)

def take():
    libc.malloc(ctypes.c_size_t(1000))
    together.wait()

if sys.argv[1] == "kept":
    keep_freed_memory()
threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has a heap for each thread")
def test_threads_share_a_few_heaps(tmp_path: Path) -> None:
    heaps = {}
    for how in ("kept", "default"):
        told = tmp_path / how
        subprocess.run([sys.executable, "-c", COUNT_HEAPS, how, str(told)], check=True)
        heaps[how] = told.read_text().count("<heap nr=")
    assert heaps["kept"] <= max(2, (os.cpu_count() or 1) // 4) < heaps["default"]
