"""What a question says: its sentence, its instructions, and its answers with their keys."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from review.actions.labelling import CANNOT_TELL
from review.actions.labels import FINE
from review.actions.picture_words import TYPES, VIEWS
from review.models import Question

Words = str | Promise

SENTENCES: dict[str, Words] = {
    "type": gettext_lazy("What does the picture show?"),
    "blur": gettext_lazy("Is the picture blurred?"),
    "small_object": gettext_lazy("Is the product too small in the picture?"),
    "placeholder": gettext_lazy("Is this a placeholder instead of a picture of a product?"),
    "badge": gettext_lazy("Is there a badge, a price or advertising on the picture?"),
    "watermark": gettext_lazy("Is there a watermark on the picture?"),
    "adult": gettext_lazy("Is the picture unfit for a shop that children may visit?"),
    "weapon": gettext_lazy("Does the picture show a weapon?"),
    "violence": gettext_lazy("Does the picture show violence?"),
    "pair": gettext_lazy("Do the two show the same picture?"),
    "hero": gettext_lazy("Which of the two should customers see first?"),
}
HINTS: dict[str, Words] = {
    "type": gettext_lazy(
        "Choose the view of the product. A person wearing it, or a room around it, is a scene."
    ),
    "blur": gettext_lazy("Look at the edges of the product. A soft background on purpose is not blur."),
    "small_object": gettext_lazy("Most of the picture is empty, and details cannot be made out."),
    "placeholder": gettext_lazy("For instance 'image coming soon', a logo or an icon."),
    "badge": gettext_lazy("Print that belongs to the product, such as a package or a shirt, does not count."),
    "watermark": gettext_lazy("A pale name or logo laid over the picture."),
    "weapon": gettext_lazy("Toys and kitchen knives are no weapons here."),
    "pair": gettext_lazy(
        "Another size, crop or brightness of a picture is the same. Another angle or colour is not. "
        "Hold Space to see the second in the first one's place."
    ),
    "hero": gettext_lazy("The whole product, seen from the front, on a plain ground, without text."),
}
SHORT: dict[str, Words] = {
    "type": gettext_lazy("image type"),
    "blur": gettext_lazy("blur"),
    "small_object": gettext_lazy("small product"),
    "placeholder": gettext_lazy("placeholder"),
    "badge": gettext_lazy("badge"),
    "watermark": gettext_lazy("watermark"),
    "adult": gettext_lazy("adult content"),
    "weapon": gettext_lazy("weapon"),
    "violence": gettext_lazy("violence"),
    "pair": gettext_lazy("same picture"),
    "hero": gettext_lazy("which first"),
}
PAIRED: dict[str, Words] = {
    "duplicate": gettext_lazy("The same picture"),
    "different": gettext_lazy("Different pictures"),
    "first": gettext_lazy("The left one"),
    "second": gettext_lazy("The right one"),
}
KEYS = "123456789qwertuiop"


@dataclass(frozen=True)
class Choice:
    """A button: what is stored, what it says, which key presses it."""

    value: str
    word: str
    key: str


def name_subject(subject: str) -> str:
    """A subject in a word or two."""
    return str(SHORT.get(subject, subject.replace("_", " ")))


def ask_sentence(subject: str) -> str:
    """The question; one for judges that an admin added, too."""
    known = SENTENCES.get(subject)
    return str(known) if known else _("Is this so: {subject}?").format(subject=name_subject(subject))


def explain(subject: str) -> str:
    """What to look at; '' where there is nothing to add."""
    return str(HINTS.get(subject, ""))


def name_value(value: str) -> str:
    """An answer in words."""
    known = {"yes": _("Yes"), "no": _("No"), CANNOT_TELL: _("I cannot tell")}
    word = known.get(value) or str(PAIRED.get(value) or _name_view(value))
    return word[:1].upper() + word[1:]


def name_label(value: str) -> str:
    """A label's value, or a model's class, where such are listed: types by their short names."""
    if value in TYPES:
        return _(TYPES[value])
    if value == FINE:
        return _("fine")
    return str(SHORT[value]) if value in SHORT else name_value(value)


def _name_view(value: str) -> str:
    known = {**TYPES, **VIEWS}
    return _(known[value]) if value in known else value.replace("_", " ")


def name_answer(question: Question, value: str) -> str:
    """An answer as the question's own button says it."""
    words = {choice.value: choice.word for choice in list_choices(question)}
    return words.get(value) or name_value(value)


def is_turned(question: Question) -> bool:
    """Which of two pictures stands on the left hangs on the question alone, and on neither picture."""
    return question.subject == "hero" and question.pk % 2 == 1


def list_choices(question: Question) -> list[Choice]:
    """The buttons, y and n for yes and no, digits for the rest, and always a way out."""
    values = list(question.choices)
    if set(values) == {"yes", "no"}:
        choices = [Choice(value, name_value(value), value[0]) for value in ("yes", "no")]
    else:
        keyed = zip(values, KEYS, strict=False)
        choices = [Choice(value, name_value(value), key) for value, key in keyed]
    if is_turned(question):
        left, right = choices
        choices = [Choice(right.value, left.word, left.key), Choice(left.value, right.word, right.key)]
    return [*choices, Choice(CANNOT_TELL, name_value(CANNOT_TELL), "0")]
