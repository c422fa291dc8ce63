"""Edits that were not decided yet, kept on the server: the page with the highest clock has the last word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from review.models import Proposal, ReviewDraft

MAX_PICTURES = 2000  # of one proposal; a draft names each at most a few times
MAX_CLOCK = 2**53 - 1  # what a browser can count to
KEPT = timedelta(days=30)  # a decision undone later than that brings no edits back
LISTS, MAPS = ("order", "apart"), ("types", "drops", "copies")


class InvalidDraft(Exception):
    """What was sent is no draft; nothing was kept."""


def keep(*, proposal: Proposal, by: User, clock: object, edits: object, now: datetime) -> ReviewDraft:
    """Keep the edits unless a later page of this person wrote some; gives what counts now.

    `edits` None says that nothing is edited any more. Raises InvalidDraft.
    """
    if not isinstance(clock, int) or isinstance(clock, bool) or not 0 < clock <= MAX_CLOCK:
        raise InvalidDraft("The draft has no clock.")
    said: dict[str, Any] = {"clock": clock, "edits": _read(edits), "updated_at": now}
    mine = ReviewDraft.objects.filter(person=by, proposal=proposal)
    if not mine.filter(clock__lt=clock).update(**said):
        ReviewDraft.objects.bulk_create(
            [ReviewDraft(person=by, proposal=proposal, **said)], ignore_conflicts=True
        )
    return mine.get()


def find(proposal: Proposal, by: User) -> ReviewDraft | None:
    """This person's draft for a proposal."""
    return ReviewDraft.objects.filter(person=by, proposal=proposal).first()


def find_former(proposal: Proposal, by: User) -> ReviewDraft | None:
    """This person's newest edits of a proposal that this one has replaced."""
    replaced = ReviewDraft.objects.filter(
        person=by,
        proposal__product=proposal.product_id,
        proposal__state=Proposal.State.SUPERSEDED,
        proposal__lt=proposal.pk,
    )
    last = replaced.order_by("-proposal").first()
    return last if last and last.edits else None


def clean(*, now: datetime) -> int:
    """Delete drafts of proposals that are no longer open and were not touched for KEPT; gives how many."""
    old = ReviewDraft.objects.filter(updated_at__lt=now - KEPT)
    return old.exclude(proposal__state=Proposal.State.OPEN).delete()[0]


def _read(edits: object) -> dict[str, Any] | None:
    """Only the fields that a draft has, each of its shape; what they mean is checked when deciding."""
    if edits is None:
        return None
    if not isinstance(edits, Mapping) or not set(edits) <= {*LISTS, *MAPS, "proposed"}:
        raise InvalidDraft("The draft has fields that are not known.")
    found: dict[str, Any] = {name: _read_words(edits.get(name, [])) for name in (*LISTS, "proposed")}
    if any("" in words for words in found.values()):
        raise InvalidDraft("The draft names a picture without a name.")
    for name in MAPS:
        told = edits.get(name, {})
        if not isinstance(told, Mapping):
            raise InvalidDraft(f"{name} of the draft is no table.")
        _read_words(list(told)), _read_words(list(told.values()))
        found[name] = dict(told)
    return found


def _read_words(told: object) -> list[str]:
    if not isinstance(told, list) or len(told) > MAX_PICTURES:
        raise InvalidDraft("The draft names no list of pictures.")
    if not all(isinstance(word, str) and len(word) <= 64 and "\0" not in word for word in told):
        raise InvalidDraft("The draft names something that is no picture.")
    return told
