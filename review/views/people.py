"""Logging in, and where each role begins."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy

from review.access import ADMIN, SPECIALIST, roles_of
from review.actions import log_in_tries, preferences
from review.views import language


class LogInForm(AuthenticationForm):
    """Django's own, which speaks of a username where the page asks for a name."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy(
            "This name and this password do not belong together. Capital and small letters count in both."
        ),
    }


class LogIn(LoginView):
    """Django's own; pages are in the person's language from the first one."""

    authentication_form = LogInForm
    template_name = "people/log_in.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Looks at the password, unless there were too many wrong ones of late."""
        if log_in_tries.count(*_who_tries(request)):
            return super().post(request, *args, **kwargs)
        form = self.get_form_class()(request, initial={"username": request.POST.get("username", "")})
        return self.render_to_response(self.get_context_data(form=form, is_barred=True), status=429)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Logs in; the language that was kept for the person comes along."""
        answer = super().form_valid(form)
        log_in_tries.forget(*_who_tries(self.request))
        person = form.get_user()
        if isinstance(person, User) and (chosen := preferences.read_language(person)):
            language.remember(answer, chosen)
        return answer


def _who_tries(request: HttpRequest) -> tuple[str, str]:
    return request.POST.get("username", ""), request.META.get("REMOTE_ADDR", "")


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
