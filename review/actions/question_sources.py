"""Where questions come from besides doubts: likeness to a hit, disputed labels, a sample of sure ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Q
from django.db.models.fields.json import KT

from pipeline.voting import wilson_interval
from review.actions.asking import Asked, ask, scatter
from review.actions.blanks import OVERLAYS
from review.actions.changes import DraftItem
from review.actions.likeness import similar_to
from review.models import Decision, Label, Product, Question, SecondOpinion

AUDIT_WEIGHT = 0.5  # of a sure judgement: after the doubtful half, before the rest
DISPUTE_WEIGHT = 1.0
ASKED = ("blur", "small_object", "placeholder", "badge", "watermark", "adult", "weapon", "violence")
LOOK_BACK = timedelta(days=2)  # disputes are sought among labels that are newer

# Two specialists said different things of one picture, or pair, and neither was taken back.
DIFFERING = """
SELECT one.subject, other.subject, one.kind, one.image_id, one.other_id, one.value, other.value,
  one.product_id
FROM review_label AS one JOIN review_label AS other
  ON other.image_id = one.image_id AND other.kind = one.kind AND other.id < one.id
  AND other.other_id IS NOT DISTINCT FROM one.other_id AND other.value <> one.value
  AND other.created_by_id <> one.created_by_id
WHERE one.source = 'specialist' AND other.source = 'specialist' AND one.kind <> 'preference'
  AND one.withdrawn_at IS NULL AND other.withdrawn_at IS NULL AND one.created_at >= %s
  AND NOT EXISTS (SELECT FROM review_decision AS undo
                  WHERE undo.undoes_id IN (one.decision_id, other.decision_id))
ORDER BY one.id
"""


def ask_similar(*, subject: str, image_ids: Sequence[int], limit: int, now: datetime) -> list[int]:
    """Ask about the pictures most like sure hits; those with a label of this judge are known already."""
    found = similar_to(image_ids, limit * 2)
    said = Q(subject=subject) | Q(subject="", value=subject)
    known = set(
        Label.objects.filter(said, image__in=[one.image_id for one in found], withdrawn_at=None).values_list(
            "image_id", flat=True
        )
    )
    asked = [
        Asked(subject, one.image_id, weight=1 - one.distance, model_says={"distance": round(one.distance, 4)})
        for one in found
        if one.image_id not in known
    ]
    return ask(asked[:limit], origin=Question.Origin.SIMILAR, now=now)


def ask_disputed(*, now: datetime) -> list[int]:
    """Ask the crowd where two specialists, or a first and a second opinion, say different things."""
    since = now - LOOK_BACK
    asked = [*_find_differing_labels(since), *_find_differing_opinions(since)]
    return ask(asked, origin=Question.Origin.DISPUTE, now=now)


def _find_differing_labels(since: datetime) -> Iterator[Asked]:
    with connection.cursor() as cursor:
        cursor.execute(DIFFERING, [since])
        for one_judge, other_judge, kind, image, other, value, another, product in cursor.fetchall():
            subject = _find_subject(kind, {value, another}, {one_judge, other_judge})
            if subject:
                yield Asked(subject, image, other, product_id=product, weight=DISPUTE_WEIGHT)


def _find_subject(kind: str, values: set[str], judges: set[str]) -> str:
    """What two labels contradict each other on; '' where both may hold, as two defects of one picture."""
    if kind in ("type", "pair"):
        return kind
    defect = next(iter(values - {"fine"}), "")
    return defect if "fine" in values and judges <= {"", defect} else ""


def _find_differing_opinions(since: datetime) -> Iterator[Asked]:
    given = SecondOpinion.objects.filter(given_at__gte=since).select_related("decision__proposal")
    for opinion in given.prefetch_related("decision__proposal__items__image"):
        proposal = opinion.decision.proposal
        images = {item.image.sha256: item.image_id for item in proposal.items.all()}
        for subject, sha in sorted(
            _contradict(opinion.decision, opinion) | _contradict(opinion, opinion.decision)
        ):
            if sha in images:
                yield Asked(subject, images[sha], product_id=proposal.product_id, weight=DISPUTE_WEIGHT)


def _contradict(one: Decision | SecondOpinion, other: Decision | SecondOpinion) -> set[tuple[str, str]]:
    """(subject, picture) of what one stated where the other kept the picture and said something else."""
    stated, beside = _read_statements(one), _read_statements(other)
    return {key for key, value in stated.items() if key[1] in other.final_set and beside.get(key) != value}


def _read_statements(said: Decision | SecondOpinion) -> dict[tuple[str, str], str]:
    """What somebody stated by their edits: (subject, picture) -> the value."""
    found: dict[tuple[str, str], str] = {}
    for row in said.edits:
        if row.get("edit") == "relabel":
            found["type", row["image"]] = row["type"]
        elif row.get("edit") == "drop" and row.get("reason") in ASKED:
            found[row["reason"], row["image"]] = "yes"
    return found


def find_audited(item: DraftItem, image_id: int, product: Product) -> Iterator[Asked]:
    """The sure judgements of a picture that people are to look at: a share, drawn by the picture."""
    doubted = {doubt.subject for doubt in item.doubts}
    judges = item.evidence.get("judges", {})
    idle: frozenset[str] = OVERLAYS if judges.get("placeholder", {}).get("flag") else frozenset()
    for name, said in judges.items():
        is_sure = name in ASKED and name not in doubted | idle and said.get("score") is not None
        if is_sure and scatter("audit", name, image_id) < settings.AUDIT_SHARE:
            yield Asked(
                name,
                image_id,
                product_id=product.pk,
                category_id=product.category_id,
                model_says={"verdict": "yes" if said.get("flag") else "no", **_keep(said)},
                weight=AUDIT_WEIGHT,
            )


def _keep(said: Mapping[str, Any]) -> dict[str, Any]:
    return {key: said[key] for key in ("score", "threshold", "version") if key in said}


@dataclass(frozen=True)
class Audited:
    """How often people found a sure judgement wrong; `low` and `high` are the 95 % interval of the share."""

    subject: str
    asked: int
    settled: int
    wrong: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Of the settled ones."""
        return self.wrong / self.settled if self.settled else 0.0


def count_origins() -> dict[str, dict[str, int]]:
    """Of each origin, how many questions are in each state."""
    rows: dict[str, dict[str, int]] = {}
    for origin, state, many in Question.objects.values_list("origin", "state").annotate(many=Count("pk")):
        rows.setdefault(origin, {})[state] = many
    return rows


def report_audit() -> list[Audited]:
    """The error of what the judges call sure, by subject."""
    settled = Q(state=Question.State.SETTLED) & ~Q(settled_value="")
    rows = Question.objects.filter(origin=Question.Origin.AUDIT).annotate(verdict=KT("model_says__verdict"))
    counted = rows.values("subject").annotate(
        asked=Count("pk"),
        settled=Count("pk", filter=settled),
        wrong=Count("pk", filter=settled & ~Q(settled_value=F("verdict"))),
    )
    return [
        Audited(**row, low=low, high=high)
        for row in counted.order_by("subject")
        for low, high in [wilson_interval(row["wrong"], row["settled"])]
    ]
