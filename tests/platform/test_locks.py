"""The locks: every direct dependency in the right one, at the version that pyproject.toml says."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from smartimg.setup import environment

REPO = Path(__file__).resolve().parent.parent.parent
REPLACED = {"opencv-python"}  # the headless wheel holds the same module
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]


def read_lock(name: str) -> dict[str, str]:
    """Pins of a lock: name -> version."""
    lines = (REPO / name).read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): version for name, version in pins}


def read_direct(dependencies: list[str]) -> dict[str, str]:
    """Direct dependencies: name -> version; each must be pinned."""
    found = [Requirement(text) for text in dependencies]
    return {canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in found}


def test_the_product_lock_holds_every_direct_dependency_but_torch() -> None:
    direct = read_direct(PROJECT["dependencies"])
    lock = read_lock("requirements.lock")
    assert direct.pop("torch")
    assert "torch" not in lock
    assert {name: lock.get(name) for name in direct} == direct


def test_the_test_lock_holds_every_development_dependency() -> None:
    direct = read_direct(PROJECT["optional-dependencies"]["dev"])
    lock = read_lock("requirements-dev.lock")
    assert {name: lock.get(name) for name in direct} == direct


def test_no_wheel_is_in_both_locks() -> None:
    assert not read_lock("requirements.lock").keys() & read_lock("requirements-dev.lock").keys()


def test_every_line_of_a_lock_is_one_exact_pin() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        for line in (REPO / name).read_text().splitlines():
            assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.+!]+", line), f"{name}: {line}"


def test_torch_is_installed_at_the_version_of_pyproject() -> None:
    assert environment.read_torch_pin() == f"torch=={read_direct(PROJECT['dependencies'])['torch']}"


@pytest.mark.parametrize("python", ["3.11.0", "3.11.14"])
def test_what_the_products_wheels_need_is_there_on_early_and_late_releases_of_python(python: str) -> None:
    lock = read_lock("requirements.lock")
    about = {"python_full_version": python, "python_version": "3.11", "extra": ""}
    needed = {
        canonicalize_name(one.name): name
        for name in lock
        for one in map(Requirement, requires(name) or [])
        if one.marker is None or one.marker.evaluate(about)
    }
    brought_by_torch = {
        canonicalize_name(Requirement(text).name) for text in ["torch", *(requires("torch") or [])]
    }
    assert needed.keys() - lock.keys() - brought_by_torch - REPLACED == set()
