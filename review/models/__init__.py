"""One file a subject."""

from review.models.catalog import (
    CatalogImport,
    Category,
    CategoryGrant,
    Image,
    ImportProblem,
    Offer,
    Product,
    PublishedImage,
    PublishedSet,
    Supplier,
)
from review.models.datasets import (
    ImageSide,
    LabelImport,
    Side,
    Snapshot,
    SnapshotExport,
    SnapshotRow,
    Work,
)
from review.models.events import Event
from review.models.labelling import Answer, Label, Question, QuestionSlot, Sighting, SkippedQuestion
from review.models.learning import ImageAnalysis, ModelComparison, ModelVersion, Release, TrainingRun
from review.models.loops import ImproveLoop, ImproveRound
from review.models.proposals import (
    CHANGES,
    Decision,
    Proposal,
    ProposalItem,
    RunBatch,
    RunProduct,
    SelectionRun,
)
from review.models.queue import BulkApproval, BulkItem, SavedFilter, SecondOpinion
from review.models.reviewing import Flag, ReviewDraft, ReviewPreferences
from review.models.trust import AskingRule, ExamplePicture, GoldQuestion, WorkerPause, WorkerStanding

__all__ = [
    "CHANGES",
    "Answer",
    "AskingRule",
    "BulkApproval",
    "BulkItem",
    "CatalogImport",
    "Category",
    "CategoryGrant",
    "Decision",
    "Event",
    "ExamplePicture",
    "Flag",
    "GoldQuestion",
    "Image",
    "ImageAnalysis",
    "ImageSide",
    "ImportProblem",
    "ImproveLoop",
    "ImproveRound",
    "Label",
    "LabelImport",
    "ModelComparison",
    "ModelVersion",
    "Offer",
    "Product",
    "Proposal",
    "ProposalItem",
    "PublishedImage",
    "PublishedSet",
    "Question",
    "QuestionSlot",
    "Release",
    "ReviewDraft",
    "ReviewPreferences",
    "RunBatch",
    "RunProduct",
    "SavedFilter",
    "SecondOpinion",
    "SelectionRun",
    "Side",
    "Sighting",
    "SkippedQuestion",
    "Snapshot",
    "SnapshotExport",
    "SnapshotRow",
    "Supplier",
    "TrainingRun",
    "Work",
    "WorkerPause",
    "WorkerStanding",
]
