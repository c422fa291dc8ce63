"""Words and addresses of the catalog's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django.contrib.humanize.templatetags.humanize import intcomma
from django.template import Library
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from review.actions.catalog_import import SENT
from review.models import CatalogImport
from review.views.import_words import say_reason

register = Library()
_ORDER = (noop("new"), noop("changed"), noop("unchanged"), noop("no longer offered"), noop("refused"))


class HasAddress(Protocol):
    """Filters that can name themselves in an address."""

    def address(self, **changed: str) -> str: ...


@register.filter
def last_part(source: str) -> str:
    """What a path or an address ends in: 'chair.jpg'."""
    return source.split("?")[0].rstrip("/").rsplit("/", 1)[-1] or source


@register.filter
def came_from(report: CatalogImport) -> str:
    """How a catalog came here; where it lies on the server is said in its report alone."""
    return _("sent in the browser") if report.path.startswith(SENT) else _("read on the server")


@register.filter
def path_on_server(report: CatalogImport) -> str:
    """Where a catalog was read by its path; '' for one that somebody sent."""
    return "" if report.path.startswith(SENT) else report.path


@register.filter
def in_words_of_page(reason: str) -> str:
    """Why an import refused something, or work failed, in the language of the page."""
    return say_reason(reason)


@register.filter
def in_words(counts: Mapping[str, int]) -> str:
    """'3 new, 1 refused'."""
    found = [f"{intcomma(counts[word])} {_(word)}" for word in _ORDER if counts.get(word)]
    return ", ".join(found) or _("none")


@register.simple_tag
def products_address(filters: HasAddress, **changed: str) -> str:
    """The query string of the filters with some of them changed; cursors are kept in it too."""
    return filters.address(**changed)
