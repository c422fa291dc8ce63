"""What the admin's theme says, which speaks no German of its own: marked here, translated with the rest."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

THEME = (
    noop("Add row"),
    noop("After you've created a user, you’ll be able to edit more user options."),
    noop("Apply Filters"),
    noop("Cancel"),
    noop("Click to cancel"),
    noop("Expand row"),
    noop("False"),
    noop("General"),
    noop("Go back"),
    noop("More actions"),
    noop("Next"),
    noop("No results found"),
    noop("No results matching your query"),
    noop("Previous"),
    noop(
        "Raw passwords are not stored, so there is no way to see this user’s password, but you can change "
        'the password using <a href="{}" class="text-primary-600 dark:text-primary-500">this form</a>.'
    ),
    noop("Recent searches"),
    noop("Reset filters"),
    noop("Search apps and models..."),
    noop("Select action"),
    noop("Select action to run"),
    noop("Select all rows"),
    noop("Select record"),
    noop("Select value"),
    noop("System"),
    noop("This item will be deleted."),
    noop("This page yielded into no results. Create a new item or reset your filters."),
    noop("Toggle password visibility"),
    noop("True"),
    noop("Type to search"),
)
