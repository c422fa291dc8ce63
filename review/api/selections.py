"""Sending a product and reading what was chosen for it."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from review import tasks
from review.access import ADMIN, SPECIALIST, get_selection_for, require_role
from review.actions import selections
from review.api.errors import answer
from review.api.payloads import read_product, read_wait
from review.api.shapes import ErrorsShape, ProductShape, SelectionShape, StatusShape
from review.models import RunProduct

LOOK_EVERY_S = 0.2
WAIT = OpenApiParameter("wait", float, description="Seconds to wait for the selection, at most 30.")
ANEW = OpenApiParameter("anew", bool, description="Select again, although nothing changed.")


class SelectionsView(APIView):
    """Have the pictures of a product selected."""

    @extend_schema(
        operation_id="request_selection",
        request=ProductShape,
        parameters=[WAIT, ANEW],
        responses={
            200: SelectionShape,
            202: StatusShape,
            400: ErrorsShape,
            403: ErrorsShape,
            422: ErrorsShape,
        },
    )
    def post(self, request: Request) -> Response:
        """Send one product; 202 with a status address, or with `wait` the finished selection."""
        require_role(request.user, SPECIALIST, ADMIN)
        assert isinstance(request.user, User)  # nobody else has a role
        wait_s = read_wait(request)
        anew = request.query_params.get("anew", "").lower() in {"1", "true", "yes"}
        parsed = read_product(request)
        selected, is_new = selections.request_selection(
            parsed=parsed, by=request.user, now=timezone.now(), anew=anew
        )
        if is_new:
            tasks.send_batches(selected.run_id)
        wait(selected, wait_s)
        if wait_s and selected.outcome == RunProduct.Outcome.FAILED:
            return answer(("", selected.reason), status=422)
        chosen = selections.describe(selected) if wait_s else None
        if chosen is not None:
            return Response(chosen)
        told = show_status(request, selected)
        return Response(told, status=202, headers={"Location": told["status_url"]})


class SelectionView(APIView):
    """One selection and how far it is."""

    @extend_schema(operation_id="read_selection", responses={200: StatusShape, 404: ErrorsShape})
    def get(self, request: Request, selection_id: int) -> Response:
        """Its state and, once it is finished, what was chosen."""
        require_role(request.user, SPECIALIST, ADMIN)
        return Response(show_status(request, get_selection_for(request.user, selection_id)))


def wait(selected: RunProduct, seconds: float) -> None:
    """Until the selection is finished, or the time is over."""
    until = time.monotonic() + seconds
    while selected.outcome == RunProduct.Outcome.WAITING and time.monotonic() < until:
        time.sleep(LOOK_EVERY_S)
        selected.refresh_from_db()


def show_status(request: Request, selected: RunProduct) -> dict[str, Any]:
    """Where it stands."""
    address = reverse("api-selection", args=[selected.pk])
    return {
        "id": selected.pk,
        "state": selected.outcome,
        "status_url": request.build_absolute_uri(address),
        "reason": selected.reason,
        "selection": selections.describe(selected),
    }
