"""Who may go where: every address of the product stands in this table, or the test fails."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from review.actions.store import image_url
from review.models import (
    BulkApproval,
    CatalogImport,
    Decision,
    Flag,
    GoldQuestion,
    ImproveLoop,
    LabelImport,
    ModelComparison,
    ModelVersion,
    Question,
    RunProduct,
    SavedFilter,
    SecondOpinion,
    Snapshot,
    SnapshotExport,
    TrainingRun,
    WorkerPause,
    WorkerStanding,
)
from tests.review.crowds import make_question
from tests.review.factories import list_shas, make_product, make_proposal

pytestmark = pytest.mark.django_db

YES, LOG_IN, NO, HIDDEN = "may", "has to log in", "may not", "is told that there is nothing"
WHO = ("anonymous", "nobody", "wim", "toni", "sam", "ada")  # toni has another category than the ground
ALL = (YES,) * 6
PEOPLE = (LOG_IN, YES, YES, YES, YES, YES)
LABELLING = (LOG_IN, NO, YES, YES, YES, YES)
REVIEW = (LOG_IN, NO, NO, YES, YES, YES)
OWN_CATEGORY = (LOG_IN, NO, NO, HIDDEN, YES, YES)
ADMINS = (LOG_IN, NO, NO, NO, NO, YES)
SAMS = (LOG_IN, NO, NO, HIDDEN, YES, HIDDEN)  # what a person keeps is nobody else's
NOT_OWN = (LOG_IN, NO, NO, HIDDEN, YES, HIDDEN)  # what Ada decided, somebody else is to decide again

TABLE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "home": ("GET", "/", PEOPLE),
    "log-in": ("GET", "/log-in/", ALL),
    "log-out": ("POST", "/log-out/", ALL),
    "health": ("GET", "/health/", ALL),
    "not-here": ("GET", "/nothing/here/", (HIDDEN,) * 6),
    "queue": ("GET", "/queue/", REVIEW),
    "sure": ("GET", "/queue/sure/", REVIEW),
    "approve-sure": ("POST", "/queue/sure/approve/", REVIEW),
    "hold-sure": ("POST", "/queue/sure/hold/", REVIEW),
    "undo-bulk": ("POST", "/bulks/{bulk}/undo/", SAMS),
    "save-filter": ("POST", "/queue/filters/", REVIEW),
    "forget-filter": ("POST", "/queue/filters/{filter}/forget/", SAMS),
    "next-second-opinion": ("GET", "/second-opinions/next/", REVIEW),
    "second-opinion": ("GET", "/second-opinions/{opinion}/", NOT_OWN),
    "open-second-opinion": ("POST", "/second-opinions/{opinion}/open/", NOT_OWN),
    "after-second-opinion": ("GET", "/second-opinions/{opinion}/coming/", NOT_OWN),
    "give-second-opinion": ("POST", "/second-opinions/{opinion}/give/", NOT_OWN),
    "withdraw-second-opinion": ("POST", "/second-opinions/{opinion}/withdraw/", NOT_OWN),
    "hold-second-opinion": ("POST", "/second-opinions/{opinion}/hold/", NOT_OWN),
    "agreement": ("GET", "/reports/agreement/", REVIEW),
    "next-proposal": ("GET", "/proposals/next/", REVIEW),
    "proposal": ("GET", "/proposals/{proposal}/", OWN_CATEGORY),
    "proposal-lease": ("POST", "/proposals/{proposal}/lease/", OWN_CATEGORY),
    "proposal-rules": ("GET", "/proposals/{proposal}/rules/", OWN_CATEGORY),
    "proposal-comparison": ("GET", "/proposals/{proposal}/comparison/?{pair}", OWN_CATEGORY),
    "proposal-open": ("POST", "/proposals/{proposal}/open/", OWN_CATEGORY),
    "proposals-coming": ("GET", "/proposals/{proposal}/coming/", OWN_CATEGORY),
    "draft": ("POST", "/proposals/{proposal}/draft/", OWN_CATEGORY),
    "flag": ("POST", "/proposals/{proposal}/flag/", OWN_CATEGORY),
    "undo-by-key": ("POST", "/proposals/{proposal}/undo/", OWN_CATEGORY),
    "flags": ("GET", "/flags/", REVIEW),
    "settle-flag": ("POST", "/flags/{flag}/settle/", OWN_CATEGORY),
    "reasons": ("GET", "/reports/reasons/", REVIEW),
    "keys": ("GET", "/settings/keys/", REVIEW),
    "design": ("GET", "/design/", REVIEW),
    "language": ("POST", "/settings/language/", ALL),
    "texts": ("GET", "/texts/de-0.js", ALL),
    "decide": ("POST", "/proposals/{proposal}/decide/", OWN_CATEGORY),
    "undo-decision": ("POST", "/decisions/{decision}/undo/", OWN_CATEGORY),
    "runs": ("GET", "/runs/", REVIEW),
    "run": ("GET", "/runs/{run}/", REVIEW),
    "run-retry": ("POST", "/runs/{run}/retry/", ADMINS),
    "products": ("GET", "/products/", REVIEW),
    "product": ("GET", "/products/{product}/", OWN_CATEGORY),
    "fetch-again": ("POST", "/products/{product}/fetch-again/", OWN_CATEGORY),
    "imports": ("GET", "/imports/", ADMINS),
    "import-report": ("GET", "/imports/{report}/", ADMINS),
    "picture": ("GET", "{picture}", (HIDDEN,) * 6),  # signed, but not in the store
    "label": ("GET", "/label/", LABELLING),
    "label-grid": ("GET", "/label/grid/", LABELLING),
    "questions": ("GET", "/questions/", ADMINS),
    "label-ahead": ("POST", "/label/ahead/", LABELLING),
    "label-answers": ("POST", "/label/answers/", LABELLING),
    "label-pass": ("POST", "/label/pass/", (LOG_IN, NO, HIDDEN, HIDDEN, HIDDEN, HIDDEN)),  # of no question
    "label-undo": ("POST", "/label/undo/", LABELLING),
    "label-leave": ("POST", "/label/leave/", LABELLING),
    "data": ("GET", "/data/", ADMINS),
    "snapshot": ("GET", "/data/{snapshot}/", ADMINS),
    "snapshot-export": ("POST", "/data/{snapshot}/exports/", ADMINS),
    "snapshot-again": ("POST", "/data/{snapshot}/again/", ADMINS),
    "export-file": ("GET", "/data/exports/{export}/0/", (LOG_IN, NO, NO, NO, NO, HIDDEN)),  # not written yet
    "export-sums": ("GET", "/data/exports/{export}/sums/", (LOG_IN, NO, NO, NO, NO, HIDDEN)),
    "improve": ("GET", "/improve/", ADMINS),
    "improve-loop": ("GET", "/improve/{loop}/", ADMINS),
    "improve-stop": ("POST", "/improve/{loop}/stop/", ADMINS),
    "improve-again": ("POST", "/improve/{loop}/again/", ADMINS),
    "improve-once": ("POST", "/improve/{loop}/once/", ADMINS),
    "label-imports": ("GET", "/data/imports/", ADMINS),
    "label-import": ("GET", "/data/imports/{label_import}/", ADMINS),
    "models": ("GET", "/models/", ADMINS),
    "model": ("GET", "/models/{model}/", ADMINS),
    "model-release": ("GET", "/models/{model}/release/", ADMINS),
    "model-roll-back": ("GET", "/models/{model}/roll-back/", ADMINS),
    "model-compare": ("POST", "/models/{model}/compare/", (LOG_IN, NO, NO, NO, NO, HIDDEN)),  # on nothing
    "train": ("GET", "/models/train/", ADMINS),
    "training": ("GET", "/models/trainings/{training}/", ADMINS),
    "training-stop": ("POST", "/models/trainings/{training}/stop/", ADMINS),
    "training-again": ("POST", "/models/trainings/{training}/again/", ADMINS),
    "comparison": ("GET", "/models/comparisons/{comparison}/", ADMINS),
    "comparison-again": ("POST", "/models/comparisons/{comparison}/again/", ADMINS),
    "crowd": ("GET", "/crowd/", ADMINS),
    "workers": ("GET", "/crowd/workers/", ADMINS),
    "pause-worker": ("POST", "/crowd/workers/{standing}/pause/", ADMINS),
    "lift-pause": ("POST", "/crowd/pauses/{pause}/lift/", ADMINS),
    "crowd-rules": ("GET", "/crowd/rules/", ADMINS),
    "known-questions": ("GET", "/known-questions/", REVIEW),
    "make-known": ("POST", "/known-questions/{dispute}/make/", OWN_CATEGORY),
    "retire-known": ("POST", "/known-questions/{gold}/retire/", ADMINS),
    "disputes": ("GET", "/disputes/", REVIEW),
    "settle-dispute": ("POST", "/disputes/{dispute}/settle/", OWN_CATEGORY),
    "pass-dispute": ("POST", "/disputes/{dispute}/pass/", OWN_CATEGORY),
    "undo-dispute": ("POST", "/disputes/{dispute}/undo/", OWN_CATEGORY),
    "api-selections": ("POST", "/api/v1/selections/", REVIEW),
    "api-selection": ("GET", "/api/v1/selections/{selection}/", OWN_CATEGORY),
    "api-product-images": ("GET", "/api/v1/products/{product}/images/", OWN_CATEGORY),
    "api-schema": ("GET", "/api/v1/schema/", ALL),
    "api-docs": ("GET", "/api/v1/docs/", ALL),
    "api-nothing": ("GET", "/api/v1/nothing/", (HIDDEN,) * 6),
}


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """(name with its namespace, pattern) of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = ":".join(filter(None, (namespace, entry.namespace)))
            yield from walk(entry, inner)
        else:
            yield ":".join(filter(None, (namespace, entry.name or str(entry.pattern)))), entry


@dataclass(frozen=True)
class Ground:
    """Rows of one product, so that addresses lead somewhere."""

    keys: dict[str, Any]


def lay_trust(disputed: Question, person: User) -> dict[str, Any]:
    """A question for a specialist, and a person who is paused."""
    return {
        "dispute": disputed.pk,
        "gold": GoldQuestion.objects.create(question=disputed, value="yes").pk,
        "standing": WorkerStanding.objects.create(person=person, subject="blur").pk,
        "pause": WorkerPause.objects.create(person=person, subject="blur", reason="careless").pk,
    }


def lay_learning() -> dict[str, Any]:
    """A data set, a model, and the work that goes on with them."""
    snapshot = Snapshot.objects.create(name="badges", judge="badge")
    card = {"sha256": "b" * 64}  # a word without a place to break
    model = ModelVersion.objects.create(name="m", sha256="a" * 64, judge="badge", state="live", card=card)
    return {
        "model": model.pk,
        "training": TrainingRun.objects.create(judge="badge", snapshot=snapshot).pk,
        "comparison": ModelComparison.objects.create(candidate=model, snapshot=snapshot).pk,
        "snapshot": snapshot.pk,
        "export": SnapshotExport.objects.create(snapshot=snapshot, format="csv").pk,
        "loop": ImproveLoop.objects.create(judge="badge").pk,
        "label_import": LabelImport.objects.create(file_name="labels.csv", format="csv").pk,
    }


@pytest.fixture
def ground(ada: User, sam: User) -> Ground:
    proposal = make_proposal(product=make_product(category="Furniture > Armchairs"))
    decision = Decision.objects.create(proposal=proposal, kind="reject", submit_key="k", decided_by=ada)
    selected = RunProduct.objects.create(run=proposal.run, product=proposal.product, proposal=proposal)
    said = {"reason": "odd", "submit_key": "f", "raised_by": ada}
    keys = {
        "bulk": BulkApproval.objects.create(submit_key="b", approved_by=sam).pk,
        "filter": SavedFilter.objects.create(person=sam, name="mine").pk,
        "opinion": SecondOpinion.objects.create(decision=decision).pk,
        "flag": Flag.objects.create(product=proposal.product, **said).pk,
        "proposal": proposal.pk,
        "decision": decision.pk,
        "run": proposal.run_id,
        "product": proposal.product.external_id,
        "report": CatalogImport.objects.create(path="catalog.jsonl").pk,
        "selection": selected.pk,
        **lay_trust(make_question(product=proposal.product, state="disputed"), sam),
        **lay_learning(),
        "pair": "left={}&right={}".format(*list_shas(proposal)[:2]),
        "picture": image_url(proposal.items.all()[0].image.sha256, 480),
    }
    return Ground(keys)


def classify(answer: HttpResponse) -> str:
    """What an answer means to whoever asked."""
    if answer.status_code == 401 or answer.headers.get("Location", "").startswith(
        ("/log-in/", "/admin/login")
    ):
        return LOG_IN
    return {403: NO, 404: HIDDEN}.get(answer.status_code, YES)


def ask(person: User | AnonymousUser, method: str, address: str) -> str:
    client = Client()
    if isinstance(person, User):
        client.force_login(person)
    answer = client.generic(method, address, "{}", content_type="application/json")
    if address == "/log-out/" and answer.headers["Location"] == "/log-in/":
        return YES  # where everybody goes who has logged out
    return classify(answer)  # type: ignore[arg-type]


def test_every_address_stands_in_the_table() -> None:
    found = {name for name, _ in walk(get_resolver()) if not name.startswith("admin:")}
    assert found - {"^(?P<url>.*)$"} == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_only_who_may_gets_there(
    name: str, ground: Ground, nobody: User, wim: User, toni: User, sam: User, ada: User
) -> None:
    method, address, expected = TABLE[name]
    people = (AnonymousUser(), nobody, wim, toni, sam, ada)
    found = [ask(person, method, address.format(**ground.keys)) for person in people]
    assert dict(zip(WHO, found, strict=True)) == dict(zip(WHO, expected, strict=True))


def list_admin_pages() -> list[str]:
    """The admin's addresses that need no row."""
    named = [(name, pattern) for name, pattern in walk(get_resolver()) if name.startswith("admin:")]
    plain = [name for name, pattern in named if not pattern.pattern.regex.groups]
    return [name for name in plain if name not in {"admin:login", "admin:logout", "admin:jsi18n"}]


def test_the_admin_pages_are_for_admins_alone(wim: User, sam: User) -> None:
    from django.urls import reverse

    pages = list_admin_pages()
    assert len(pages) > 10
    for name in pages:
        assert ask(AnonymousUser(), "GET", reverse(name)) == LOG_IN, name
        for person in (wim, sam):
            client = Client()
            client.force_login(person)
            assert client.get(reverse(name), follow=True).status_code == 403, (name, person)


def test_an_open_page_whose_session_ended_asks_to_log_in_as_a_whole(client: Client, db: None) -> None:
    answer = client.get("/runs/", headers={"hx-request": "true"})
    assert answer.headers["HX-Refresh"] == "true"
