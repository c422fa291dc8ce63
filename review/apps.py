"""The review application."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class ReviewConfig(AppConfig):
    name = "review"
    verbose_name = _("Review")


class RoleAdminConfig(AdminConfig):
    """Django's admin, on a site that asks for our role."""

    default_site = "review.admin_site.RoleAdminSite"
