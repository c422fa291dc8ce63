"""The admin's site: open to the admin role, as every other page, and to nobody by a flag of Django's."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.sites import UnfoldAdminSite

from review.access import ADMIN, roles_of


class RoleAdminSite(UnfoldAdminSite):
    """Asks for the role where Django asks for is_staff."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the person is an admin."""
        return bool(request.user.is_active) and ADMIN in roles_of(request.user)

    def index(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The side bar lists what there is: a page that lists it again would be one click more."""
        return redirect("admin:auth_user_changelist")

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one page to log in; who is logged in and came here has no right to what they asked for."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
