"""What a web process loads: no torch, no vision."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPO = Path(__file__).resolve().parent.parent.parent
PROGRAM = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
import smartimg.wsgi
import smartimg.urls
from django.contrib.staticfiles.finders import get_finders
from django.urls import get_resolver

def walk(resolver):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from walk(pattern)
        else:
            yield pattern

views = list(walk(get_resolver()))
import review.tasks, review.api.urls
print(len(views), *sorted({name.split(".")[0] for name in sys.modules}))
"""
HEAVY = {
    "torch",
    "torchvision",
    "timm",
    "openvino",
    "onnxruntime",
    "sklearn",
    "scipy",
    "rapidocr_onnxruntime",
}


def test_a_web_process_loads_neither_torch_nor_another_runtime_of_models() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=REPO, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    views, *modules = done.stdout.split()
    assert int(views) > 20
    assert not HEAVY & set(modules)
