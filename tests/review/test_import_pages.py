"""Pages of imports: every file that was read, and every line that was refused."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review.models import CatalogImport, ImportProblem

pytestmark = pytest.mark.django_db


def make_report(problems: int = 0, **said: object) -> CatalogImport:
    usual = {"path": "/data/products.jsonl", "products": {"new": 3}, "images": {"new": 9, "refused": 1}}
    report = CatalogImport.objects.create(**{"finished_at": timezone.now(), **usual, **said})
    ImportProblem.objects.bulk_create(
        ImportProblem(
            catalog_import=report, line=n + 1, product_id_text=f"p{n}", field="title", reason=f"why {n}"
        )
        for n in range(problems)
    )
    return report


def test_without_imports_it_says_how_to_make_one(client: Client, ada: User) -> None:
    client.force_login(ada)
    text = client.get("/imports/").content.decode()
    assert 'type="file"' in text
    assert "all in one ZIP file" in text
    assert "Send one above" in text


def test_it_lists_imports_with_their_counts(client: Client, ada: User) -> None:
    make_report()
    make_report(is_dry_run=True, failure="The file is empty.")
    client.force_login(ada)
    text = client.get("/imports/").content.decode()
    assert "products.jsonl" in text
    assert "9 new, 1 refused" in text
    assert "dry run · The file is empty." in text


def test_the_refused_lines_stand_in_the_order_of_the_file(client: Client, ada: User) -> None:
    report = make_report(problems=120)
    client.force_login(ada)
    lines, query = [], ""
    while True:
        response = client.get(f"/imports/{report.pk}/{query}")
        lines += [problem.line for problem in response.context["rows"]]
        if not response.context["page"].later:
            break
        query = f"?after={response.context['page'].later}"
    assert lines == list(range(1, 121))


def test_the_kinds_of_problem_can_be_told_apart(client: Client, ada: User) -> None:
    report = make_report(problems=2)
    note = ImportProblem.objects.create(catalog_import=report, what="note", line=9, reason="listed twice")
    client.force_login(ada)
    assert client.get(f"/imports/{report.pk}/?what=note").context["rows"] == [note]
    text = client.get(f"/imports/{report.pk}/").content.decode()
    assert "2 products refused" in text
    assert "1 note<" in text


def test_a_report_is_followed_while_the_import_runs(client: Client, ada: User) -> None:
    report = make_report(finished_at=None, lines_read=500)
    client.force_login(ada)
    part = client.get(f"/imports/{report.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "500 lines so far" in part
    assert "hx-trigger" in part
    assert "<html" not in part


def test_a_report_takes_few_queries_however_long(client: Client, ada: User) -> None:
    client.force_login(ada)
    counts = set()
    for problems in (1, 60):
        report = make_report(problems=problems)
        with CaptureQueriesContext(connection) as seen:
            client.get(f"/imports/{report.pk}/")
        counts.add(len(seen))
    assert len(counts) == 1


def test_a_file_that_was_sent_is_not_shown_as_a_path_and_one_not_read_at_all_kept_nothing(
    client: Client, ada: User
) -> None:
    report = make_report(path="sent/spring.zip", failure="The ZIP file is empty.", products={}, images={})
    client.force_login(ada)
    page = client.get(f"/imports/{report.pk}/").content.decode()
    assert "sent in the browser" in page
    assert "sent/spring.zip" not in page
    assert "Nothing was changed." in page
    assert "What was read before is kept." not in page
    assert "Nothing was refused." not in page
    CatalogImport.objects.update(lines_read=7)
    assert "What was read before is kept." in client.get(f"/imports/{report.pk}/").content.decode()
    assert "sent/spring.zip" not in client.get("/imports/").content.decode()


def test_where_every_line_was_refused_there_is_nothing_to_look_at(client: Client, ada: User) -> None:
    client.force_login(ada)
    refused = make_report(lines_read=2, products={"refused": 2}, images={})
    page = client.get(f"/imports/{refused.pk}/").content.decode()
    assert "Have them looked at" not in page
    assert "every line was refused" in page
    empty = make_report(products={}, images={})
    assert "names no product" in client.get(f"/imports/{empty.pk}/").content.decode()
    partly = make_report(lines_read=3, products={"refused": 2, "unchanged": 1}, images={})
    page = client.get(f"/imports/{partly.pk}/").content.decode()
    assert "Have them looked at" in page
    assert "every line was refused" not in page


def test_a_path_of_the_server_stands_in_the_report_alone(client: Client, ada: User) -> None:
    report = make_report(path="/srv/feeds/norda/spring.jsonl")
    client.force_login(ada)
    listed = client.get("/imports/").content.decode()
    assert "spring.jsonl" in listed
    assert "/srv/feeds" not in listed
    assert "/srv/feeds/norda/spring.jsonl" in client.get(f"/imports/{report.pk}/").content.decode()
