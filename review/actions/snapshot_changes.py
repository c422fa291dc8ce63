"""What changed between two frozen data sets of a judge."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from review.models import Snapshot

SHOWN = 12


@dataclass(frozen=True)
class Change:
    """So many rows of a side that came, went, or say something else now; '' where there is no value."""

    what: str  # 'added', 'removed', 'changed'
    side: str
    before: str
    after: str
    count: int


@dataclass(frozen=True)
class ChangedPicture:
    """One picture whose value is another now."""

    sha256: str
    before: str
    after: str


# A picture never changes sides, so one of the two sides is the row's whichever is asked.
_PAIRED = """
FROM (SELECT image_id, other_id, value, side FROM review_snapshotrow WHERE snapshot_id = %(old)s) o
FULL JOIN (SELECT image_id, other_id, value, side FROM review_snapshotrow WHERE snapshot_id = %(new)s) n
  ON n.image_id = o.image_id AND COALESCE(n.other_id, 0) = COALESCE(o.other_id, 0)
WHERE n.value IS DISTINCT FROM o.value
"""
_COUNT = f"""
SELECT CASE WHEN o.value IS NULL THEN 'added' WHEN n.value IS NULL THEN 'removed' ELSE 'changed' END AS what,
       COALESCE(n.side, o.side) AS side, COALESCE(o.value, ''), COALESCE(n.value, ''), count(*)
{_PAIRED} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2 DESC, 5 DESC, 3, 4
"""
_LIST = f"""
SELECT i.sha256, was, is_now FROM (
    SELECT n.image_id, o.value AS was, n.value AS is_now {_PAIRED}
    AND o.value IS NOT NULL AND n.value IS NOT NULL
    ORDER BY n.image_id LIMIT {SHOWN}
) AS changed JOIN review_image i ON i.id = changed.image_id
"""  # noqa: S608


def count_changes(old: Snapshot, new: Snapshot) -> list[Change]:
    """Rows that were added, removed, or have another value, by side and value."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"old": old.pk, "new": new.pk})
        return [Change(*row) for row in cursor.fetchall()]


def list_changed(old: Snapshot, new: Snapshot) -> list[ChangedPicture]:
    """The first pictures whose value changed."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, {"old": old.pk, "new": new.pk})
        return [ChangedPicture(*row) for row in cursor.fetchall()]
