"""What programs send, read strictly: every problem is named with its field."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from rest_framework.request import Request

from pipeline.addresses import Address, AllowList, is_public
from pipeline.catalog_json import KNOWN_FIELDS, parse_object
from pipeline.catalog_records import ParsedProduct, RefusedField
from review.access import may_write_category, products_for
from review.api.errors import Invalid
from review.models import Category, Product

MAX_BODY_BYTES = 2 * 1024 * 1024
MAX_WAIT_S = 30.0

Problem = tuple[str, str]


def read_product(request: Request) -> ParsedProduct:
    """The product of a request, with addresses only. Raises Invalid."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY_BYTES:
        raise Invalid(("", f"The body is larger than {MAX_BODY_BYTES // 2**20} MB."), status=413)
    data = request.data
    try:
        parsed = parse_object(data, line=1)
    except RefusedField as error:
        raise Invalid((error.field, error.reason.replace("The line", "The body"))) from error
    problems = [(refusal.field, refusal.reason) for refusal in parsed.refusals if refusal.what != "note"]
    problems += [(str(name), "There is no such field.") for name in data if name not in KNOWN_FIELDS]
    problems += list(find_private(data))
    problems += list(check_category(parsed))
    if problems:
        raise Invalid(*problems)
    require_access(request, parsed)
    return parsed


def require_access(request: Request, parsed: ParsedProduct) -> None:
    """A specialist sends products of their own categories only. Raises Invalid with status 403."""
    known = Product.objects.filter(external_id=parsed.id)
    if known.exists() and not products_for(request.user).filter(external_id=parsed.id).exists():
        raise Invalid(("id", "This product is in a category that is not yours."), status=403)
    if not may_write_category(request.user, parsed.category):
        raise Invalid(("category", "You may only send products of your own categories."), status=403)


def check_category(parsed: ParsedProduct) -> Iterator[Problem]:
    """A category must be there already: a typing error must not make a new one."""
    if parsed.category and not Category.objects.filter(path=parsed.category).exists():
        yield (
            "category",
            f"There is no category '{parsed.category}'. Leave it out to have it found from the text, "
            "or have an admin add it.",
        )


def find_private(data: Any) -> Iterator[Problem]:
    """Addresses that plainly are not public; names are looked up when their pictures are fetched."""
    allow = AllowList.parse(settings.FETCH_ALLOW)
    for field, url in list_addresses(data):
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            continue  # was refused as malformed
        if allow.allows_host(host, port or (443 if parts.scheme == "https" else 80)):
            continue
        address = read_address(host)
        if address is not None and not (is_public(address) or allow.allows_address(address)):
            yield field, f"{host} is not a public address; pictures are fetched from public hosts only."


def list_addresses(data: Any) -> Iterator[tuple[str, str]]:
    """(field, address) of every picture of a product that was read without an error."""
    lists = [(f"offers.{i}.images", offer["images"]) for i, offer in enumerate(data.get("offers", []))]
    lists += [(name, data[name]) for name in ("images", "current") if data.get(name)]
    for field, names in lists:
        for position, name in enumerate(names):
            url = name.get("file") if isinstance(name, dict) else name
            if isinstance(url, str) and "://" in url:
                yield f"{field}.{position}", url


def read_address(host: str) -> Address | None:
    """The address that a host literally is, in any notation that resolvers take; None for a name."""
    if host == "localhost" or host.endswith(".localhost"):
        return ipaddress.IPv4Address("127.0.0.1")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, UnicodeError):
        return None


def read_wait(request: Request) -> float:
    """Seconds to wait for the result, at most MAX_WAIT_S; 0 for not at all. Raises Invalid."""
    text = request.query_params.get("wait", "0")
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise Invalid(("wait", f"'wait' is a number of seconds, at most {MAX_WAIT_S:.0f}."))
    return min(seconds, MAX_WAIT_S)
