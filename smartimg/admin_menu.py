"""The admin theme's settings: its name and its side bar."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


def link(title: Promise, icon: str, name: str) -> dict[str, object]:
    """A line of the admin's side bar."""
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


def find_icon(request: HttpRequest) -> str:
    """The icon that all pages have in the browser's bar."""
    return static("icons/favicon.svg")


# The accent of the pages (static/css/tokens.css) from pale to dark, as the theme wants it.
ACCENT = {
    "50": "oklch(97.6% 0.014 286)",
    "100": "oklch(94.8% 0.03 285)",
    "200": "oklch(90% 0.057 284)",
    "300": "oklch(82% 0.1 284)",
    "400": "oklch(71% 0.15 284)",
    "500": "oklch(66% 0.17 283)",
    "600": "oklch(48.6% 0.213 280)",
    "700": "oklch(43.5% 0.19 280)",
    "800": "oklch(38% 0.16 280)",
    "900": "oklch(33% 0.125 281)",
    "950": "oklch(25% 0.1 282)",
}
UNFOLD = {
    "COLORS": {"primary": ACCENT},
    "SITE_TITLE": "smartimg admin",
    "SITE_HEADER": "smartimg",
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "sizes": "any", "type": "image/svg+xml", "href": find_icon}],
    "SIDEBAR": {
        "navigation": [
            {"items": [link(_("Back to smartimg"), "arrow_back", "home")]},
            {
                "title": _("Who"),
                "items": [
                    link(_("People"), "person", "admin:auth_user_changelist"),
                    link(_("Tokens of programs"), "key", "admin:authtoken_tokenproxy_changelist"),
                ],
            },
            {
                "title": _("Catalog"),
                "items": [
                    link(_("Categories"), "category", "admin:review_category_changelist"),
                    link(_("Suppliers"), "local_shipping", "admin:review_supplier_changelist"),
                ],
            },
            {
                "title": _("To look at"),
                "items": [
                    link(_("Models"), "neurology", "admin:review_modelversion_changelist"),
                    link(_("Log"), "history", "admin:review_event_changelist"),
                ],
            },
        ]
    },
}
