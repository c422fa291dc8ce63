#!/usr/bin/env python
"""Django's command line; starts the embedded services for commands that need them."""

from __future__ import annotations

import os
import sys

NEEDS_NO_SERVICE = {"help", "--help", "--version", "collectstatic", "makemigrations", "compilemessages"}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartimg.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    from smartimg import services

    wanted = sys.argv[1] if len(sys.argv) > 1 else "help"
    if wanted not in NEEDS_NO_SERVICE and "--help" not in sys.argv:
        services.ensure_running(settings.VAR_DIR)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
