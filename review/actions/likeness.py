"""Pictures that look like given ones, by the analysis' embeddings and their index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

LOOKED_AT = 200  # candidates of one search in the index; more find more, slower
# Of each hit its nearest; compared only with what was analysed by the same version.
NEAREST = """
SELECT near.image_id, min(near.distance) AS distance
FROM (
  SELECT DISTINCT ON (image_id) image_id, version, embedding FROM review_imageanalysis
  WHERE image_id = ANY(%(hits)s) AND embedding IS NOT NULL ORDER BY image_id, id DESC
) AS hit, LATERAL (
  SELECT other.image_id, other.embedding <=> hit.embedding AS distance FROM review_imageanalysis AS other
  WHERE other.version = hit.version
  ORDER BY other.embedding <=> hit.embedding LIMIT %(each)s
) AS near
WHERE near.image_id <> ALL(%(hits)s)
GROUP BY near.image_id ORDER BY distance, near.image_id LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Similar:
    """A picture and its cosine distance, 0 to 2, to the nearest of those that it was sought for."""

    image_id: int
    distance: float


def similar_to(image_ids: Sequence[int], limit: int, each: int = 20) -> list[Similar]:
    """The pictures most like any of these, which are not among them; nearest first."""
    if not image_ids or limit < 1:
        return []
    given: dict[str, Any] = {"hits": list(image_ids), "each": each + len(image_ids), "limit": limit}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL hnsw.ef_search = {LOOKED_AT}")
        cursor.execute("SET LOCAL hnsw.iterative_scan = relaxed_order")
        cursor.execute(NEAREST, given)
        return [Similar(image, float(distance)) for image, distance in cursor.fetchall()]
