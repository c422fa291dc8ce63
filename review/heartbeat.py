"""Keeps a lease alive while long work goes on, from a thread of its own."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from review.actions import runs, work
from review.actions.runs import Claim, LeaseLost
from review.models import Work
from review.stopping import Stopping, is_asked_to_stop

logger = logging.getLogger(__name__)


class Heartbeat:
    """Renews a claim three times a lease; `check` says when to end the work before it is done."""

    def __init__(self, held: Claim | Work) -> None:
        self.held = held
        self.is_lost = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"lease of {held}")

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def check(self) -> None:
        """Between two steps: raises LeaseLost once another has the batch, Stopping when the worker ends."""
        if self.is_lost:
            raise LeaseLost
        if is_asked_to_stop():
            raise Stopping

    def _run(self) -> None:
        try:
            while not self.is_lost and not self._stop.wait(settings.LEASE_S / 3):
                self._renew()
        finally:
            connection.close()  # this thread's own

    def _renew(self) -> None:
        try:
            if isinstance(self.held, Claim):
                runs.renew(self.held, now=timezone.now())
            else:
                work.renew(self.held, timezone.now())
        except (LeaseLost, work.LeaseLost):
            self.is_lost = True
        except DatabaseError as error:  # the next beat may reach it again, before the lease runs out
            logger.warning("the lease of %s was not renewed: %s", self.held, error)
            connection.close()
