"""What a browser is told on every page: nothing from elsewhere, in no frame, no guessing of kinds."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.review.test_access_table import TABLE, Ground, ground  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db
PAGES = [address for method, address, _ in TABLE.values() if method == "GET"]


def test_every_page_takes_scripts_styles_and_pictures_from_here_alone(
    client: Client,
    ground: Ground,  # noqa: F811
    ada: User,
) -> None:
    client.force_login(ada)
    assert len(PAGES) > 40
    for page in (*PAGES, "/admin/", "/admin/review/product/", "/static/none.css"):
        headers = client.get(page.format(**ground.keys)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", page
        assert "http" not in " ".join(policy.values()), page
        loosened = page.startswith("/admin/") or page == "/api/v1/docs/"
        assert loosened or "unsafe" not in " ".join(policy.values()), page
        assert headers["X-Frame-Options"] == "DENY", page
        assert headers["X-Content-Type-Options"] == "nosniff", page
        assert headers["Referrer-Policy"] == "same-origin", page


def test_a_form_of_another_site_is_refused_everywhere(ground: Ground, ada: User) -> None:  # noqa: F811
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    for name, (method, address, _) in TABLE.items():
        if method == "POST" and name != "api-selections":  # programs have a token in place of a cookie
            answer = client.post(address.format(**ground.keys), {"submit_key": "k" * 20})
            assert answer.status_code == 403, name


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example", "/\\evil.example", "javascript:x"]
)
def test_no_address_leads_to_another_site(client: Client, sam: User, target: str) -> None:
    client.force_login(sam)
    chosen = client.post("/settings/language/", {"language": "de", "next": target})
    assert chosen["Location"] == "/"
    for here in ({"name": "x", "address": target}, {"here": target, "name": "x"}):
        assert client.post("/queue/filters/", here)["Location"].startswith("/queue/")
