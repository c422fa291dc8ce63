"""Background work: one worker at a time, and none forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from review.actions import work
from review.models import Snapshot

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + work.LASTS + timedelta(seconds=1)


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot.objects.create(name="badges", judge="badge")


def test_only_one_worker_gets_it(snapshot: Snapshot) -> None:
    assert work.claim(Snapshot, snapshot.pk, NOW) is not None
    assert work.claim(Snapshot, snapshot.pk, NOW) is None


def test_work_of_a_killed_worker_is_taken_up_again(snapshot: Snapshot) -> None:
    lost = work.claim(Snapshot, snapshot.pk, NOW)
    assert work.list_forgotten(Snapshot, NOW) == []
    assert work.list_forgotten(Snapshot, LATER) == [snapshot.pk]
    assert work.claim(Snapshot, snapshot.pk, LATER) is not None
    assert lost is not None
    with pytest.raises(work.LeaseLost):
        work.finish(lost, LATER)


def test_a_renewed_lease_holds(snapshot: Snapshot) -> None:
    mine = work.claim(Snapshot, snapshot.pk, NOW)
    assert mine is not None
    work.renew(mine, LATER, progress={"rows": 5})
    assert work.claim(Snapshot, snapshot.pk, LATER) is None
    assert Snapshot.objects.get().progress == {"rows": 5}


def test_stopped_work_is_noticed_and_can_be_tried_again(snapshot: Snapshot) -> None:
    mine = work.claim(Snapshot, snapshot.pk, NOW)
    assert mine is not None
    assert work.stop(Snapshot, snapshot.pk, NOW)
    with pytest.raises(work.LeaseLost):
        work.renew(mine, NOW)
    assert work.try_again(Snapshot, snapshot.pk)
    assert work.list_forgotten(Snapshot, NOW) == [snapshot.pk]


def test_work_that_kills_its_workers_is_given_up(snapshot: Snapshot) -> None:
    now = NOW
    for _ in range(work.MOST_ATTEMPTS):
        assert work.claim(Snapshot, snapshot.pk, now) is not None
        now += work.LASTS + timedelta(seconds=1)
    assert work.claim(Snapshot, snapshot.pk, now) is None
    snapshot.refresh_from_db()
    assert snapshot.state == Snapshot.State.FAILED
    assert "5 times" in snapshot.error


def test_a_failure_says_why(snapshot: Snapshot) -> None:
    mine = work.claim(Snapshot, snapshot.pk, NOW)
    assert mine is not None
    work.fail(mine, "There is no label.", NOW)
    snapshot.refresh_from_db()
    assert (snapshot.state, snapshot.error) == (Snapshot.State.FAILED, "There is no label.")
    assert work.list_forgotten(Snapshot, LATER) == []
