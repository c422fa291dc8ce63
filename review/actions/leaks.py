"""Pictures of a data set that look alike and stand on different sides of it."""

from __future__ import annotations

from typing import Any

from django.db import connection

from review.models import Snapshot

CHECKED = 1000  # pictures that measure, at most: each is one search among all pictures
# Cosine of two embeddings. Of 150 labelled duplicates of real catalogs 86 % have more, of 150 pairs of a
# product's other views 8 %: what is found is worth a look, and not all is found.
NEAR = 0.97
SHOWN = 20
_LIKE = 12  # nearest pictures looked at for each

_ASKED = """
WITH asked AS MATERIALIZED (
    SELECT DISTINCT ON (r.image_id) r.image_id, r.side, a.embedding
    FROM (SELECT * FROM review_snapshotrow WHERE snapshot_id = %(snapshot)s AND side <> 'train'
          ORDER BY id LIMIT %(checked)s) r
    JOIN review_imageanalysis a ON a.image_id = r.image_id AND a.embedding IS NOT NULL
    ORDER BY r.image_id, a.id DESC
)
"""
_NEAR = """, near AS MATERIALIZED (  -- once, whatever the planner thinks of rows that were just written
    SELECT asked.image_id, asked.side, n.image_id AS other_id, max(n.cosine) AS cosine
    FROM asked CROSS JOIN LATERAL (
        SELECT b.image_id, 1 - (b.embedding <=> asked.embedding) AS cosine
        FROM review_imageanalysis b ORDER BY b.embedding <=> asked.embedding LIMIT %(like)s
    ) AS n
    WHERE n.cosine >= %(near)s AND n.image_id <> asked.image_id GROUP BY 1, 2, 3
)
SELECT i.sha256, near.side, o.sha256, r.side, near.cosine
FROM near
JOIN review_snapshotrow r
  ON r.snapshot_id = %(snapshot)s AND r.image_id = near.other_id AND r.side <> near.side
JOIN review_image i ON i.id = near.image_id
JOIN review_image o ON o.id = near.other_id
ORDER BY near.cosine DESC, near.image_id
"""
_COUNT = """
SELECT count(*), (SELECT count(DISTINCT image_id) FROM review_snapshotrow
                  WHERE snapshot_id = %(snapshot)s AND side <> 'train') FROM asked
"""


def find_near_copies(snapshot: Snapshot) -> dict[str, Any]:
    """Pairs of near copies across sides, the nearest first; `checked` of so many pictures were looked at.

    Only rows of validation and test that have an embedding are asked, of the first CHECKED.
    """
    values = {"snapshot": snapshot.pk, "checked": CHECKED, "like": _LIKE, "near": NEAR}
    with connection.cursor() as cursor:
        cursor.execute(_ASKED + _COUNT, values)
        checked, of = cursor.fetchone()
        cursor.execute(_ASKED + _NEAR, values)
        rows = cursor.fetchall()
    pairs = [
        {"image": image, "side": side, "other": other, "other_side": other_side, "cosine": round(cosine, 3)}
        for image, side, other, other_side, cosine in rows
    ]
    return {"of": of, "checked": checked, "found": len(pairs), "pairs": pairs[:SHOWN]}
