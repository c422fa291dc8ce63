"""The admin pages: by role, with the checks that the pages need."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client
from rest_framework.authtoken.models import Token

from review.models import Category, ModelVersion, Supplier

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


@pytest.mark.parametrize(
    "page",
    [
        "/admin/auth/user/",
        "/admin/auth/user/add/",
        "/admin/review/category/",
        "/admin/review/category/add/",
        "/admin/review/supplier/",
        "/admin/review/modelversion/",
        "/admin/review/event/",
        "/admin/authtoken/tokenproxy/add/",
    ],
)
def test_every_page_opens_for_an_admin_who_is_not_staff(admin: Client, ada: User, page: str) -> None:
    assert not ada.is_staff
    assert admin.get(page).status_code == 200


def test_the_start_is_the_first_list_and_not_a_second_copy_of_the_side_bar(admin: Client) -> None:
    answer = admin.get("/admin/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/admin/auth/user/")
    page = admin.get("/admin/auth/user/").content.decode()
    assert page.count("Tokens of programs") == 1
    assert "icons/favicon" in page


def test_who_is_logged_in_without_the_role_is_told_so(client: Client, sam: User) -> None:
    sam.is_staff = True
    sam.save()
    client.force_login(sam)
    answer = client.get("/admin/review/category/", follow=True)
    assert answer.status_code == 403
    assert "Your role does not include this page" in answer.content.decode()


def test_who_is_not_logged_in_is_asked_to(client: Client) -> None:
    answer = client.get("/admin/review/category/", follow=True)
    assert answer.redirect_chain[-1][0] == "/log-in/?next=/admin/review/category/"


def test_the_side_bar_speaks_the_language_of_the_page(admin: Client) -> None:
    page = admin.get("/admin/auth/user/", headers={"accept-language": "de"}).content.decode()
    assert "Zurück zu smartimg" in page


def test_lists_and_forms_speak_it_too(admin: Client) -> None:
    Category.objects.create(path="Toys", type_order=["front", "back"])
    german = {"accept-language": "de"}
    for address, words in {
        "/admin/review/category/": ("Kategorien", "Typen, der beste zuerst", "vorne, hinten", "Suchen"),
        "/admin/auth/user/": ("Rollen",),
        "/admin/review/category/add/": ("Modell seiner Bildtypen", "Einer je Zeile"),
    }.items():
        page = admin.get(address, headers=german).content.decode()
        for word in words:
            assert word in page, (address, word)
        for word in ("Type to search", "best first", "Type head"):
            assert word not in page, (address, word)


def test_every_change_of_a_model_has_its_migration() -> None:
    call_command("makemigrations", "review", check=True, dry_run=True, verbosity=0)


def make_grant_fields(**said: object) -> dict[str, object]:
    return {"category_grants-TOTAL_FORMS": 0, "category_grants-INITIAL_FORMS": 0} | said


def test_an_admin_gives_a_person_a_role_and_a_category(admin: Client, nobody: User) -> None:
    role = Group.objects.get(name="specialist")
    fields = make_grant_fields(username="nobody", groups=[role.pk], is_active="on")
    fields |= {"category_grants-TOTAL_FORMS": 1, "category_grants-0-path": "Furniture"}
    answer = admin.post(f"/admin/auth/user/{nobody.pk}/change/", fields)
    assert answer.status_code == 302
    assert list(nobody.groups.values_list("name", flat=True)) == ["specialist"]
    assert nobody.category_grants.get().path == "Furniture"


def test_a_person_cannot_be_made_a_superuser(admin: Client, nobody: User) -> None:
    admin.post(
        f"/admin/auth/user/{nobody.pk}/change/",
        make_grant_fields(username="nobody", is_active="on", is_superuser="on", is_staff="on"),
    )
    nobody.refresh_from_db()
    assert not (nobody.is_superuser or nobody.is_staff)


def test_the_order_of_types_is_written_as_words(admin: Client) -> None:
    admin.post("/admin/review/category/add/", {"path": "Furniture", "type_order": "front\r\nback, detail"})
    category = Category.objects.get()
    assert category.type_order == ["front", "back", "detail"]
    page = admin.get(f"/admin/review/category/{category.pk}/change/").content.decode()
    assert "front\nback\ndetail" in page


def test_an_unknown_type_is_named(admin: Client) -> None:
    answer = admin.post("/admin/review/category/add/", {"path": "Furniture", "type_order": "front\nfornt"})
    assert "There is no image type fornt." in answer.content.decode()
    assert not Category.objects.exists()


def test_models_are_only_to_look_at(admin: Client) -> None:
    model = ModelVersion.objects.create(kind="type", name="armchairs", sha256="a" * 64, path="x.npz")
    page = f"/admin/review/modelversion/{model.pk}/"
    assert admin.get(page + "change/").status_code == 200
    assert admin.get("/admin/review/modelversion/add/").status_code == 403
    assert admin.post(page + "delete/", {"post": "yes"}).status_code == 403


def test_an_admin_makes_a_token_for_a_program(admin: Client, sam: User) -> None:
    admin.post("/admin/authtoken/tokenproxy/add/", {"user": sam.pk})
    assert Token.objects.get().user == sam


def test_a_supplier_can_be_found_by_its_name(admin: Client) -> None:
    Supplier.objects.create(name="Norda")
    Supplier.objects.create(name="Solvik")
    page = admin.get("/admin/review/supplier/?q=nor").content.decode()
    assert "Norda" in page
    assert "Solvik" not in page
