"""Statements that stay prepared: planned once a connection, whatever is asked with them."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from review.actions import prepared
from review.actions.slots import lock_person
from tests.review.conftest import make_person

pytestmark = pytest.mark.django_db
STATEMENT = "SELECT %(number)s::bigint + 1, %(number)s::bigint = ANY(%(ids)s), %(text)s::text, %(at)s"


def ask(number: int, ids: list[int], text: str | None = "it's") -> tuple[object, ...]:
    with prepared.open_cursor() as cursor:
        cursor.execute(STATEMENT, {"number": number, "ids": ids, "text": text, "at": NOW})
        row: tuple[object, ...] = cursor.fetchone()
    return row


NOW = timezone.now()


def count_prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", ["%ANY(%::text%"]
        )
        found: int = cursor.fetchone()[0]
    return found


def test_a_statement_is_planned_once_for_all_cursors_of_a_connection() -> None:
    assert [ask(number, [2]) for number in (1, 2)] == [(2, False, "it's", NOW), (3, True, "it's", NOW)]
    assert count_prepared() == 1


def test_it_takes_numbers_of_every_size_none_and_empty_lists() -> None:
    assert ask(2**40, [2**40, 1])[:2] == (2**40 + 1, True)
    assert ask(5, [], None)[:3] == (6, False, None)


def test_it_goes_on_after_what_was_rolled_back_and_after_what_failed() -> None:
    ask(1, [])
    with pytest.raises(IntegrityError), transaction.atomic(), prepared.open_cursor() as cursor:
        ask(1, [])
        cursor.execute("INSERT INTO auth_group (id, name) VALUES (%(id)s, NULL)", {"id": 1})
    assert ask(1, [1])[1] is True


def test_the_log_of_queries_has_the_statement() -> None:
    with CaptureQueriesContext(connection) as caught:
        ask(1, [])
    assert [one["sql"] for one in caught] == [STATEMENT]


def test_one_plan_for_all_values_holds_in_the_persons_transaction_alone() -> None:
    wim = make_person("wim", "worker")

    def read_mode() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW plan_cache_mode")
            mode: str = cursor.fetchone()[0]
        return mode

    with transaction.atomic():
        lock_person(wim)
        assert read_mode() == "force_generic_plan"
        transaction.set_rollback(True)
    assert read_mode() == "auto"
