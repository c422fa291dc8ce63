"""Logging in, and where each role begins."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path

from review.access import ADMIN, SPECIALIST, roles_of
from review.actions import preferences
from review.views import language


class LogIn(LoginView):
    """Django's own; pages are in the person's language from the first one."""

    template_name = "people/log_in.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Logs in; the language that was kept for the person comes along."""
        answer = super().form_valid(form)
        person = form.get_user()
        if isinstance(person, User) and (chosen := preferences.read_language(person)):
            language.remember(answer, chosen)
        return answer


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Specialists and admins begin at the queue, workers at their questions."""
    if roles_of(request.user) & {SPECIALIST, ADMIN}:
        return redirect("queue")
    return redirect("label")


urlpatterns = [
    path("", home, name="home"),
    path("log-in/", LogIn.as_view(), name="log-in"),
    path("log-out/", LogoutView.as_view(), name="log-out"),
]
