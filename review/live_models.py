"""The catalog's own judges: heads that were trained here and released, laid over what ships."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from pipeline.category_paths import normalise_path
from pipeline.head_store import Head, load_head, unpack_head
from pipeline.last_blocks import reads_pictures
from pipeline.records import Assessment, FloatArray, Judgement
from pipeline.training.plan import EITHER
from review.actions import store
from review.models import ModelVersion

TYPE = "type"
STORED = "models/"  # a path that starts so lies in the store; others are files that ship
EVERYWHERE = ""
Scope = tuple[str, str]  # judge, category's path


def load_model(model: ModelVersion, backbone: str = "") -> Head:
    """A model's head, kept loaded. Raises HeadMismatch for another backbone, NotStored, OSError."""
    return read_head(model.path, backbone)


@lru_cache(maxsize=64)
def read_head(path: str, backbone: str) -> Head:
    """The head of a path in the store, or below the product's folder."""
    if path.startswith(STORED):
        head = unpack_head(store.read_model(path), backbone)
        return replace(head, card={**head.card, "path": path})
    file = Path(settings.BASE_DIR) / path
    return load_head(file.stem, file.parent, backbone)


@dataclass(frozen=True)
class Live:
    """A released head and its row."""

    head: Head
    model_id: int


Look = Callable[[Live, list[str]], Mapping[str, FloatArray]]  # pictures by SHA-256 -> chances


@dataclass(frozen=True)
class LiveJudges:
    """Released heads by judge and category; types are judged elsewhere (review.catalog_models)."""

    heads: Mapping[Scope, Live]

    def find(self, category: str | None) -> dict[str, Live]:
        """Judge -> its head for a category: that of the longest part of its path, else of everywhere."""
        steps = normalise_path(category)
        scopes = [" > ".join(steps[:length]) for length in range(len(steps), 0, -1)]
        found: dict[str, Live] = {}
        for scope in (*scopes, EVERYWHERE):
            for (judge, place), live in self.heads.items():
                if place == scope:
                    found.setdefault(judge, live)
        return found

    def judge(
        self, assessments: Mapping[str, Assessment], category: str | None, look: Look
    ) -> dict[str, Assessment]:
        """The assessments with the words of these heads, from embeddings as they are stored.

        `look` is asked for what a model says that has to see the pictures themselves.
        """
        judged = dict(assessments)
        keys = [key for key, one in assessments.items() if one.embedding is not None]
        for judge, live in self.find(category).items() if keys else ():
            scores = _score(live, [assessments[key] for key in keys], look)
            for key, score in scores.items():
                known = judged[key].judgements
                word = weigh(judge, live.head, score, known.get(judge))
                judged[key] = replace(judged[key], judgements={**known, judge: word})
        return judged


def _score(live: Live, seen: Sequence[Assessment], look: Look) -> dict[str, float]:
    if reads_pictures(live.head):
        found = look(live, [one.key for one in seen])
        return {key: float(row[0]) for key, row in found.items()}
    rows = np.stack([_embedding(one) for one in seen])
    chances = live.head.probabilities(rows).tolist()
    return dict(zip((one.key for one in seen), chances, strict=True))


def weigh(judge: str, head: Head, score: float, shipped: Judgement | None) -> Judgement:
    """The head's word beside that of the judge that ships, where both count: the surer flag holds."""
    own = Judgement(
        judge=judge,
        score=score,
        threshold=head.threshold,
        flag=score >= head.threshold,
        version=head.version,
        evidence={"trained": True},
    )
    if shipped is None or shipped.score is None or head.card.get("beside_shipped") != EITHER:
        return own
    evidence = {"score": shipped.score, "threshold": shipped.threshold, "version": shipped.version}
    if own.flag or not shipped.flag:
        return replace(own, evidence={"trained": True, "shipped": evidence})
    beside = {"score": own.score, "threshold": own.threshold, "version": own.version}
    return replace(shipped, evidence={**shipped.evidence, "beside": beside})


def _embedding(assessment: Assessment) -> FloatArray:
    assert assessment.embedding is not None
    return assessment.embedding


def load_judges(backbone: str) -> LiveJudges:
    """The judges that are live at this moment. Raises as `load_model` does."""
    return LiveJudges({scope: Live(read_head(path, backbone), pk) for scope, path, pk in _list_live()})


def _list_live() -> Iterator[tuple[Scope, str, int]]:
    rows = ModelVersion.objects.filter(state=ModelVersion.State.LIVE).exclude(judge=TYPE).order_by("pk")
    for judge, category, path, pk in rows.values_list("judge", "category__path", "path", "pk"):
        yield (judge, " > ".join(normalise_path(category))), path, pk


def name_versions(judges: Mapping[str, Live]) -> dict[str, str]:
    """What a proposal keeps of the heads that judged it."""
    return {f"judge {judge}": live.head.version for judge, live in sorted(judges.items())}
