"""Why work in the background failed, or somebody is asked no more: the forms, for `import_words`."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

WORK_FORMS = (
    noop("Given up: its worker was lost {n} times."),
    noop("It ended with an error of ours ({what})."),
    noop("It could not be judged ({what})."),
    noop("Its set changed again and again while it was judged; retry."),
    noop("A model cannot be used any more: {what}."),
    noop("The files could not be written: {what}."),
    noop("There is no label that it could hold. Label pictures, or choose less narrowly."),
    noop("The last block can only be retrained on pictures, and of a backbone that has blocks."),
    noop("No picture of the data set can be read any more."),
    noop("{n} pictures of the data set are not in the store any more."),
    noop(
        "{name}: {positives} examples with it and {negatives} without; at least {least} of each are needed."
    ),
    noop(
        "{name}: the last block has too many weights for so few pictures on the validation side; train a "
        "logistic regression instead."
    ),
    noop(
        "{right} of the last {seen} questions with a known answer were answered right; "
        "at least {least} % are needed."
    ),
)
