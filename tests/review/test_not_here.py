"""Addresses that are nobody's get our page, in DEBUG too."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("debug", [True, False])
def test_an_unknown_address_shows_our_page(client: Client, sam: User, settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    client.force_login(sam)
    answer = client.get("/nothing/here/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "URLconf" not in answer.text


def test_an_address_without_its_slash_still_leads_there(client: Client) -> None:
    answer = client.get("/queue?sort=doubt")
    assert answer.headers["Location"] == "/queue/?sort=doubt"


@pytest.mark.parametrize("path", ["//elsewhere.example", "/nothing", "/admin/nothing/"])
def test_it_leads_nobody_to_another_site(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers.get("Location", "/").startswith("/")
    assert not answer.headers.get("Location", "/").startswith("//")
