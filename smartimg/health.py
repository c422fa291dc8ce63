"""GET /health/: whether the web server reaches database and broker. `python -m smartimg.health` asks it."""

from __future__ import annotations

import http.client
import os
import sys

from django.http import HttpRequest, JsonResponse


def report(request: HttpRequest) -> JsonResponse:
    """200 when both answer, else 503 with what does not."""
    from django.core.cache import cache
    from django.db import connection

    checks = {"database": lambda: connection.ensure_connection(), "broker": lambda: cache.get("health")}
    found: dict[str, str] = {}
    for name, check in checks.items():
        try:
            check()
            found[name] = "ok"
        except Exception as error:  # whatever keeps it from answering is the answer
            found[name] = type(error).__name__
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


def ask(port: int, timeout_s: float = 5.0) -> bool:
    """Whether the web server on this machine says that all is well; False where none answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    host = os.environ.get("SMARTIMG_HOSTS", "").split(",")[0].strip().lstrip("*.") or "127.0.0.1"
    try:
        connection.request("GET", "/health/", headers={"Host": host, "X-Forwarded-Proto": "https"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if ask(int(os.environ.get("PORT", "8000"))) else 1)
