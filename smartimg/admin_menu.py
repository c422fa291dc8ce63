"""The admin theme's settings: its name and its side bar."""

from __future__ import annotations

from django.urls import reverse_lazy


def link(title: str, icon: str, name: str) -> dict[str, object]:
    """A line of the admin's side bar."""
    return {"title": title, "icon": icon, "link": reverse_lazy(name)}


UNFOLD = {
    "SITE_TITLE": "smartimg admin",
    "SITE_HEADER": "smartimg",
    "SITE_URL": "/",
    "SIDEBAR": {
        "navigation": [
            {"items": [link("Back to smartimg", "arrow_back", "home")]},
            {
                "title": "Who",
                "items": [
                    link("People", "person", "admin:auth_user_changelist"),
                    link("Tokens of programs", "key", "admin:authtoken_tokenproxy_changelist"),
                ],
            },
            {
                "title": "Catalog",
                "items": [
                    link("Categories", "category", "admin:review_category_changelist"),
                    link("Suppliers", "local_shipping", "admin:review_supplier_changelist"),
                ],
            },
            {
                "title": "To look at",
                "items": [
                    link("Models", "neurology", "admin:review_modelversion_changelist"),
                    link("Log", "history", "admin:review_event_changelist"),
                ],
            },
        ]
    },
}
