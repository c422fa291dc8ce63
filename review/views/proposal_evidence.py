"""What the proposal page asks for when somebody wants to know more: two pictures compared, rules broken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.views.decorators.http import require_safe

from review import rules
from review.access import ADMIN, SPECIALIST, NotFound, get_proposal_for
from review.actions import store
from review.models import Proposal
from review.views.comparison_words import explain_distances, tell_geometry, tell_verdict
from review.views.frame import page
from review.views.rule_words import drop_who, say

MANY_CHANGES = 3  # coming days that are offered
LOST = noop("One of the two pictures cannot be read any more, so they cannot be compared.")


@require_safe
@page(SPECIALIST, ADMIN)
def comparison(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Any two pictures of a proposal compared; computed at first asking, read from the store after that."""
    proposal = get_proposal_for(request.user, proposal_id)
    left, right = request.GET.get("left", ""), request.GET.get("right", "")
    asked = {left, right}
    if "\0" in left + right or proposal.items.filter(image__sha256__in=asked).count() != 2:
        raise NotFound
    try:
        version, found = _find(proposal, left, right)
    except store.NotStored:
        return JsonResponse({"message": _(LOST)}, status=410)
    name = store.name_difference(left, right, version)
    url = store.difference_url(name) if found["has_map"] else ""
    answer = JsonResponse(_describe(found) | {"map": url, "version": version})
    answer["Cache-Control"] = "private, max-age=3600"  # the same two pictures, the same answer
    return answer


def _find(proposal: Proposal, left: str, right: str) -> tuple[str, dict[str, Any]]:
    """What the comparator of the proposal noted of the pair, else what today's finds."""
    version = str(proposal.model_versions.get("comparator", ""))
    try:
        return version, store.read_numbers(store.name_difference(left, right, version))
    except store.NotStored:
        from review import differences  # OpenCV is not loaded into a web process before it is needed

        return differences.version(), differences.compare(left, right)


def _describe(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "duplicate": found["duplicate"],
        "probability": found["probability"],
        "verdict": tell_verdict(found),
        "geometry": tell_geometry(found),
        "matrix": found.get("matrix"),
        "spots": found.get("spots", []),
        "rows": explain_distances(found),
        "paper": explain_distances(found["paper"]),
    }


@require_safe
@page(SPECIALIST, ADMIN)
def broken_rules(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Marketplaces' rules that today's set and the new one break on a day; `order` counts the edits in."""
    proposal = get_proposal_for(request.user, proposal_id)
    today = timezone.localdate()
    try:
        on = date.fromisoformat(request.GET.get("on") or today.isoformat())
    except ValueError:
        return JsonResponse({"message": _("Give the day as 2027-02-01.")}, status=400)
    asked = request.GET.get("order")
    try:
        order = None if asked is None else [sha for sha in asked.split(",") if sha]
        rows = rules.judge(proposal, order, on, say)
    except ValueError as wrong:
        return JsonResponse({"message": str(wrong)}, status=400)
    changes = [
        {"day": day.isoformat(), "word": _say(day)} for day in rules.list_changes(today)[:MANY_CHANGES]
    ]
    told = {"on": on.isoformat(), "word": _("today") if on == today else _say(on), "today": today.isoformat()}
    return JsonResponse({**told, "changes": changes, **describe_rules(rows)})


def _say(day: date) -> str:
    return date_format(day, "DATE_FORMAT")


def describe_rules(rows: Sequence[rules.Row]) -> dict[str, Any]:
    """Each market with how many required rules are broken before and after, and by which pictures."""
    by_market: dict[str, list[rules.Row]] = defaultdict(list)
    for row in rows:
        by_market[row.finding.market].append(row)
    markets = [_describe_market(market, own) for market, own in by_market.items()]
    before, after = (sum(int(market[name]) for market in markets) for name in ("before", "after"))
    return {"markets": markets, "before": before, "after": after}


def _describe_market(name: str, rows: Sequence[rules.Row]) -> dict[str, Any]:
    by_rule: dict[tuple[str, str], list[rules.Row]] = defaultdict(list)
    for row in rows:
        by_rule[row.state, row.finding.rule].append(row)
    return {
        "name": name,
        "source": rows[0].finding.source,
        "before": _count(rows, rules.STILL, rules.MENDED),
        "after": _count(rows, rules.STILL, rules.NEW),
        "rows": [_describe_rule(state, found) for (state, _rule), found in by_rule.items()],
    }


def _count(rows: Sequence[rules.Row], *states: str) -> int:
    """Rules, not pictures: a set of many small pictures breaks one rule."""
    return len({row.finding.rule for row in rows if row.finding.required and row.state in states})


def _describe_rule(state: str, rows: Sequence[rules.Row]) -> dict[str, Any]:
    first = rows[0].finding
    pictures = [{"sha": row.finding.key, "words": row.finding.words} for row in rows if row.finding.key]
    words = drop_who(first.words, len(rows) > 1) if first.key else first.words
    return {"state": state, "words": words, "required": first.required, "pictures": pictures}


urlpatterns: list[URLPattern] = [
    path("proposals/<int:proposal_id>/comparison/", comparison, name="proposal-comparison"),
    path("proposals/<int:proposal_id>/rules/", broken_rules, name="proposal-rules"),
]
