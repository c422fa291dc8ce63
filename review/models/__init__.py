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
from review.models.events import Event
from review.models.labelling import Answer, Label, Question
from review.models.learning import ImageAnalysis, ModelVersion
from review.models.proposals import (
    CHANGES,
    Decision,
    Proposal,
    ProposalItem,
    RunBatch,
    RunProduct,
    SelectionRun,
)
from review.models.reviewing import Flag, ReviewDraft, ReviewPreferences

__all__ = [
    "CHANGES",
    "Answer",
    "CatalogImport",
    "Category",
    "CategoryGrant",
    "Decision",
    "Event",
    "Flag",
    "Image",
    "ImageAnalysis",
    "ImportProblem",
    "Label",
    "ModelVersion",
    "Offer",
    "Product",
    "Proposal",
    "ProposalItem",
    "PublishedImage",
    "PublishedSet",
    "Question",
    "ReviewDraft",
    "ReviewPreferences",
    "RunBatch",
    "RunProduct",
    "SelectionRun",
    "Supplier",
]
