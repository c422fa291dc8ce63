"""The top bar: its sections, the pages in each, and who may see them. A new page is one line in SECTIONS."""

from __future__ import annotations

from dataclasses import dataclass

from django.template import Context, Library
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from review.access import ADMIN, SPECIALIST, WORKER

register = Library()
REVIEWERS = frozenset({SPECIALIST, ADMIN})
EVERYBODY = frozenset({WORKER, SPECIALIST, ADMIN})
ADMINS = frozenset({ADMIN})


@dataclass(frozen=True)
class Entry:
    """A page: the name of its address, its word, the beginnings of addresses that belong to it, its roles."""

    name: str
    word: str | Promise
    prefixes: tuple[str, ...]
    roles: frozenset[str] = REVIEWERS

    def measure(self, path: str) -> int:
        """How much of an address belongs to this page; the page with the most is the current one."""
        return max((len(prefix) for prefix in self.prefixes if path.startswith(prefix)), default=0)

    @property
    def url(self) -> str:
        """Where it is; '' where there is no such page."""
        try:
            return reverse(self.name)
        except NoReverseMatch:
            return ""


@dataclass(frozen=True)
class Section:
    """A word of the top bar; with more than one page they stand in a row below."""

    word: str | Promise
    entries: tuple[Entry, ...]


SECTIONS = (
    Section(
        _("Review"),
        (
            Entry("queue", _("Queue"), ("/queue/", "/proposals/", "/second-opinions/")),
            Entry("sure", _("Sure ones"), ("/queue/sure/",)),
            Entry("flags", _("Flags"), ("/flags/",)),
        ),
    ),
    Section(
        _("Label"),
        (
            Entry("label", _("Questions"), ("/label/",), EVERYBODY),
            Entry("questions", _("Asked"), ("/questions/",), ADMINS),
            Entry("disputes", _("Disputes"), ("/disputes/",)),
            Entry("known-questions", _("Known questions"), ("/known-questions/",)),
            Entry("crowd", _("Crowd"), ("/crowd/",), ADMINS),
        ),
    ),
    Section(
        _("Catalog"),
        (
            Entry("products", _("Products"), ("/products/",)),
            Entry("runs", _("Runs"), ("/runs/",)),
            Entry("imports", _("Imports"), ("/imports/",), ADMINS),
        ),
    ),
    Section(
        _("Learning"),
        (
            Entry("data", _("Data sets"), ("/data/",), ADMINS),
            Entry("models", _("Models"), ("/models/",), ADMINS),
            Entry("improve", _("Improve"), ("/improve/",), ADMINS),
        ),
    ),
    Section(
        _("Reports"),
        (
            Entry("reasons", _("Reasons"), ("/reports/reasons/",)),
            Entry("agreement", _("Agreement of reviewers"), ("/reports/agreement/",)),
        ),
    ),
    Section(_("Admin"), (Entry("admin:index", _("Admin"), ("/admin/",), ADMINS),)),
)


@dataclass(frozen=True)
class Shown:
    """A link as the page draws it."""

    word: str | Promise
    url: str
    is_current: bool
    pages: tuple[Shown, ...] = ()


def list_sections(roles: frozenset[str], path: str) -> list[Shown]:
    """What somebody with these roles sees; a section leads to the first of its pages."""
    found = []
    most = max(entry.measure(path) for section in SECTIONS for entry in section.entries) or -1
    for section in SECTIONS:
        pages = tuple(
            Shown(entry.word, entry.url, entry.measure(path) == most)
            for entry in section.entries
            if roles & entry.roles and entry.url
        )
        if pages:
            found.append(Shown(section.word, pages[0].url, any(page.is_current for page in pages), pages))
    return found


@register.simple_tag(takes_context=True)
def sections(context: Context) -> list[Shown]:
    """The sections for whoever looks at the page."""
    request = context.get("request")
    return list_sections(frozenset(context.get("roles") or ()), request.path if request else "")


@register.simple_tag(takes_context=True)
def pages_beside(context: Context) -> tuple[Shown, ...]:
    """The pages of the section that is open, where there is more than one."""
    pages = next((section.pages for section in sections(context) if section.is_current), ())
    return pages if len(pages) > 1 else ()
