"""Proof that a question was put before a person: nobody votes on what they pick themselves.

Leases run out and may be lost in a power cut, while an answer that was begun is never thrown away; so the
page carries the proof, signed for one person and one question.
"""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.db.models import Q

from review.models import Question

SALT = "smartimg.question-given"


def sign_given(person_id: int, question_id: int) -> str:
    """What the page sends along with what is said to the question."""
    return Signer(salt=SALT).signature(_name(person_id, question_id))


def was_given(person_id: int, question: Question, proof: str) -> bool:
    """By its proof; without one, only what is before them now, or what they have answered or skipped."""
    if proof:
        return _is_signed(_name(person_id, question.pk), proof)
    said = Q(slots__leased_by=person_id) | Q(answers__answered_by=person_id) | Q(skips__skipped_by=person_id)
    return Question.objects.filter(said, pk=question.pk).exists()


def _name(person_id: int, question_id: int) -> str:
    return f"{person_id}.{question_id}"


def _is_signed(name: str, proof: str) -> bool:
    signer = Signer(salt=SALT)
    try:
        signer.unsign(f"{name}{signer.sep}{proof}")
    except BadSignature:
        return False
    return True
