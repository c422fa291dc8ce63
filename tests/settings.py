"""The product's settings for tests: a var/ of their own, and a database that no other test run shares."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("SMARTIMG_VAR", str(Path(__file__).resolve().parent.parent / "var" / "test"))
os.environ.setdefault("SMARTIMG_FSYNC", "off")

from smartimg.settings import *  # noqa: F403
from smartimg.settings import DATABASES, STATIC_ROOT, STORAGES

DATABASES["default"]["TEST"] = {"NAME": f"test_smartimg_{os.getpid()}"}

# Pages are rendered without collectstatic having run.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Passwords of tests guard nothing, and a slow hash would be most of the tests' time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Which rows a test makes does not hang on their numbers.
SECOND_OPINION_PERCENT = 0
