"""Programs send a product, wait or come back, and read the published set."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks
from rest_framework.authtoken.models import Token

from review import tasks
from review.api import selections as selection_views
from review.models import Category, Label, Offer, Product, RunProduct
from tests.review.factories import USUAL, list_shas, make_image, make_product, make_proposal, publish_images

pytestmark = pytest.mark.django_db
SELECTIONS = "/api/v1/selections/"


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs whose batches were handed to workers, instead of a broker."""
    runs: list[int] = []
    monkeypatch.setattr(tasks, "send_batches", runs.append)
    return runs


def log_in(person: User) -> Client:
    token = Token.objects.create(user=person)
    return Client(headers={"authorization": f"Token {token.key}"})


@pytest.fixture
def machine(ada: User) -> Client:
    return log_in(ada)


def make_payload(**said: Any) -> dict[str, Any]:
    images = ["https://pictures.example/1.jpg", "https://pictures.example/2.jpg"]
    return {"id": "sofa-1", "title": "Sofa", "offers": [{"supplier": "Norda", "images": images}], **said}


def post(client: Client, data: Any, query: str = "") -> Any:
    return client.post(SELECTIONS + query, data, content_type="application/json")


def find_messages(answer: Any) -> dict[str, str]:
    return {problem["field"]: problem["message"] for problem in answer.json()["errors"]}


def test_sending_a_product_answers_with_a_status_address(machine: Client, sent: list[int]) -> None:
    answer = post(machine, make_payload())
    assert answer.status_code == 202
    told = answer.json()
    assert (told["state"], told["selection"]) == ("waiting", None)
    assert answer["Location"] == told["status_url"]
    assert machine.get(told["status_url"]).json()["id"] == told["id"]
    assert sent == [RunProduct.objects.get(pk=told["id"]).run_id]


def test_the_same_product_again_is_the_same_selection(machine: Client, sent: list[int]) -> None:
    first, again = (post(machine, make_payload()).json()["id"] for _ in range(2))
    assert first == again
    assert len(sent) == 1


def test_a_changed_product_is_a_new_selection(machine: Client) -> None:
    first = post(machine, make_payload()).json()["id"]
    assert post(machine, make_payload(title="Large sofa")).json()["id"] != first


def test_a_program_may_ask_anew(machine: Client) -> None:
    first = post(machine, make_payload()).json()["id"]
    assert post(machine, make_payload(), "?anew=true").json()["id"] != first


def test_a_newly_published_set_makes_the_selection_stale(machine: Client) -> None:
    first = post(machine, make_payload()).json()["id"]
    publish_images(Product.objects.get(), [make_image()])
    assert post(machine, make_payload()).json()["id"] != first


def finish_as_proposal(selection_id: int) -> None:
    """What a worker would do: fetch the two pictures, and propose the second alone."""
    selected = RunProduct.objects.get(pk=selection_id)
    candidates = USUAL[1], USUAL[3]
    images = [make_image(), make_image()]
    for offer, image in zip(Offer.objects.order_by("position"), images, strict=True):
        offer.image, offer.state = image, Offer.State.FETCHED
        offer.save()
    selected.proposal = make_proposal(candidates, product=selected.product, images=images)
    selected.outcome = RunProduct.Outcome.PROPOSED
    selected.save()
    Offer.objects.filter(source__endswith=".png").delete()  # the factory's own


def test_a_program_that_waits_gets_the_selection_itself(
    machine: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(run_id: int) -> None:
        finish_as_proposal(RunProduct.objects.get(run=run_id).pk)

    monkeypatch.setattr(tasks, "send_batches", work)
    monkeypatch.setattr(selection_views, "LOOK_EVERY_S", 0)
    answer = post(machine, make_payload(), "?wait=10")
    assert answer.status_code == 200
    chosen = answer.json()
    first, second = make_payload()["offers"][0]["images"]
    assert set(chosen) == {"id", "before", "after", "items", "category"}
    assert (chosen["id"], chosen["before"], chosen["after"]) == ("sofa-1", [first, second], [first])
    kept, dropped = chosen["items"]
    assert (kept["file"], kept["verdict"], kept["reason"]) == (first, "keep", None)
    assert (dropped["file"], dropped["verdict"], dropped["reason"]) == (second, "drop", "blur")


def test_a_program_that_waited_in_vain_gets_the_status_address(machine: Client) -> None:
    assert post(machine, make_payload(), "?wait=0.01").status_code == 202


def test_a_product_with_one_image_is_passed_over_at_once(machine: Client, sent: list[int]) -> None:
    payload = make_payload(offers=[{"supplier": "Norda", "images": ["https://pictures.example/1.jpg"]}])
    answer = post(machine, payload, "?wait=5")
    assert answer.status_code == 200
    assert answer.json()["passed_over"] == "fewer than two different pictures"


def test_a_refused_picture_is_told_with_its_reason(machine: Client) -> None:
    told = post(machine, make_payload()).json()
    finish_as_proposal(told["id"])
    product = Product.objects.get(external_id="sofa-1")
    offer = product.offers.get(position=0)
    Offer.objects.create(
        product=product, supplier=offer.supplier, source="https://pictures.example/3.jpg", position=2
    )
    product.offers.filter(position=2).update(state=Offer.State.REFUSED, refusal="This is not an image file.")
    last = machine.get(told["status_url"]).json()["selection"]["items"][-1]
    assert (last["reason"], last["evidence"]) == ("unreadable", {"unreadable": "This is not an image file."})


def test_a_failed_selection_says_why(machine: Client) -> None:
    told = post(machine, make_payload()).json()
    RunProduct.objects.filter(pk=told["id"]).update(outcome="failed", reason="the disk is full")
    status = machine.get(told["status_url"]).json()
    assert (status["state"], status["reason"], status["selection"]) == ("failed", "the disk is full", None)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"id": ""}, "id", "missing"),
        ({"title": 7}, "title", "must be text"),
        ({"offers": None}, "offers", "missing"),
        ({"offers": [{"supplier": "N", "images": "x"}]}, "offers.0.images", "must be a list"),
        ({"offers": [{"images": []}]}, "offers.0.supplier", "missing"),
        ({"offers": [{"supplier": "N", "images": ["a.jpg"]}]}, "offers.0.images.0", "Only http and https"),
        ({"offers": [{"supplier": "N", "images": ["file:///etc/passwd"]}]}, "offers.0.images.0", "file:"),
        ({"current": ["https://u:p@x.example/"]}, "current.0", "user name or password"),
        ({"category": "No > Such"}, "category", "no category 'No > Such'"),
        ({"colour": "red"}, "colour", "no such field"),
    ],
)
def test_bad_input_is_named_with_its_field(
    machine: Client, change: dict[str, Any], field: str, words: str
) -> None:
    answer = post(machine, make_payload(**change))
    assert answer.status_code == 400
    assert words in find_messages(answer)[field]
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "169.254.169.254", "[::1]", "2130706433", "0x7f.1"]
)
def test_a_private_address_is_refused(machine: Client, host: str) -> None:
    images = ["https://pictures.example/1.jpg", f"http://{host}/2.jpg"]
    answer = post(machine, make_payload(offers=[{"supplier": "Norda", "images": images}]))
    assert answer.status_code == 400
    assert "not a public address" in find_messages(answer)["offers.0.images.1"]


@pytest.mark.parametrize(
    ("body", "words"), [("{", "not JSON"), ("[]", "must be a JSON object"), ("[" * 100_000, "nested")]
)
def test_a_body_that_is_no_product_is_refused(machine: Client, body: str, words: str) -> None:
    answer = machine.post(SELECTIONS, body, content_type="application/json")
    assert answer.status_code == 400
    assert words in find_messages(answer)[""]


def test_a_wait_that_is_no_number_is_refused(machine: Client) -> None:
    assert "wait" in find_messages(post(machine, make_payload(), "?wait=soon"))


def test_without_a_token_it_says_how_to_get_one(client: Client, db: None) -> None:
    answer = post(client, make_payload())
    assert answer.status_code == 401
    assert "Authorization: Token" in find_messages(answer)[""]


def test_a_worker_may_not_send_products(wim: User) -> None:
    assert post(log_in(wim), make_payload()).status_code == 403


def test_a_specialist_may_not_send_products_of_others(toni: User) -> None:
    Category.objects.create(path="Furniture > Sofas")
    answer = post(log_in(toni), make_payload(category="Furniture > Sofas"))
    assert answer.status_code == 403
    assert "category" in find_messages(answer)


def test_a_specialist_may_not_change_products_of_others(toni: User) -> None:
    Category.objects.create(path="Electronics > Tablets")
    make_product()
    Product.objects.update(external_id="sofa-1")
    answer = post(log_in(toni), make_payload(category="Electronics > Tablets"))
    assert answer.status_code == 403
    assert "id" in find_messages(answer)


def test_somebody_elses_selection_is_not_there(machine: Client, toni: User) -> None:
    told = post(machine, make_payload()).json()
    assert log_in(toni).get(told["status_url"]).status_code == 404


def test_the_published_set_comes_in_order_with_addresses(machine: Client) -> None:
    proposal = make_proposal()
    shas = list_shas(proposal)
    Label.objects.create(
        kind="type", image=proposal.items.get(image__sha256=shas[2]).image, value="side", source="specialist"
    )
    product_id = proposal.product.external_id
    told = machine.get(f"/api/v1/products/{product_id}/images/").json()
    assert (told["id"], told["set"]) == (product_id, 1)
    assert [(image["position"], image["sha256"]) for image in told["images"]] == list(
        enumerate(shas[:4], start=1)
    )
    first = told["images"][0]
    assert first["url"].startswith("http://testserver/i/1200/" + shas[0])
    assert (first["width"], first["height"], first["type"]) == (320, 320, "angle")
    assert told["images"][2]["type"] == "side"  # a person's word over the model's


def test_a_product_that_nobody_knows_is_not_there(machine: Client) -> None:
    answer = machine.get("/api/v1/products/none/images/")
    assert answer.status_code == 404
    assert "id" in find_messages(answer)


def test_a_wrong_address_is_answered_in_json(machine: Client) -> None:
    answer = machine.get("/api/v1/sofas/")
    assert answer.status_code == 404
    assert "/api/v1/docs/" in find_messages(answer)[""]


def test_the_schema_names_every_address(client: Client, db: None) -> None:
    text = client.get("/api/v1/schema/").content.decode()
    for address in (
        SELECTIONS,
        "/api/v1/selections/{selection_id}/",
        "/api/v1/products/{product_id}/images/",
    ):
        assert address in text


def test_the_documents_page_loads_nothing_from_elsewhere(client: Client, db: None) -> None:
    page = client.get(reverse("api-docs"))
    assert "https://" not in page.content.decode()
    assert "script-src 'self';" in page["Content-Security-Policy"]


def test_what_is_enqueued_is_enqueued_after_the_commit(
    ada: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.plan_run, "apply_async", lambda args, **_: asked.append(args))
    with django_capture_on_commit_callbacks() as callbacks:
        tasks.hint(tasks.plan_run, 7)
        assert asked == []
    for callback in callbacks:
        callback()
    assert asked == [(7,)]
