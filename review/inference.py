"""Rows <-> pipeline records: the only way into the vision part of the pipeline."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from copy import copy
from dataclasses import asdict
from functools import lru_cache, partial

import numpy as np
from pgvector import HalfVector

from pipeline.assess import Assessor
from pipeline.config import PipelineConfig
from pipeline.image_type import TypeHeads
from pipeline.records import Assessment, FloatArray, Framing, Judgement, ProductRecord, Selection
from pipeline.select import Selector, TypeJudge
from review import catalog_models, differences, live_models, picture_scores
from review.actions import store
from review.actions.proposals import Draft
from review.candidates import Candidates
from review.catalog_models import CatalogCategories
from review.drafting import make_draft
from review.live_models import Live, LiveJudges
from review.models import Image, ImageAnalysis, Product

CHUNK = 16  # images in memory at a time, and between two checks: an orderly stop waits for so many

NO_JUDGES = LiveJudges({})

logger = logging.getLogger(__name__)


class LostPictures(Exception):
    """The store does not hold what the catalog's rows say it does."""


@lru_cache(maxsize=1)
def load_assessor() -> Assessor:
    """The judges, once a process."""
    return Assessor(PipelineConfig())


def look_at(products: Iterable[Product], check: Callable[[], None] = lambda: None) -> set[str]:
    """Judge every picture of these products that was not judged at this version; returns their SHA-256.

    What `check` raises ends it between two chunks; what was judged until then is kept.
    """
    version = load_assessor().version
    pks = [product.pk for product in products]
    wanted = Image.objects.filter(offers__product__in=pks, offers__is_retired=False)
    wanted |= Image.objects.filter(publishedimage__published_set__product__in=pks)
    known = ImageAnalysis.objects.filter(version=version).values("image")
    fresh = sorted(set(wanted.exclude(pk__in=known).values_list("pk", "sha256")))
    for at in range(0, len(fresh), CHUNK):
        check()
        _assess(fresh[at : at + CHUNK])
    return {sha256 for _, sha256 in fresh}


def look_at_images(image_ids: Iterable[int], check: Callable[[], None] = lambda: None) -> None:
    """Judge these pictures where that was not done at this version, whatever products they belong to."""
    known = ImageAnalysis.objects.filter(version=load_assessor().version).values("image")
    wanted = list(image_ids)
    fresh = sorted(Image.objects.filter(pk__in=wanted).exclude(pk__in=known).values_list("pk", "sha256"))
    for at in range(0, len(fresh), CHUNK):
        check()
        _assess(fresh[at : at + CHUNK])


def _assess(rows: Sequence[tuple[int, str]]) -> None:
    """Keep what the judges say; whoever else judged the same picture meanwhile said the same."""
    ids = {sha256: pk for pk, sha256 in rows}
    found = load_assessor().assess(list(_read_stored(ids)))
    ImageAnalysis.objects.bulk_create(
        (_to_row(ids[assessment.key], assessment) for assessment in found), ignore_conflicts=True
    )


def _read_stored(shas: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Pictures with their bytes; one that is lost is reported for each product that needs it."""
    for sha256 in shas:
        try:
            yield sha256, store.read_original(sha256)
        except store.NotStored:
            logger.error("picture %s is not in the store", sha256)


def _to_row(image_id: int, assessment: Assessment) -> ImageAnalysis:
    embedding = assessment.embedding
    return ImageAnalysis(
        image_id=image_id,
        version=load_assessor().version,
        judgements={name: word.as_json() for name, word in assessment.judgements.items()},
        framing=asdict(assessment.framing) if assessment.framing else {},
        embedding=None if embedding is None else HalfVector(embedding.astype(np.float16)),
        layout=b"" if assessment.layout is None else assessment.layout.astype("<f2").tobytes(),
        descriptors=assessment.descriptors,
    )


def read_assessments(images: Iterable[Image]) -> dict[str, Assessment]:
    """SHA-256 -> what was said of the picture, as it was stored: the same whenever it is read."""
    rows = ImageAnalysis.objects.filter(version=load_assessor().version, image__in=list(images))
    return {row.image.sha256: _to_assessment(row) for row in rows.select_related("image")}


def _to_assessment(row: ImageAnalysis) -> Assessment:
    image = row.image
    return Assessment(
        key=image.sha256,
        width_px=image.width_px,
        height_px=image.height_px,
        byte_size=image.byte_size,
        format=image.format,
        unreadable=image.unreadable or (None if row.framing else "The picture cannot be decoded."),
        judgements={name: Judgement.from_json(name, word) for name, word in row.judgements.items()},
        framing=Framing(**row.framing) if row.framing else None,
        embedding=None if row.embedding is None else np.asarray(row.embedding, np.float32),
        layout=np.frombuffer(row.layout, "<f2").astype(np.float32) if row.layout else None,
        descriptors=bytes(row.descriptors),
        analysis_version=row.version,
    )


def load_judges() -> LiveJudges:
    """The judges that were trained here, as they are live now."""
    return live_models.load_judges(load_assessor().backbone.signature)


def look_with(ids: Mapping[str, int], live: Live, shas: Iterable[str]) -> dict[str, FloatArray]:
    """What a model says of pictures that it has to see; `ids` gives their rows."""
    wanted = {ids[sha256]: sha256 for sha256 in shas}
    found = picture_scores.score(live.model_id, live.head, wanted, load_assessor().backbone)
    return {wanted[image]: row for image, row in found.items()}


def load_selector(run_id: int) -> Selector:
    """The stages after the judges, with the catalog's own models as they are now."""
    selector = _make_selector()
    selector.types = catalog_models.load_types(load_assessor().backbone.signature)
    selector.categories = CatalogCategories(run_id)
    selector.type_orders = dict(catalog_models.list_orders())
    return selector


@lru_cache(maxsize=1)
def _make_selector() -> Selector:
    return Selector(PipelineConfig())


def select_again(
    record: ProductRecord, assessments: Mapping[str, Assessment], copies: Mapping[str, str], types: TypeJudge
) -> Selection:
    """What would be selected, no picture seen: `copies` (copy -> what stayed) are those of then."""
    selector = copy(_make_selector())
    selector.types, selector.categories = types, None
    selector.type_orders = dict(catalog_models.list_orders())
    return selector.select_again(record, assessments, copies)


def select(
    candidates: Candidates, fresh: AbstractSet[str], selector: Selector, judges: LiveJudges = NO_JUDGES
) -> Draft:
    """The best set of one product whose pictures were looked at before; `fresh` of them just now."""
    category = candidates.record.category
    look = partial(look_with, {sha256: image.pk for sha256, image in candidates.images.items()})
    assessments = judges.judge(read_assessments(candidates.images.values()), category, look)
    assessments = catalog_models.name_types(selector.types, assessments, category, look)
    lost = [sha256[:12] for sha256 in candidates.images if sha256 not in assessments]
    if lost:
        raise LostPictures(f"pictures that were fetched are not in the store any more: {', '.join(lost)}")
    selection = selector.select(candidates.record, assessments, store.read_original)
    differences.keep((item.duplicate_of, item.file) for item in selection.items if item.duplicate_of)
    versions = {"analysis": load_assessor().version, "comparator": selector.comparator.version}
    if isinstance(selector.types, TypeHeads):
        versions |= catalog_models.name_versions(selector.types, selection.category)
    versions |= live_models.name_versions(judges.find(category))
    return make_draft(
        candidates,
        selection,
        assessments,
        fresh,
        config_digest=selector.config.digest(),
        model_versions=versions,
    )
