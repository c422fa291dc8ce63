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

__all__ = [
    "CHANGES",
    "Answer",
    "CatalogImport",
    "Category",
    "CategoryGrant",
    "Decision",
    "Event",
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
    "RunBatch",
    "RunProduct",
    "SelectionRun",
    "Supplier",
]
