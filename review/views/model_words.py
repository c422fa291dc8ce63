"""Words of the pages of models: what judges are called, what a training is at, what a figure means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Word = str | Promise

TECHNIQUES: Mapping[str, tuple[Word, Word]] = {
    "logistic": (
        gettext_lazy("Logistic regression"),
        gettext_lazy("On frozen embeddings; seconds. The best choice below about a hundred examples."),
    ),
    "shallow": (
        gettext_lazy("Shallow network"),
        gettext_lazy("A few dense layers on frozen embeddings, trained by gradient descent; a minute."),
    ),
    "last_block": (
        gettext_lazy("Last block retrained"),
        gettext_lazy("From the pictures themselves; minutes to hours without a GPU. For many examples."),
    ),
}

SETTINGS: Mapping[str, tuple[Word, Word]] = {
    "hidden": (gettext_lazy("Hidden units"), gettext_lazy("0 is plain softmax regression.")),
    "epochs": (gettext_lazy("Epochs"), gettext_lazy("Passes over the training pictures, at most.")),
    "rate": (gettext_lazy("Learning rate"), gettext_lazy("Cools to nothing.")),
    "head_rate": (gettext_lazy("Learning rate of the new layer"), gettext_lazy("Cools to nothing.")),
    "momentum": (gettext_lazy("Momentum"), ""),
    "decay": (gettext_lazy("Weight decay"), ""),
    "smoothing": (
        gettext_lazy("Label smoothing"),
        gettext_lazy("Labels err: so much of each is shared out."),
    ),
    "dropout": (gettext_lazy("Dropout"), ""),
    "batch": (gettext_lazy("Batch"), gettext_lazy("Pictures a step.")),
    "patience": (
        gettext_lazy("Patience"),
        gettext_lazy("Epochs without a better validation loss that end the training; 0: never."),
    ),
    "precision": (
        gettext_lazy("Promised precision"),
        gettext_lazy("Of what it flags or names on held-out pictures; sets its thresholds."),
    ),
    "max_false_share": (
        gettext_lazy("Fine pictures it may flag"),
        gettext_lazy("Share of the pictures without the defect, at most."),
    ),
}

REMARKS: Mapping[str, Word] = {
    "few_examples": gettext_lazy(
        "It learnt from fewer than 20 examples of a kind. Have more labelled before it judges alone."
    ),
    "few_to_measure": gettext_lazy(
        "The test side has fewer than 20 pictures of a kind: its figures say little."
    ),
    "never_sure": gettext_lazy(
        "On held-out pictures no threshold keeps the promised precision: it flags nothing there."
    ),
    "some_types_never_named": gettext_lazy(
        "Some types are never named: on held-out pictures they do not keep the promised precision."
    ),
}

FIGURES: Mapping[str, Word] = {
    "accuracy": gettext_lazy("Accuracy"),
    "precision": gettext_lazy("Precision"),
    "recall": gettext_lazy("Recall"),
    "f1": gettext_lazy("F1"),
    "auc": gettext_lazy("Area under ROC"),
    "false_share": gettext_lazy("Fine ones flagged"),
    "coverage": gettext_lazy("Named"),
    "calibration_error": gettext_lazy("Calibration error"),
}

STAGES: Mapping[str, Word] = {
    "looking": gettext_lazy("looking at pictures that were not looked at yet"),
    "reading": gettext_lazy("reading embeddings"),
    "training": gettext_lazy("training"),
    "measuring": gettext_lazy("measuring on the test side"),
    "judging": gettext_lazy("both judge the test side"),
    "drawing": gettext_lazy("working out how sure the difference is"),
    "replaying": gettext_lazy("deciding past proposals again"),
}

STATES: Mapping[str, Word] = {
    "shipped": gettext_lazy("ships with the product"),
    "candidate": gettext_lazy("candidate"),
    "live": gettext_lazy("live"),
    "retired": gettext_lazy("was live"),
}

SIDES: Mapping[str, Word] = {
    "test": gettext_lazy("Test side"),
    "validation": gettext_lazy("Validation side"),
}


def list_figures(figures: Mapping[str, Any]) -> list[tuple[Word, Any]]:
    """(word, share) in the order of FIGURES."""
    return [(word, figures[name]) for name, word in FIGURES.items() if name in figures]


def tell_verdict(figures: Mapping[str, Any]) -> tuple[str, str]:
    """(tone of a notice, sentence) of a comparison's figures."""
    if not figures.get("rows"):
        return "", _("The data set has no picture on its test side: nothing can be compared.")
    main = FIGURES[figures["main"]]
    said = {
        "better": (
            "good",
            _("The candidate is better: %(figure)s is higher, whichever products are drawn."),
        ),
        "worse": ("bad", _("The candidate is worse: %(figure)s is lower, whichever products are drawn.")),
        "undecided": ("", _("No difference in %(figure)s that could not be chance.")),
    }[figures["verdict"]]
    return said[0], said[1] % {"figure": main}


def tell_replay(replay: Mapping[str, Any]) -> str:
    """'It would have agreed with 94 of 100 past decisions.'"""
    if not replay.get("decisions"):
        return _("No past decision says anything to this judge yet.")
    return _("It would have agreed with %(own)d of %(all)d past decisions; what is live with %(live)d.") % {
        "own": replay["candidate"]["decisions"],
        "live": replay["live"]["decisions"],
        "all": replay["decisions"],
    }


def tell_whole(replay: Mapping[str, Any]) -> str:
    """'It would have proposed 61 of 100 decided sets exactly as they were decided.'"""
    whole = replay.get("whole") or {}
    if not whole.get("sets"):
        return ""
    words = _(
        "It would have proposed %(own)d of %(all)d decided sets exactly as they were decided; what is live, "
        "%(live)d."
    )
    return words % {
        "own": whole["candidate"]["exact"],
        "live": whole["live"]["exact"],
        "all": whole["sets"],
    }
