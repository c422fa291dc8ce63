"""A person's own keys: kept on the server, refused in words where two commands would share one."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from review.actions.preferences import COMMANDS, TAKEN, read_keys
from tests.review.factories import make_proposal

pytestmark = pytest.mark.django_db


def test_the_usual_keys_do_not_collide() -> None:
    keys = [key for key, _ in COMMANDS.values()]
    assert len(set(keys)) == len(keys) and not set(keys) & set(TAKEN)


def test_another_key_holds_for_this_person_alone(client: Client, sam: User, ada: User) -> None:
    client.force_login(sam)
    answer = client.post("/settings/keys/", {"approve": "Enter", "zoom": "space"}, follow=True)
    assert "Your keys are kept" in answer.content.decode()
    assert (read_keys(sam)["approve"], read_keys(sam)["zoom"], read_keys(ada)["approve"]) == (
        "Enter",
        " ",
        "a",
    )
    assert client.get(f"/proposals/{make_proposal().pk}/").context["data"]["keys"]["approve"] == "Enter"


def test_two_commands_may_trade_their_keys(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert client.post("/settings/keys/", {"approve": "x", "reject": "a"}).status_code == 302
    assert (read_keys(sam)["approve"], read_keys(sam)["reject"]) == ("x", "a")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"skip": "a"}, "a is already the key of &#x27;Approve and go on&#x27;"),
        ({"skip": "3"}, "3 names type 3"),
        ({"skip": "Escape"}, "needs one key"),
        ({"skip": "A"}, "needs one key"),
        ({"skip": ""}, "needs one key"),
        ({"skip": "/"}, "/ goes to the search"),
    ],
)
def test_a_conflict_is_refused_where_it_is(
    client: Client, sam: User, keys: dict[str, str], words: str
) -> None:
    client.force_login(sam)
    answer = client.post("/settings/keys/", keys)
    assert answer.status_code == 400
    assert words in answer.content.decode() and "Nothing was changed" in answer.content.decode()
    assert read_keys(sam)["skip"] == "s"


def test_back_to_the_usual_keys(client: Client, sam: User) -> None:
    client.force_login(sam)
    client.post("/settings/keys/", {"approve": "y"})
    client.post("/settings/keys/", {"approve": "k", "usual": "1"})
    assert read_keys(sam)["approve"] == "a"


def test_another_alphabet_can_be_used(client: Client, sam: User) -> None:
    client.force_login(sam)
    assert client.post("/settings/keys/", {"approve": "ü"}).status_code == 302
    assert read_keys(sam)["approve"] == "ü"
