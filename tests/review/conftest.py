"""The cast: Sam decides everywhere, Toni on tablets only, Wim labels, Ada administers, nobody has no role."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User

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
