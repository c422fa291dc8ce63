"""What the proposal page asks for when somebody wants to know more: two pictures compared."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from review.access import ADMIN, SPECIALIST, NotFound, get_proposal_for
from review.actions import store
from review.models import Proposal
from review.views.comparison_words import explain_distances, tell_geometry, tell_verdict
from review.views.frame import page

LOST = "One of the two pictures cannot be read any more, so they cannot be compared."


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
        return JsonResponse({"message": LOST}, status=410)
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
        "rows": explain_distances(found),
        "paper": explain_distances(found["paper"]),
    }


urlpatterns: list[URLPattern] = [
    path("proposals/<int:proposal_id>/comparison/", comparison, name="proposal-comparison"),
]
