"""Labels in large ZIP files: the list of their files is bounded, an export's own is within the bound."""

from __future__ import annotations

import io

import pytest

from review.actions import label_archives
from review.actions.zip_files import TooLong, open_zip
from review.models import LabelImport
from tests.review.factories import draw_picture
from tests.review.test_exports import folder  # noqa: F401  (fixture)
from tests.review.test_label_imports import pack_zip, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_the_list_of_a_zip_is_bounded_by_files_and_by_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = pack_zip({f"train/yes/{number}.png": draw_picture(number) for number in range(3)})
    for bound, said in (("MOST_FILES", 2), ("LARGEST_LIST", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(label_archives, bound, said)
            report = send(packed, "a.zip", judge="badge")
        assert report.state == LabelImport.State.FAILED
        assert ("at most 2." if bound == "MOST_FILES" else "longer than 0 MB.") in report.error
        assert "Or send a tar file" in report.error
    assert send(packed, "a.zip", judge="badge").counts["new"] == 3


def test_an_export_may_list_more_than_a_catalog_may() -> None:
    packed = pack_zip({"x" * 60_000 + f"{number}/a.png": b"" for number in range(400)})
    with pytest.raises(TooLong), open_zip(io.BytesIO(packed)):
        pass
    assert sum(1 for _ in label_archives.read_folder(io.BytesIO(packed))) == 400
