"""Approving, rejecting and undoing: each is one transaction that only adds rows."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from review.actions import publishing, removals
from review.actions.edits import Edits, Fact, InvalidEdits, answers, find_confirmed, find_facts, read_edits
from review.actions.proposals import find_current_set
from review.actions.sampling import ask_again
from review.actions.slots import close_questions, reopen_questions
from review.models import Decision, Event, Label, Product, Proposal, ProposalItem, PublishedSet, Question

SUBMIT_KEY = re.compile(r"[\w-]{1,64}", re.ASCII)


class UnableToDecide(Exception):
    """The decision was not written; says why and what is safe. `code` is for the page."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@transaction.atomic
def approve(
    *,
    proposal: Proposal,
    by: User,
    final: object,
    edits: object,
    submit_key: str,
    now: datetime,
    seen_set: int | None = None,
) -> Decision:
    """Publish the reviewer's set as the next number and write the labels that the edits imply.

    `seen_set` is the number of the shop's set that the reviewer looked at; without it, the one that
    the proposal was made from. The same `submit_key` again gives the same decision. Raises
    UnableToDecide when somebody else decided, or the shop's set is another by now.
    """
    product, proposal = _lock(proposal)
    if known := _find_submitted(submit_key, proposal, by):
        return known
    _require_open(proposal)
    _require_same_set(proposal, find_current_set(product.pk), seen_set)
    items = _items_of(proposal)
    checked = _read(final, edits, items)
    kept = {"final_set": list(checked.final), "edits": checked.as_json()}
    decision = _decide(proposal, Decision.Kind.APPROVE, by, submit_key, now, **kept)
    _publish_final(decision, checked, items, product)
    _close(proposal, Proposal.State.APPROVED)
    return decision


def reject(*, proposal: Proposal, by: User, reason: str, submit_key: str, now: datetime) -> Decision:
    """Leave the shop's set as it is, with the reason; the same submit_key again changes nothing."""
    return _refuse(Decision.Kind.REJECT, Proposal.State.REJECTED, proposal, by, reason, submit_key, now)


def send_back(*, proposal: Proposal, by: User, reason: str, submit_key: str, now: datetime) -> Decision:
    """Take it out of the queue for something that no reviewer can mend here; the shop's set stays."""
    return _refuse(Decision.Kind.SEND_BACK, Proposal.State.SENT_BACK, proposal, by, reason, submit_key, now)


@transaction.atomic
def _refuse(
    kind: str, state: str, proposal: Proposal, by: User, reason: str, submit_key: str, now: datetime
) -> Decision:
    product, proposal = _lock(proposal)
    if known := _find_submitted(submit_key, proposal, by):
        return known
    _require_open(proposal)
    reason = reason.replace("\0", "").strip()[:500]
    if not reason:
        words = _("Say why the proposal is {state}: it helps to make better ones.")
        raise UnableToDecide("invalid", words.format(state=Decision.Kind(kind).label))
    decision = _decide(proposal, kind, by, submit_key, now, reason=reason)
    _close(proposal, state)
    _note(state, decision, product, {"reason": reason})
    return decision


@transaction.atomic
def undo(*, decision: Decision, by: User, submit_key: str, now: datetime) -> Decision:
    """Publish the set from before the decision as a new number, and open the proposal again.

    A newer open proposal stays the one to decide on. Raises UnableToDecide when the decision was
    undone before, or something was published after it.
    """
    product, proposal = _lock(decision.proposal)
    if known := _find_submitted(submit_key, proposal, by):
        return known
    _require_undoable(decision, product)
    undone = _decide(proposal, Decision.Kind.UNDO, by, submit_key, now, undoes=decision)
    data: dict[str, Any] = {"undoes": decision.pk}
    if decision.kind == Decision.Kind.APPROVE:
        data["set"] = _publish_former(decision, undone, product).number
    has_newer = product.proposals.filter(state=Proposal.State.OPEN).exclude(pk=proposal.pk).exists()
    _close(proposal, Proposal.State.SUPERSEDED if has_newer else Proposal.State.OPEN)
    _reopen_questions(decision)
    _note("undone", undone, product, data)
    return undone


def _decide(proposal: Proposal, kind: str, by: User, submit_key: str, now: datetime, **said: Any) -> Decision:
    decision = Decision.objects.create(
        proposal=proposal, kind=kind, submit_key=submit_key, decided_by=by, decided_at=now, **said
    )
    ask_again(decision=decision, now=now)
    return decision


def _publish_final(
    decision: Decision, edits: Edits, items: dict[str, ProposalItem], product: Product
) -> None:
    """The approved set as the next number, its labels, and the line in the product's log."""
    published = publishing.publish(
        product=product,
        places=[(items[image].source, items[image].image_id) for image in edits.final],
        origin=PublishedSet.Origin.DECISION,
        decision=decision,
    )
    settled = _write_labels(decision, edits, items, product)
    _note("approved", decision, product, {"set": published.number, "settled": settled})


def _lock(proposal: Proposal) -> tuple[Product, Proposal]:
    """The product first, as everybody who publishes does: two locks in one order cannot meet head-on."""
    product = Product.objects.select_for_update().get(pk=proposal.product_id)
    return product, Proposal.objects.select_for_update().get(pk=proposal.pk)


def _find_submitted(submit_key: str, proposal: Proposal, by: User) -> Decision | None:
    if not SUBMIT_KEY.fullmatch(submit_key):
        raise UnableToDecide(
            "invalid", _("The page sent no key of its own. Load it again; your edits are kept.")
        )
    known = Decision.objects.filter(submit_key=submit_key).first()
    if known and (known.proposal_id, known.decided_by_id) != (proposal.pk, by.pk):
        raise UnableToDecide("invalid", _("This key belongs to another decision. Load the page again."))
    return known


def _require_open(proposal: Proposal) -> None:
    if proposal.state == Proposal.State.OPEN:
        return
    if proposal.state == Proposal.State.SUPERSEDED:
        raise UnableToDecide(
            "superseded", _("A newer proposal has replaced this one. Your edits are kept here.")
        )
    last = proposal.decisions.select_related("decided_by").order_by("-pk").first()
    who, state = last.decided_by.get_username() if last else _("Somebody"), proposal.get_state_display()
    words = _("{who} {state} this proposal. Nothing was changed; your edits are kept.")
    if last:
        words = _("{who} {state} this proposal at {at} UTC. Nothing was changed; your edits are kept.")
    at = ", ".join(date_format(last.decided_at, form) for form in ("H:i", "MONTH_DAY_FORMAT")) if last else ""
    raise UnableToDecide("decided", words.format(who=who, state=state, at=at))


def _require_same_set(proposal: Proposal, current: PublishedSet | None, seen_set: int | None) -> None:
    number = current.number if current else 0
    if number == seen_set or (current.pk if current else None) == proposal.based_on_id:
        return
    shown = publishing.names_of(publishing.list_places(current))
    if shown != publishing.names_of(publishing.list_places(proposal.based_on)):
        raise UnableToDecide(
            "set_changed",
            _(
                "The shop shows set {number} by now, which this proposal was not made from. "
                "Load the page again to see it; your edits are kept."
            ).format(number=number),
        )


def _items_of(proposal: Proposal) -> dict[str, ProposalItem]:
    rows = proposal.items.select_related("image", "duplicate_of")
    return {item.image.sha256: item for item in rows}


def read_final(proposal: Proposal, final: object, edits: object) -> Edits:
    """A reviewer's set and edits against the pictures of the proposal; raises UnableToDecide."""
    return _read(final, edits, _items_of(proposal))


def _read(final: object, edits: object, items: dict[str, ProposalItem]) -> Edits:
    try:
        return read_edits(final=final, edits=edits, items=items)
    except InvalidEdits as wrong:
        raise UnableToDecide("invalid", str(wrong)) from wrong


def _write_labels(
    decision: Decision, edits: Edits, items: dict[str, ProposalItem], product: Product
) -> list[int]:
    """Labels of the edits; gives the ids of the open questions that they settle."""
    facts = find_facts(edits, items)
    if removals.SCOPE in decision.proposal.run.scope:
        facts += find_confirmed(edits, items)
    Label.objects.bulk_create(_make_label(fact, decision, items, product) for fact in facts)
    if not facts:
        return []
    subjects = answers(facts)
    asked = Question.objects.filter(state=Question.State.OPEN, image__sha256__in=subjects)
    rows = asked.values_list("pk", "subject", "image__sha256")
    return close_questions([pk for pk, subject, image in rows if subject in subjects[image]])


def _make_label(fact: Fact, decision: Decision, items: dict[str, ProposalItem], product: Product) -> Label:
    other = items.get(fact.other) if fact.other else None
    return Label(
        kind=fact.kind,
        subject=fact.subject,
        image_id=items[fact.image].image_id,
        other_id=other.image_id if other else None,
        product=product,
        value=fact.value,
        source=Label.Source.SPECIALIST,
        decision=decision,
        created_by=decision.decided_by,
        created_at=decision.decided_at,
    )


def _close(proposal: Proposal, state: str) -> None:
    """Set the state and give the lease back."""
    proposal.state = state
    proposal.leased_by = proposal.leased_until = proposal.leased_at = None
    proposal.save(update_fields=["state", "leased_by", "leased_until", "leased_at"])


def _note(kind: str, decision: Decision, product: Product, data: dict[str, Any]) -> None:
    data = {"proposal": decision.proposal_id, "decision": decision.pk, **data}
    Event.objects.create(
        kind=kind, product=product, data=data, created_by=decision.decided_by, created_at=decision.decided_at
    )


def _require_undoable(decision: Decision, product: Product) -> None:
    if decision.kind == Decision.Kind.UNDO:
        raise UnableToDecide("invalid", _("An undo is not undone: decide on the proposal again."))
    if Decision.objects.filter(undoes=decision).exists():
        raise UnableToDecide("undone", _("This decision was undone before."))
    if decision.kind != Decision.Kind.APPROVE:
        return
    current = find_current_set(product.pk)
    if current is None or current.decision_id != decision.pk:
        number = current.number if current else 0
        words = _("Set {number} was published after this decision, so it stays.")
        raise UnableToDecide("set_changed", words.format(number=number))


def _publish_former(decision: Decision, undone: Decision, product: Product) -> PublishedSet:
    published = product.published_sets.get(decision=decision)
    former = product.published_sets.filter(number__lt=published.number).order_by("-number").first()
    return publishing.publish(
        product=product,
        places=publishing.list_places(former),
        origin=PublishedSet.Origin.UNDO,
        decision=undone,
    )


def _reopen_questions(decision: Decision) -> None:
    """What the decision settled is asked again; its labels stay, but an undone decision counts no more."""
    events = Event.objects.filter(product=decision.proposal.product_id, data__decision=decision.pk)
    for settled in events.values_list("data__settled", flat=True):
        reopen_questions(settled or [])
