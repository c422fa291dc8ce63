"""A run keeps the map of differences of every copy that it proposes to drop."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image as Pillow

from review import differences
from review.actions import store
from review.models import Image, Proposal
from tests.review import test_batches
from tests.review.factories import draw_picture
from tests.review.test_batches import make_files, start_run, work_through

pytestmark = pytest.mark.django_db
assessor, folder = test_batches.assessor, test_batches.folder  # fixtures: no model, a store of the test's own


def test_where_a_copy_differs_is_drawn_when_it_is_proposed(folder: Path) -> None:
    with Pillow.open(io.BytesIO(draw_picture(3))) as picture:
        picture.convert("RGB").save(copied := io.BytesIO(), "JPEG", quality=60)
    product = make_files(folder, draw_picture(3), copied.getvalue(), draw_picture(5))
    images = Image.objects.count()
    work_through(start_run())
    copy = Proposal.objects.get(product=product).items.get(reason="duplicate")
    assert copy.duplicate_of is not None
    name = store.name_difference(copy.duplicate_of.sha256, copy.image.sha256, differences.version())
    assert store.read_numbers(name)["duplicate"] is True
    assert store.read_difference(name, "png").startswith(b"\x89PNG")
    assert Image.objects.count() == images + 3  # a map is no picture of the catalog
