"""The demo's ready-made people: anybody can read their passwords, so they log in only while DEBUG is on."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser, User

MARK = "@demo.invalid"  # their mail address ends so; nobody else's can, the domain does not exist


@dataclass(frozen=True)
class DemoPerson:
    """A log-in that ./run prints."""

    role: str
    does: str

    @property
    def password(self) -> str:
        """Easy to type."""
        return f"demo-{self.role}"

    @property
    def email(self) -> str:
        """The mark."""
        return self.role + MARK


PEOPLE = (
    DemoPerson("specialist", "decides on proposals"),
    DemoPerson("worker", "answers questions"),
    DemoPerson("admin", "imports, starts runs, sees everything"),
)


class DemoOnlyInDebug(ModelBackend):
    """Django's own, but the demo's people are turned away where DEBUG is off, with open sessions too."""

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Whether this person may be logged in at all."""
        is_demo = isinstance(user, User) and user.email.endswith(MARK)
        return super().user_can_authenticate(user) and (settings.DEBUG or not is_demo)
