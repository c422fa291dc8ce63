"""The catalog's own judges: heads that were trained here and released, laid over what ships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from django.conf import settings

from pipeline.category_paths import normalise_path
from pipeline.head_store import Head, load_head, unpack_head
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
        return unpack_head(store.read_model(path), backbone)
    file = Path(settings.BASE_DIR) / path
    return load_head(file.stem, file.parent, backbone)


@dataclass(frozen=True)
class LiveJudges:
    """Released heads by judge and category; types are judged elsewhere (review.catalog_models)."""

    heads: Mapping[Scope, Head]

    def find(self, category: str | None) -> dict[str, Head]:
        """Judge -> its head for a category: that of the longest part of its path, else of everywhere."""
        steps = normalise_path(category)
        scopes = [" > ".join(steps[:length]) for length in range(len(steps), 0, -1)]
        found: dict[str, Head] = {}
        for scope in (*scopes, EVERYWHERE):
            for (judge, place), head in self.heads.items():
                if place == scope:
                    found.setdefault(judge, head)
        return found

    def judge(self, assessments: Mapping[str, Assessment], category: str | None) -> dict[str, Assessment]:
        """The assessments with the words of these heads, from embeddings as they are stored."""
        heads, judged = self.find(category), dict(assessments)
        keys = [key for key, one in assessments.items() if one.embedding is not None]
        if not heads or not keys:
            return judged
        rows = np.stack([_embedding(assessments[key]) for key in keys])
        words = {judge: head.probabilities(rows) for judge, head in heads.items()}
        for place, key in enumerate(keys):
            said = {
                judge: weigh(judge, head, float(words[judge][place]), judged[key].judgements.get(judge))
                for judge, head in heads.items()
            }
            judged[key] = replace(judged[key], judgements={**judged[key].judgements, **said})
        return judged


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
    return LiveJudges({scope: read_head(path, backbone) for scope, path in _list_live()})


def _list_live() -> Iterator[tuple[Scope, str]]:
    rows = ModelVersion.objects.filter(state=ModelVersion.State.LIVE).exclude(judge=TYPE)
    for judge, category, path in rows.values_list("judge", "category__path", "path").order_by("pk"):
        yield (judge, " > ".join(normalise_path(category))), path


def name_versions(judges: Mapping[str, Head]) -> dict[str, str]:
    """What a proposal keeps of the heads that judged it."""
    return {f"judge {judge}": head.version for judge, head in sorted(judges.items())}
