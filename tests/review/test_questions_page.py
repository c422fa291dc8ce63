"""An admin asks about products or pictures of a file; what cannot be used is told line by line."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from review.models import Image, Offer, Product, Question, QuestionSlot, Supplier
from tests.review.factories import draw_picture, make_image, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, ada: User, settings: Any, tmp_path: Path) -> Client:
    folder = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path)},
    }
    settings.STORAGES = {**settings.STORAGES, "default": folder}
    client.force_login(ada)
    return client


def offer(product: Product, image: Image) -> None:
    supplier = Supplier.objects.get_or_create(name="Norda")[0]
    Offer.objects.create(
        product=product, supplier=supplier, source=image.sha256, position=0, image=image, state="fetched"
    )


def send(admin: Client, **said: Any) -> tuple[int, str]:
    answer = admin.post("/questions/", said, follow=True)
    return answer.status_code, answer.content.decode()


def test_all_pictures_of_products_are_asked_about(admin: Client) -> None:
    product, empty = make_product(), make_product()
    images = [make_image(), make_image()]
    for image in images:
        offer(product, image)
    text = f"{product.external_id}\nnot-there, {empty.external_id}\n"
    _, page = send(admin, subject="glasses", products=text)
    assert "2 questions were made." in page
    assert "Line 2: there is no product &#x27;not-there&#x27;." in page
    assert f"Line 2: &#x27;{empty.external_id}&#x27; has no picture yet." in page
    made = Question.objects.all()
    assert {(one.subject, one.image, one.kind, one.origin) for one in made} == {
        ("glasses", image, "compliance", "upload") for image in images
    }
    assert {one.category for one in made} == {product.category}
    assert QuestionSlot.objects.count() == 4


def test_asking_twice_asks_once_and_says_so(admin: Client) -> None:
    product = make_product()
    offer(product, make_image())
    for words in ("1 question was made.", "1 had been asked before."):
        assert words in send(admin, subject="blur", products=product.external_id)[1]
    assert Question.objects.count() == 1


def test_a_table_names_pictures_by_their_sums(admin: Client) -> None:
    image = make_image()
    data = f"image,note\n{image.sha256},x\n{'f' * 64},y\nhello,z\n".encode()
    _, page = send(admin, subject="type", file=SimpleUploadedFile("a.csv", data))
    assert "1 question was made." in page
    assert "Line 3: no readable picture has the sum ffffffffffff." in page
    assert "Line 4: &#x27;hello&#x27; is no SHA-256 sum." in page
    assert "front" in Question.objects.get().choices


def zip_of(files: dict[str, bytes]) -> SimpleUploadedFile:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return SimpleUploadedFile("pictures.zip", kept.getvalue())


def test_an_archive_brings_its_pictures(admin: Client) -> None:
    files = {
        "one.png": draw_picture(1),
        "broken.jpg": b"\xff\xd8no",
        "read.txt": b"hello",
        "again.png": draw_picture(1),
    }
    _, page = send(admin, subject="badge", file=zip_of(files))
    assert "1 question was made." in page
    assert "read.txt: not the name of a picture." in page
    assert "broken.jpg: " in page
    assert Question.objects.get().image.width_px == 320


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"subject": "blur"}, "Name products, or choose a file."),
        ({"subject": "Not A Name", "products": "p"}, "cannot be asked this way."),
        ({"subject": "pair", "products": "p"}, "cannot be asked this way."),
        ({"subject": "blur", "file": b"\xff\xfe\x00"}, "The file is no CSV table in UTF-8."),
        (
            {"subject": "blur", "file": b"a,b\n1,2\n"},
            "needs a column &#x27;image&#x27; or &#x27;product&#x27;",
        ),
        ({"subject": "blur", "file": b"PK\x03\x04 nothing"}, "The file is no ZIP archive."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(admin: Client, said: dict[str, Any], words: str) -> None:
    if "file" in said:
        said = said | {"file": SimpleUploadedFile("a", said["file"])}
    status, page = send(admin, **said)
    assert (status, words in page) == (400, True)
    assert not Question.objects.exists()


def test_a_bomb_of_an_archive_is_not_unpacked(admin: Client) -> None:
    file = zip_of({f"{number}.png": b"\0" * 30_000_000 for number in range(19)})
    status, page = send(admin, subject="blur", file=file)
    assert (status, "holds too much" in page) == (400, True)
    assert not Image.objects.exists()


def test_an_archive_with_an_endless_list_of_files_is_not_read(admin: Client) -> None:
    status, page = send(admin, subject="blur", file=zip_of({"x" * 60_000 + str(n): b"" for n in range(400)}))
    assert (status, "holds too much" in page) == (400, True)
    assert not Image.objects.exists()
