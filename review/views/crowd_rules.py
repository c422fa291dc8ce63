"""How each subject is asked, and the questions whose answer is known."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from review.access import ADMIN, SPECIALIST, NotFound, disputes_for
from review.actions import crowd_figures, gold
from review.models import AskingRule, GoldQuestion, Question
from review.views.frame import page
from review.views.keyset import Order, read_page
from review.views.question_words import ask_sentence, list_choices, name_subject, name_value

PAGE_ROWS = 40
MOST_FIT = 24
_NEWEST = Order("pk", True, int)


class RuleForm(forms.ModelForm[AskingRule]):
    """The bounds that make sense; two votes at least, or nothing is compared."""

    target = forms.FloatField(min_value=0.6, max_value=0.999)
    gold_share = forms.FloatField(min_value=0.05, max_value=0.15)
    pause_below = forms.FloatField(min_value=0.3, max_value=0.95)
    first_votes = forms.IntegerField(min_value=1, max_value=9)
    cap = forms.IntegerField(min_value=2, max_value=15)
    cents = forms.FloatField(min_value=0, max_value=1000)

    class Meta:
        model = AskingRule
        fields = ("first_votes", "cap", "target", "gold_share", "pause_below", "cents", "is_open")

    def clean(self) -> dict[str, Any]:
        """The cap leaves room for the first votes."""
        said = super().clean() or {}
        if (
            said.get("cap") is not None
            and said.get("first_votes") is not None
            and said["cap"] < said["first_votes"]
        ):
            self.add_error("cap", _("The cap cannot be below the first votes."))
        return said


@require_http_methods(["GET", "POST"])
@page(ADMIN)
def rules(request: HttpRequest) -> HttpResponse:
    """One form a subject; what is wrong stands beside its field."""
    wanted = request.POST.get("subject", "")
    forms_of: list[tuple[str, str, RuleForm]] = []
    for rule in crowd_figures.list_rules():
        is_sent = request.method == "POST" and rule.subject == wanted
        form = RuleForm(
            request.POST if is_sent else None, instance=rule, prefix=None, auto_id=f"{rule.subject}-%s"
        )
        if is_sent and form.is_valid():
            form.save()
            messages.success(request, _("Kept: '{subject}'.").format(subject=name_subject(rule.subject)))
            return redirect("crowd-rules")
        forms_of.append((rule.subject, name_subject(rule.subject), form))
    status = 400 if request.method == "POST" else 200
    return render(request, "crowd/rules.html", {"forms": forms_of}, status=status)


@page(SPECIALIST, ADMIN)
def known(request: HttpRequest) -> HttpResponse:
    """The known questions with their counters, and those that could become ones."""
    subject = request.GET.get("subject", "").replace("\0", "")[:40]
    retired = request.GET.get("retired") == "1"
    mine = disputes_for(request.user)
    rows = GoldQuestion.objects.filter(is_active=not retired, question__in=mine)
    if subject:
        rows = rows.filter(question__subject=subject)
    found = read_page(
        rows.select_related("question__image", "question__other", "created_by"),
        _NEWEST,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=PAGE_ROWS,
    )
    names = GoldQuestion.objects.order_by("question__subject").values_list("question__subject", flat=True)
    context = {
        "page": found,
        "known": [(row, name_subject(row.question.subject), name_value(row.value)) for row in found.rows],
        "fit": list_fit(mine, subject),
        "subjects": [(name, name_subject(name)) for name in names.distinct()],
        "subject": subject,
        "retired": retired,
        "most_shown": gold.MOST_SHOWN,
    }
    return render(request, "crowd/known.html", context)


def list_fit(mine: Any, subject: str) -> list[dict[str, Any]]:
    """Questions on which all agreed, with the answers to choose from."""
    rows = (
        gold.list_fit(subject).filter(pk__in=mine).select_related("image", "other").order_by("-pk")[:MOST_FIT]
    )
    return [
        {
            "question": row,
            "sentence": ask_sentence(row.subject),
            "said": name_value(row.settled_value),
            "others": [choice for choice in list_choices(row)[:-1] if choice.value != row.settled_value],
        }
        for row in rows
    ]


@require_POST
@page(SPECIALIST, ADMIN)
def make_known(request: HttpRequest, question_id: int) -> HttpResponse:
    """Somebody looked at it and says what is right."""
    assert isinstance(request.user, User)
    question = disputes_for(request.user).filter(pk=question_id).first()
    if question is None or question.state == Question.State.WITHDRAWN:
        raise NotFound
    try:
        gold.make_gold(
            question=question, value=request.POST.get("value", ""), by=request.user, now=timezone.now()
        )
    except gold.UnableToKnow as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is a known question now."))
    return redirect("known-questions")


@require_POST
@page(ADMIN)
def retire_known(request: HttpRequest, gold_id: int) -> HttpResponse:
    """Ask it no more; a wrong one tells nothing of people any more."""
    row = GoldQuestion.objects.filter(pk=gold_id).first()
    if row is None:
        raise NotFound
    is_wrong = bool(request.POST.get("is_wrong"))
    reason = _("its answer was wrong") if is_wrong else _("taken out by hand")
    gold.retire(gold=row, reason=reason, now=timezone.now(), is_wrong=is_wrong)
    messages.success(request, _("The known question is not asked any more."))
    return redirect("known-questions")


urlpatterns: list[URLPattern] = [
    path("crowd/rules/", rules, name="crowd-rules"),
    path("known-questions/", known, name="known-questions"),
    path("known-questions/<int:question_id>/make/", make_known, name="make-known"),
    path("known-questions/<int:gold_id>/retire/", retire_known, name="retire-known"),
]
