"""The cast: Sam decides everywhere, Toni on tablets only, Wim labels, Ada administers, nobody has no role."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from review.actions import queue_places
from review.models import CategoryGrant


def make_person(name: str, role: str | None) -> User:
    """A user with the role's group (a test with real transactions empties even what migrations made)."""
    person = User.objects.create_user(name, password=f"{name}-has-a-long-password")
    if role:
        person.groups.add(Group.objects.get_or_create(name=role)[0])
    return person


@pytest.fixture
def sam(db: None) -> User:
    person = make_person("sam", "specialist")
    CategoryGrant.objects.create(user=person, path="")
    return person


@pytest.fixture
def toni(db: None) -> User:
    person = make_person("toni", "specialist")
    CategoryGrant.objects.create(user=person, path="Electronics > Tablets")
    return person


@pytest.fixture
def wim(db: None) -> User:
    return make_person("wim", "worker")


@pytest.fixture
def ada(db: None) -> User:
    return make_person("ada", "admin")


@pytest.fixture
def nobody(db: None) -> User:
    return make_person("nobody", None)


@pytest.fixture
def stretches(monkeypatch: pytest.MonkeyPatch) -> list[queue_places.Stretch]:
    """Each part of a queue that is searched for a question, as it comes."""
    looked: list[queue_places.Stretch] = []
    claim = queue_places._claim

    def look(at: queue_places.Stretch, given: dict[str, Any]) -> queue_places.Claimed | None:
        looked.append(at)
        return claim(at, given)

    monkeypatch.setattr(queue_places, "_claim", look)
    return looked
