"""Logging in, and where each role begins."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from review.access import ADMIN, SPECIALIST, roles_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Specialists and admins begin at the queue, workers at their questions."""
    if roles_of(request.user) & {SPECIALIST, ADMIN}:
        return redirect("queue")
    return redirect("label")


urlpatterns = [
    path("", home, name="home"),
    path("log-in/", LoginView.as_view(template_name="people/log_in.html"), name="log-in"),
    path("log-out/", LogoutView.as_view(), name="log-out"),
]
