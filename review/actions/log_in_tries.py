"""Wrong passwords are counted, so that nobody can try them by the thousand."""

from __future__ import annotations

import logging
from hashlib import sha256

from django.core.cache import cache
from redis.exceptions import RedisError

MOST = 10  # tries of one name from one address; whoever mistypes needs three
WITHIN_S = 600

logger = logging.getLogger(__name__)


def count(name: str, address: str) -> bool:
    """Count a try before its password is looked at; False once there were too many of late."""
    key = _key(name, address)
    try:
        cache.add(key, 0, WITHIN_S)
        return cache.incr(key) <= MOST
    except ValueError:  # its time ran out between the two lines
        return True
    except RedisError as error:
        logger.warning("tries of logging in are not counted, the cache is away: %s", error)
        return True


def forget(name: str, address: str) -> None:
    """The password was right: what was mistyped before it does not count."""
    try:
        cache.delete(_key(name, address))
    except RedisError as error:
        logger.warning("tries of logging in are not forgotten, the cache is away: %s", error)


def _key(name: str, address: str) -> str:
    told = f"{name.strip().casefold()}\0{address}".encode("utf-8", "replace")
    return f"log-in-tries-{sha256(told).hexdigest()}"
