"""Approving several sure proposals at once, one transaction each, and undoing them as one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from review.actions import decisions
from review.actions.decisions import SUBMIT_KEY, UnableToDecide
from review.models import BulkApproval, BulkItem, Flag, Proposal
from review.models.proposals import ProposalQuerySet

MOST = 24  # in one bulk: never more than a page shows


def sure_ones(rows: ProposalQuerySet) -> ProposalQuerySet:
    """Those that may be approved without a look at each picture: no doubt, and nobody flagged the product."""
    flagged = Flag.objects.filter(product=OuterRef("product"), settled_at__isnull=True)
    return rows.filter(~Exists(flagged), is_sure=True)


def approve_all(*, proposals: Sequence[Proposal], by: User, submit_key: str, now: datetime) -> BulkApproval:
    """Approve each as it is proposed; one that moved meanwhile is left, with the reason, and holds up none.

    The same `submit_key` again goes on where a killed one ended. Raises UnableToDecide.
    """
    if not SUBMIT_KEY.fullmatch(submit_key):
        raise UnableToDecide("invalid", _("The page sent no key of its own. Load it again."))
    if not 0 < len(proposals) <= MOST:
        raise UnableToDecide("invalid", _("Choose 1 to {most} proposals.").format(most=MOST))
    said = {"approved_by": by, "approved_at": now}
    bulk, _is_new = BulkApproval.objects.get_or_create(submit_key=submit_key, defaults=said)
    if bulk.approved_by_id != by.pk:
        raise UnableToDecide(
            "invalid", _("This key belongs to somebody else's approval. Load the page again.")
        )
    for proposal in proposals:
        _approve_one(bulk.pk, proposal, by, now)
    return bulk


@transaction.atomic
def _approve_one(bulk_id: int, proposal: Proposal, by: User, now: datetime) -> None:
    bulk = BulkApproval.objects.select_for_update().get(pk=bulk_id)
    if bulk.undone_at is not None:
        return
    item, _is_new = BulkItem.objects.get_or_create(bulk=bulk, proposal=proposal)
    if item.decision_id is not None:
        return
    try:
        item.refusal = ""
        _require_sure(proposal, by, now)
        final = proposal.items.filter(after_position__isnull=False).order_by("after_position")
        item.decision = decisions.approve(
            proposal=proposal,
            by=by,
            final=list(final.values_list("image__sha256", flat=True)),
            edits=[],
            submit_key=f"bulk-{bulk.pk}-{proposal.pk}",
            now=now,
        )
    except UnableToDecide as refused:
        item.refusal = str(refused)[:300]
    item.save(update_fields=["decision", "refusal"])


def _require_sure(proposal: Proposal, by: User, now: datetime) -> None:
    this = Proposal.objects.filter(pk=proposal.pk)
    if not sure_ones(this).exists():
        raise UnableToDecide("unsure", _("It is to be looked at on its own: something in it is doubtful."))
    holder = this.exclude(pk__in=this.free_for(by, now).values("pk")).select_related("leased_by").first()
    if holder is not None and holder.leased_by is not None:
        name = holder.leased_by.get_username()
        raise UnableToDecide("held", _("{name} is looking at it now.").format(name=name))


def undo_all(*, bulk: BulkApproval, by: User, now: datetime) -> BulkApproval:
    """Undo every decision of a bulk that still stands; what was published since stays, with the reason.

    May be repeated; nothing is undone twice.
    """
    BulkApproval.objects.filter(pk=bulk.pk, undone_at__isnull=True).update(undone_at=now)
    bulk.refresh_from_db()
    for item in bulk.items.filter(decision__isnull=False).order_by("-pk"):
        _undo_one(item, by, now)
    return bulk


@transaction.atomic
def _undo_one(item: BulkItem, by: User, now: datetime) -> None:
    assert item.decision is not None
    try:
        key = f"bulk-undo-{item.bulk_id}-{item.proposal_id}"
        decisions.undo(decision=item.decision, by=by, submit_key=key, now=now)
        item.refusal = ""
    except UnableToDecide as refused:
        item.refusal = str(refused)[:300]
    item.save(update_fields=["refusal"])


def find_last(person: User, since: datetime) -> BulkApproval | None:
    """This person's newest bulk of which something still stands."""
    standing = BulkItem.objects.filter(
        bulk=OuterRef("pk"), decision__isnull=False, decision__undone_by__isnull=True
    )
    mine = BulkApproval.objects.filter(Exists(standing), approved_by=person, approved_at__gte=since)
    return mine.order_by("-pk").first()
