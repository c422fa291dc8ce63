"""What happened to a product, newest first: sets that were published, decisions, imports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from review.models import Decision, Event, Product, PublishedImage, PublishedSet

MAX_ENTRIES = 50
_WORDS = {
    PublishedSet.Origin.IMPORT: _("as the catalog shows it"),
    PublishedSet.Origin.DECISION: _("approved"),
    PublishedSet.Origin.UNDO: _("former set restored"),
}
_EVENT_WORDS = {
    "imported": _("first imported"),
    "import_changed": _("changed by an import"),
    _("flagged"): _("flagged"),
    "flag_settled": _("flag settled"),
}


@dataclass(frozen=True)
class Entry:
    """One line of the history. `published` is set where a new set number came of it."""

    at: datetime
    what: str | Promise
    by: str = ""
    why: str = ""
    published: PublishedSet | None = None
    decision: Decision | None = None
    can_be_undone: bool = False


def list_history(product: Product) -> list[Entry]:
    """The newest entries; six queries for any length."""
    sets = _read_sets(product)
    decisions = list(
        Decision.objects.filter(proposal__product=product)
        .select_related("decided_by", "undone_by")
        .order_by("-pk")[:MAX_ENTRIES]
    )
    last = next((one for one in decisions if one.kind != Decision.Kind.UNDO), None)
    undoable = last.pk if last and not hasattr(last, "undone_by") else None
    events = product.events.filter(kind__in=_EVENT_WORDS).select_related("created_by")
    published = {entry.decision_id for entry in sets}
    entries = [_tell_set(one, undoable) for one in sets]
    entries += [_tell_decision(one, undoable) for one in decisions if one.pk not in published]
    entries += [_tell_event(one) for one in events.order_by("-pk")[:MAX_ENTRIES]]
    entries.sort(key=lambda entry: (entry.at, entry.published.number if entry.published else 0), reverse=True)
    return entries[:MAX_ENTRIES]


def _read_sets(product: Product) -> list[PublishedSet]:
    images = PublishedImage.objects.select_related("image").order_by("position")
    return list(
        product.published_sets.select_related("decision__decided_by", "created_by")
        .prefetch_related(Prefetch("images", queryset=images, to_attr="places"))
        .order_by("-number")[:MAX_ENTRIES]
    )


def _tell_set(one: PublishedSet, undoable: int | None) -> Entry:
    decision = one.decision
    return Entry(
        at=one.created_at,
        what=_WORDS[PublishedSet.Origin(one.origin)],
        by=one.created_by.username if one.created_by else "",
        why=decision.reason if decision else "",
        published=one,
        decision=decision,
        can_be_undone=bool(decision) and one.decision_id == undoable,
    )


def _tell_decision(one: Decision, undoable: int | None) -> Entry:
    words = {
        Decision.Kind.REJECT: _("proposal rejected"),
        Decision.Kind.SEND_BACK: _("proposal sent back"),
        Decision.Kind.UNDO: _("decision undone"),
    }
    return Entry(
        at=one.decided_at,
        what=words.get(Decision.Kind(one.kind), _("proposal approved")),
        by=one.decided_by.username,
        why=one.reason,
        decision=one,
        can_be_undone=one.pk == undoable,
    )


def _tell_event(one: Event) -> Entry:
    changed = one.data.get("changed") or []
    why = "" if one.kind == "imported" else ", ".join(str(name) for name in changed)
    by = one.created_by.username if one.created_by and "flag" in one.data else ""
    is_picture = one.kind == "flagged" and one.data.get("image")
    return Entry(
        at=one.created_at,
        what=_("a picture of it flagged") if is_picture else _EVENT_WORDS[one.kind],
        by=by,
        why=str(one.data.get("why", why)),
    )
