"""Review of the reviewers: a share of decisions is made again by somebody who does not know the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, Q, Subquery
from django.utils.translation import gettext as _

from review.access import second_opinions_for
from review.actions.decisions import SUBMIT_KEY, UnableToDecide, read_final
from review.actions.leases import LASTS
from review.actions.sampling import DECIDING
from review.models import Decision, ReviewDraft, SecondOpinion

COUNT_UP_TO = 100


@dataclass(frozen=True)
class Said:
    """What the second person would do, as the page sent it."""

    kind: str
    reason: str
    final: object
    edits: object
    submit_key: str


def is_free(person: User, now: datetime) -> Q:
    """Nobody else thinks about it at this moment."""
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(leased_by=person)


def count_waiting(person: User, now: datetime) -> int:
    """How many this person could give, up to COUNT_UP_TO."""
    waiting = second_opinions_for(person).filter(is_free(person, now), given_at__isnull=True)
    return waiting[:COUNT_UP_TO].count()


@transaction.atomic
def take_next(*, by: User, now: datetime) -> SecondOpinion | None:
    """The oldest free one, held for this person; no two people get the same."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    free = second_opinions_for(by).filter(is_free(by, now), given_at__isnull=True)
    mine_first = free.order_by(F("leased_by").asc(nulls_last=True), "pk")
    first = mine_first.select_for_update(skip_locked=True, of=("self",)).values("pk")[:1]
    until = now + LASTS
    rows = SecondOpinion.objects.filter(pk=Subquery(first))
    if not rows.update(leased_by=by, leased_until=until):
        return None
    return SecondOpinion.objects.filter(leased_by=by, leased_until=until).order_by("pk").first()


def renew(*, opinion: SecondOpinion, by: User, now: datetime) -> bool:
    """Keep holding it; False where somebody else does, or it was given."""
    rows = SecondOpinion.objects.filter(is_free(by, now), pk=opinion.pk, given_at__isnull=True)
    return bool(rows.update(leased_by=by, leased_until=now + LASTS))


def give_back(*, opinion: SecondOpinion, by: User) -> None:
    """End one's own hold."""
    SecondOpinion.objects.filter(pk=opinion.pk, leased_by=by).update(leased_by=None, leased_until=None)


@transaction.atomic
def give(*, opinion: SecondOpinion, by: User, said: Said, now: datetime) -> SecondOpinion:
    """Write down what the second person would have done; nothing is published, no label follows.

    The same key again gives the same opinion. Raises UnableToDecide.
    """
    if not SUBMIT_KEY.fullmatch(said.submit_key):
        raise UnableToDecide("invalid", _("The page sent no key of its own. Load it again."))
    rows = SecondOpinion.objects.select_for_update(of=("self",)).select_related("decision__proposal")
    opinion = rows.get(pk=opinion.pk)
    if opinion.submit_key == said.submit_key and opinion.given_by_id == by.pk:
        return opinion
    if SecondOpinion.objects.filter(submit_key=said.submit_key).exclude(pk=opinion.pk).exists():
        raise UnableToDecide("invalid", _("This key belongs to another decision. Load the page again."))
    if opinion.given_at is not None:
        raise UnableToDecide("decided", _("Somebody gave the second opinion meanwhile. Yours is not needed."))
    if opinion.decision.decided_by_id == by.pk:
        raise UnableToDecide("invalid", _("This is your own decision: somebody else is to look at it."))
    _take_over(opinion, said)
    opinion.given_by, opinion.given_at = by, now
    opinion.leased_by = opinion.leased_until = None
    opinion.save()
    ReviewDraft.objects.filter(person=by, proposal=opinion.decision.proposal_id).delete()
    return opinion


def _take_over(opinion: SecondOpinion, said: Said) -> None:
    if said.kind not in DECIDING:
        raise UnableToDecide("invalid", _("Approve, reject or send back."))
    if said.kind == Decision.Kind.APPROVE:
        checked = read_final(opinion.decision.proposal, said.final, said.edits)
        opinion.final_set, opinion.edits = list(checked.final), checked.as_json()
    opinion.kind, opinion.submit_key = said.kind, said.submit_key
    opinion.reason = said.reason.replace("\0", "").strip()[:500]
    if said.kind != Decision.Kind.APPROVE and not opinion.reason:
        raise UnableToDecide("invalid", _("Say why."))


@transaction.atomic
def withdraw(*, opinion: SecondOpinion, by: User, now: datetime) -> SecondOpinion:
    """Take one's own opinion back, and hold it to give it anew; again changes nothing."""
    opinion = SecondOpinion.objects.select_for_update().get(pk=opinion.pk)
    if opinion.given_by_id != by.pk:
        raise UnableToDecide("nothing", _("There is no second opinion of yours: nothing had to be undone."))
    opinion.kind, opinion.reason, opinion.final_set, opinion.edits = "", "", [], []
    opinion.given_by = opinion.given_at = opinion.submit_key = None
    opinion.leased_by, opinion.leased_until = by, now + LASTS
    opinion.save()
    return opinion
