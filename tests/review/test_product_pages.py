"""Pages of products: finding one, its pictures with what became of them, its history."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from review.actions import decisions
from review.models import Event, Offer, Product, Supplier
from tests.review.factories import (
    Candidate,
    list_shas,
    make_image,
    make_product,
    make_proposal,
    publish_images,
)

pytestmark = pytest.mark.django_db
ONE = [Candidate(before=0, after=0)]


def find(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/products/{query}")
    assert response.status_code == 200
    return [row["product"].title for row in response.context["rows"]]


def send(product: Product, name: str = "a.jpg", supplier: str = "Norda", **said: object) -> Offer:
    row = Supplier.objects.get_or_create(name=supplier)[0]
    return Offer.objects.create(product=product, supplier=row, source=name, position=0, **said)


def test_products_are_found_by_the_beginnings_of_words_and_by_id(client: Client, sam: User) -> None:
    chair = make_product("Zoe armchair, oak")
    make_product("Lamp")
    client.force_login(sam)
    assert find(client) == ["Lamp", "Zoe armchair, oak"]
    assert find(client, "?q=ARM+zoe") == ["Zoe armchair, oak"]
    assert find(client, f"?q={chair.external_id}")[-1] == "Zoe armchair, oak"
    assert find(client, "?q=chair") == []


@pytest.mark.parametrize("query", ["%00", "%27%3B--", "%26", "%28%29", "%5C", "a%3A%2A", "%21"])
def test_odd_words_find_nothing_and_break_nothing(client: Client, sam: User, query: str) -> None:
    make_product("Lamp")
    client.force_login(sam)
    assert find(client, f"?q=xyz{query}") == []


def test_it_filters_by_category_and_state(client: Client, sam: User) -> None:
    make_proposal(ONE, product=make_product("chair", "Furniture > Armchairs"))
    refused = make_product("tablet", "Electronics > Tablets")
    send(refused, state="refused", refusal="gone")
    curated = make_product("lamp", "Furniture > Lamps")
    Product.objects.filter(pk=curated.pk).update(is_curated=True)
    client.force_login(sam)
    assert find(client, "?category=Furniture") == ["lamp", "chair"]
    assert find(client, "?state=proposal") == ["chair"]
    assert find(client, "?state=refused") == ["tablet"]
    assert find(client, "?state=curated") == ["lamp"]
    assert len(find(client, "?state=nonsense&after=zzz")) == 3


def test_a_specialist_finds_the_products_of_the_own_categories_only(client: Client, toni: User) -> None:
    make_product("chair", "Furniture > Armchairs")
    make_product("tablet", "Electronics > Tablets")
    client.force_login(toni)
    assert find(client) == ["tablet"]


def test_pages_follow_one_another_without_gap(client: Client, sam: User) -> None:
    Product.objects.bulk_create(Product(external_id=f"n{n}", title=f"n{n}") for n in range(120))
    client.force_login(sam)
    titles, query = [], ""
    while True:
        response = client.get(f"/products/{query}")
        titles += [row["product"].title for row in response.context["rows"]]
        if not response.context["page"].later:
            break
        query = f"?after={response.context['page'].later}"
    assert titles == [f"n{n}" for n in reversed(range(120))]


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen)


def test_the_number_of_queries_does_not_grow(client: Client, sam: User) -> None:
    client.force_login(sam)
    first = make_proposal(product=make_product("one")).product
    page = reverse("product", args=[first.external_id])
    few_rows, few_images = count_queries(client, "/products/"), count_queries(client, page)
    for number in range(8):
        make_proposal(product=make_product(f"n{number}"))
    for number in range(30):
        send(first, f"{number}.jpg", supplier=f"S{number % 5}", image=make_image(), state="fetched")
        publish_images(first, [make_image() for _ in range(5)])
    assert count_queries(client, "/products/") == few_rows
    assert count_queries(client, page) == few_images


def test_every_picture_says_what_became_of_it(client: Client, sam: User) -> None:
    product = make_product()
    image = make_image()
    send(product, "https://x.example/fine.jpg", image=image, state="fetched")
    send(product, "/files/copy.jpg", supplier="Sud", image=image, state="fetched")
    send(product, "/files/wait.jpg")
    send(
        product,
        "/files/gone.jpg",
        state="refused",
        refusal="The server answered with status 404 (not found).",
    )
    send(product, "/files/old.jpg", is_retired=True)
    client.force_login(sam)
    text = client.get(reverse("product", args=[product.external_id])).content.decode()
    for words in ("fine.jpg", "same file as Norda 1", "waiting to be fetched", "status 404 (not found)"):
        assert words in text
    assert text.count("no longer offered") == 1
    assert "Fetch 1 refused picture again" in text


def test_refused_pictures_are_asked_for_again(client: Client, sam: User) -> None:
    product = make_product()
    gone = send(product, "https://x.example/a.jpg", state="refused", refusal="no", refusal_code="http_status")
    lost = send(product, "/files/a.jpg", state="refused", refusal="no", refusal_code="missing")
    client.force_login(sam)
    response = client.post(reverse("fetch-again", args=[product.external_id]), follow=True)
    assert "1 picture is being fetched again" in response.content.decode()
    gone.refresh_from_db()
    lost.refresh_from_db()
    assert (gone.state, lost.state) == ("pending", "refused")


def test_the_history_tells_who_did_what_and_why(client: Client, sam: User) -> None:
    product = make_product()
    Event.objects.create(kind="import_changed", product=product, data={"changed": ["title"]})
    proposal = make_proposal(product=product)
    shas = list_shas(proposal)
    now = timezone.now()
    approved = decisions.approve(
        proposal=proposal, by=sam, final=[shas[1], shas[0]], edits=[], submit_key="k1", now=now
    )
    client.force_login(sam)
    response = client.get(reverse("product", args=[product.external_id]))
    text = response.content.decode()
    assert response.context["history"][0].what == "approved"
    assert response.context["current"].number == 2
    assert "by sam" in text
    assert "changed by an import" in text
    assert f"/decisions/{approved.pk}/undo/" in text


def test_an_id_may_hold_what_addresses_do_not_like(client: Client, sam: User) -> None:
    product = make_product()
    Product.objects.filter(pk=product.pk).update(external_id="a/b c?d#e%2F&")
    client.force_login(sam)
    assert client.get(reverse("product", args=["a/b c?d#e%2F&"])).status_code == 200


def test_a_title_is_text_not_markup(client: Client, sam: User) -> None:
    product = make_product("<script>alert(1)</script>")
    client.force_login(sam)
    for url in ("/products/", reverse("product", args=[product.external_id])):
        assert "<script>alert" not in client.get(url).content.decode()
