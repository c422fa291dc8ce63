"""Filters of the queue that a person keeps under a name."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext

from review.models import SavedFilter

MOST = 20  # a person


class UnableToSave(Exception):
    """The filters were not kept; says why."""


@transaction.atomic
def save(*, person: User, name: str, address: str) -> SavedFilter:
    """Keep an address under a name; the same name again is given the new address. Raises UnableToSave."""
    name = " ".join(name.replace("\0", "").split())[:60]
    if not name:
        raise UnableToSave(gettext("Give the filters a name."))
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # or two windows could pass the limit
    mine = SavedFilter.objects.filter(person=person)
    if not mine.filter(name=name).exists() and mine.count() >= MOST:
        words = gettext("You have {most} saved filters, which is the most. Delete one first.")
        raise UnableToSave(words.format(most=MOST))
    said = {"address": address}
    return SavedFilter.objects.update_or_create(person=person, name=name, defaults=said)[0]


def forget(*, person: User, filter_id: int) -> bool:
    """Delete one's own; False where there is none."""
    return bool(SavedFilter.objects.filter(person=person, pk=filter_id).delete()[0])
