"""How often two reviewers decide alike: over all, by reviewer, by category, each share with its interval."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from pipeline.voting import wilson_interval
from review.access import ADMIN, SPECIALIST, AnyUser, proposals_for, roles_of
from review.models import Decision, SecondOpinion
from review.views.frame import page

PERIODS = (30, 90, 365)  # days
MAX_ROWS = 100
BOTH_APPROVED = Q(kind=Decision.Kind.APPROVE, decision__kind=Decision.Kind.APPROVE)
COUNTS = {
    "pairs": Count("pk"),
    "same": Count("pk", filter=Q(kind=F("decision__kind"))),
    "approved": Count("pk", filter=BOTH_APPROVED),
    "same_hero": Count("pk", filter=BOTH_APPROVED & Q(final_set__0=F("decision__final_set__0"))),
    "same_set": Count("pk", filter=BOTH_APPROVED & Q(final_set=F("decision__final_set"))),
}


@dataclass(frozen=True)
class Share:
    """So many of so many, with the ends of Wilson's 95 % interval; None where there was nothing."""

    hits: int
    many: int

    @property
    def value(self) -> float | None:
        return self.hits / self.many if self.many else None

    @property
    def ends(self) -> tuple[float, float]:
        return wilson_interval(self.hits, self.many)


@page(SPECIALIST, ADMIN)
def agreement(request: HttpRequest) -> HttpResponse:
    """Second opinions against decisions that still stand; of reviewers a specialist sees the own row."""
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, PERIODS) else PERIODS[1]
    given = _find_given(request.user, days)
    waiting = SecondOpinion.objects.filter(given_at__isnull=True, decision__undone_by__isnull=True)
    context: dict[str, Any] = {
        "days": days,
        "periods": PERIODS,
        "overall": describe(given.aggregate(**COUNTS)),
        "by_reviewer": _count_reviewers(given, request.user),
        "by_category": _count_categories(given),
        "kinds": _count_kinds(given),
        "waiting": waiting.filter(decision__proposal__in=proposals_for(request.user))[:1000].count(),
    }
    return render(request, "proposals/agreement.html", context)


def _find_given(user: AnyUser, days: int) -> QuerySet[SecondOpinion]:
    since = timezone.now() - timedelta(days=days)
    given = SecondOpinion.objects.filter(given_at__gte=since, decision__undone_by__isnull=True)
    return given.filter(decision__proposal__in=proposals_for(user)).order_by()


def describe(counts: Mapping[str, int]) -> dict[str, Any]:
    """The shares of a row; same hero and same pictures among those that both approved."""
    return {
        "pairs": counts["pairs"],
        "same": Share(counts["same"], counts["pairs"]),
        "same_hero": Share(counts["same_hero"], counts["approved"]),
        "same_set": Share(counts["same_set"], counts["approved"]),
    }


def _count_reviewers(given: QuerySet[SecondOpinion], user: AnyUser) -> list[dict[str, Any]]:
    """Each person as the first or the second of a pair."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for place in ("decision__decided_by", "given_by"):
        here = given if ADMIN in roles_of(user) else given.filter(**{place: user.pk})
        rows: Any = here.values(name=F(f"{place}__username")).annotate(**COUNTS)
        for row in rows:
            sums[row["name"]].update({name: row[name] for name in COUNTS})
    found = [{"name": name, **describe(counts)} for name, counts in sums.items()]
    return sorted(found, key=lambda row: (-row["pairs"], row["name"]))[:MAX_ROWS]


def _count_categories(given: QuerySet[SecondOpinion]) -> list[dict[str, Any]]:
    rows: Any = given.values(name=F("decision__proposal__category__path")).annotate(**COUNTS)
    found = [{"name": row["name"], **describe(row)} for row in rows]
    return sorted(found, key=lambda row: (-row["pairs"], row["name"] or ""))[:MAX_ROWS]


def _count_kinds(given: QuerySet[SecondOpinion]) -> list[dict[str, Any]]:
    """First decision -> second opinion -> how many, where they differ."""
    words = dict(Decision.Kind.choices)
    differing = given.exclude(kind=F("decision__kind")).values("kind", first=F("decision__kind"))
    rows = differing.annotate(many=Count("pk")).order_by("-many", "first", "kind")
    return [{**row, "first": words[row["first"]], "second": words[row["kind"]]} for row in rows]


urlpatterns: list[URLPattern] = [path("reports/agreement/", agreement, name="agreement")]
