"""Flags: a reviewer asks somebody else to look at a picture or a product, and is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from review.actions.decisions import SUBMIT_KEY
from review.models import Event, Flag, Image, Proposal

LONGEST = 500  # characters of a reason or an answer


class UnableToFlag(Exception):
    """The flag was not raised or not settled; says why."""


@transaction.atomic
def flag(*, proposal: Proposal, by: User, reason: str, sha256: str, submit_key: str, now: datetime) -> Flag:
    """Ask for a look at a picture of the proposal, or at the product ('' for sha256); one a submit_key."""
    reason = reason.replace("\0", "").strip()[:LONGEST]
    if not reason:
        raise UnableToFlag(_("Say what somebody else should look at."))
    if not SUBMIT_KEY.fullmatch(submit_key):
        raise UnableToFlag(_("The page sent no key of its own. Load it again."))
    said: dict[str, Any] = {"product": proposal.product, "image": _find_image(proposal, sha256)}
    said |= {"reason": reason, "proposal": proposal, "raised_by": by, "raised_at": now}
    raised, is_new = Flag.objects.get_or_create(submit_key=submit_key, defaults=said)
    if (raised.raised_by_id, raised.proposal_id) != (by.pk, proposal.pk):
        raise UnableToFlag(_("This key belongs to another decision. Load the page again."))
    if is_new:
        _note("flagged", raised, by, reason, now)
    return raised


@transaction.atomic
def settle(*, flag: Flag, by: User, answer: str, now: datetime) -> Flag:
    """Answer a flag, or withdraw one's own; the answer stands in the product's history."""
    flag = Flag.objects.select_for_update().get(pk=flag.pk)
    if flag.settled_at is not None:
        raise UnableToFlag(_("Somebody settled it meanwhile. Their answer stands in the product's history."))
    flag.settled_by, flag.settled_at = by, now
    flag.answer = answer.replace("\0", "").strip()[:LONGEST]
    flag.save(update_fields=["settled_by", "settled_at", "answer"])
    _note("flag_settled", flag, by, flag.answer or flag.reason, now)
    return flag


def _find_image(proposal: Proposal, sha256: str) -> Image | None:
    if not sha256:
        return None
    item = proposal.items.select_related("image").filter(image__sha256=sha256).first()
    if item is None:
        raise UnableToFlag(_("This picture is not part of the proposal."))
    return item.image


def _note(kind: str, flag: Flag, by: User, why: str, now: datetime) -> None:
    sha256 = flag.image.sha256 if flag.image else ""
    data = {"flag": flag.pk, "why": why, "image": sha256, "proposal": flag.proposal_id}
    Event.objects.create(kind=kind, product=flag.product, data=data, created_by=by, created_at=now)
