"""Loading is the permission check: a row that somebody may not see is, to them, not there."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db.models import Q, QuerySet

from review.given import was_given
from review.models import (
    BulkApproval,
    CatalogImport,
    Category,
    Flag,
    Image,
    LabelImport,
    ModelComparison,
    ModelVersion,
    Product,
    Proposal,
    Question,
    RunProduct,
    SecondOpinion,
    SelectionRun,
    Snapshot,
    SnapshotExport,
    TrainingRun,
)
from review.models.proposals import ProposalQuerySet

SPECIALIST, WORKER, ADMIN = "specialist", "worker", "admin"
ROLES = (SPECIALIST, WORKER, ADMIN)

AnyUser = User | AnonymousUser | AbstractBaseUser


class NotAllowed(Exception):
    """The role may not do this at all."""


class NotFound(Exception):
    """There is no such row, or not for this person."""


def roles_of(user: AnyUser) -> frozenset[str]:
    """The roles of a person; asked of the database once an object."""
    if not user.is_authenticated:
        return frozenset()
    known = getattr(user, "_smartimg_roles", None)
    if known is None:
        assert isinstance(user, User)
        known = frozenset(user.groups.filter(name__in=ROLES).values_list("name", flat=True))
        if user.is_superuser:
            known |= {ADMIN}
        user._smartimg_roles = known  # type: ignore[attr-defined]
    return known


def require_role(user: AnyUser, *roles: str) -> None:
    """Raises NotAllowed unless the person has one of the roles."""
    if not roles_of(user) & set(roles):
        raise NotAllowed


def _in_granted_categories(user: AnyUser) -> Q:
    """Rows of the categories that are this specialist's; the empty grant covers products without one."""
    if "" in _granted_paths(user):
        return Q()
    return Q(category__in=_granted_categories(user))


def _granted_categories(user: AnyUser) -> list[int]:
    """Ids, so that rows are found by an index of their own; asked of the database once an object."""
    known = getattr(user, "_smartimg_categories", None)
    if known is None:
        allowed = Q(pk__in=[])
        for path in _granted_paths(user):
            allowed |= Q(path=path) | Q(path__startswith=path + " > ")
        known = list(Category.objects.filter(allowed).values_list("pk", flat=True))
        user._smartimg_categories = known  # type: ignore[union-attr]
    return known


def _granted_paths(user: AnyUser) -> list[str]:
    known = getattr(user, "_smartimg_paths", None)
    if known is None:
        assert isinstance(user, User)
        known = list(user.category_grants.values_list("path", flat=True))
        user._smartimg_paths = known  # type: ignore[attr-defined]
    return known


def products_for(user: AnyUser) -> QuerySet[Product]:
    """The products that a person may see."""
    require_role(user, SPECIALIST, ADMIN)
    if ADMIN in roles_of(user):
        return Product.objects.all()
    return Product.objects.filter(_in_granted_categories(user))


def sees_all_categories(user: AnyUser) -> bool:
    """Whether nothing is left out of what this person may decide on."""
    return ADMIN in roles_of(user) or "" in _granted_paths(user)


def proposals_for(user: AnyUser) -> ProposalQuerySet:
    """The proposals that a person may decide on."""
    require_role(user, SPECIALIST, ADMIN)
    if ADMIN in roles_of(user):
        return Proposal.objects.all()
    return Proposal.objects.filter(_in_granted_categories(user))


def get_product_for(user: AnyUser, external_id: str) -> Product:
    """One product, by its catalog id."""
    rows = products_for(user).select_related("category")
    found = None if "\0" in external_id else rows.filter(external_id=external_id).first()
    if found is None:
        raise NotFound
    return found


def get_proposal_for(user: AnyUser, proposal_id: int) -> Proposal:
    """One proposal with its product and category."""
    rows = proposals_for(user).select_related("product__category", "based_on", "leased_by", "run")
    found = rows.filter(pk=proposal_id).first()
    if found is None:
        raise NotFound
    return found


def flags_for(user: AnyUser) -> QuerySet[Flag]:
    """What was flagged about products that a person may see."""
    return Flag.objects.filter(product__in=products_for(user))


def get_flag_for(user: AnyUser, flag_id: int) -> Flag:
    """One flag with its product."""
    found = flags_for(user).select_related("product", "image").filter(pk=flag_id).first()
    if found is None:
        raise NotFound
    return found


def get_bulk_for(user: AnyUser, bulk_id: int) -> BulkApproval:
    """One's own approval in bulk."""
    require_role(user, SPECIALIST, ADMIN)
    found = BulkApproval.objects.filter(approved_by_id=user.pk, pk=bulk_id).first()
    if found is None:
        raise NotFound
    return found


def second_opinions_for(user: AnyUser) -> QuerySet[SecondOpinion]:
    """Decisions of others, in this person's categories, that are to be made again; none that was undone."""
    rows = SecondOpinion.objects.filter(decision__undone_by__isnull=True)
    return rows.filter(decision__proposal__in=proposals_for(user)).exclude(decision__decided_by_id=user.pk)


def get_second_opinion_for(user: AnyUser, opinion_id: int) -> SecondOpinion:
    """One that this person may give, with its proposal."""
    proposal = "decision__proposal__"
    rows = second_opinions_for(user).select_related(proposal + "product__category", proposal + "based_on")
    found = rows.filter(pk=opinion_id).first()
    if found is None:
        raise NotFound
    return found


def may_write_category(user: AnyUser, path: str | None) -> bool:
    """Whether a person may send products of this category; None is one that is still to be found."""
    if ADMIN in roles_of(user):
        return True
    granted = _granted_paths(user)
    return any(not one or path == one or (path or "").startswith(one + " > ") for one in granted)


def get_selection_for(user: AnyUser, selection_id: int) -> RunProduct:
    """What a run chose for one product."""
    rows = RunProduct.objects.filter(product__in=products_for(user)).select_related(
        "run", "product__category"
    )
    found = rows.filter(pk=selection_id).first()
    if found is None:
        raise NotFound
    return found


def runs_for(user: AnyUser) -> QuerySet[SelectionRun]:
    """Runs are seen by specialists and admins; only admins start them."""
    require_role(user, SPECIALIST, ADMIN)
    return SelectionRun.objects.all()


def imports_for(user: AnyUser) -> QuerySet[CatalogImport]:
    """Import reports are for admins."""
    require_role(user, ADMIN)
    return CatalogImport.objects.all()


def questions_for(user: AnyUser) -> QuerySet[Question]:
    """Open questions that a person has not answered yet."""
    require_role(user, WORKER, SPECIALIST, ADMIN)
    return Question.objects.filter(state=Question.State.OPEN).exclude(answers__answered_by_id=user.pk)


def get_question_for(user: AnyUser, question_id: int, proof: str = "") -> Question:
    """One that they were given, also when somebody settled it meanwhile: an answer is never thrown away."""
    require_role(user, WORKER, SPECIALIST, ADMIN)
    assert user.pk is not None
    found = Question.objects.filter(pk=question_id).first()
    if found is None or not was_given(user.pk, found, proof):
        raise NotFound
    return found


def disputes_for(user: AnyUser) -> QuerySet[Question]:
    """Questions that specialists settle, of their own categories; without a product, for those with all."""
    require_role(user, SPECIALIST, ADMIN)
    if ADMIN in roles_of(user) or "" in _granted_paths(user):
        return Question.objects.all()
    return Question.objects.filter(product__in=products_for(user))


def get_dispute_for(user: AnyUser, question_id: int) -> Question:
    """One of them, also when somebody settled it meanwhile."""
    found = disputes_for(user).filter(pk=question_id).first()
    if found is None:
        raise NotFound
    return found


def images_for(user: AnyUser) -> QuerySet[Image]:
    """Pictures of the products that a person may see."""
    return Image.objects.filter(offers__product__in=products_for(user)).distinct()


def snapshots_for(user: AnyUser) -> QuerySet[Snapshot]:
    """Frozen data sets are for admins."""
    require_role(user, ADMIN)
    return Snapshot.objects.all()


def get_snapshot_for(user: AnyUser, snapshot_id: int) -> Snapshot:
    """One data set with who asked for it."""
    found = snapshots_for(user).select_related("created_by").filter(pk=snapshot_id).first()
    if found is None:
        raise NotFound
    return found


def exports_for(user: AnyUser) -> QuerySet[SnapshotExport]:
    """Files of data sets."""
    return SnapshotExport.objects.filter(snapshot__in=snapshots_for(user)).select_related("snapshot")


def models_for(user: AnyUser) -> QuerySet[ModelVersion]:
    """Models are for admins."""
    require_role(user, ADMIN)
    return ModelVersion.objects.select_related("category", "training_run__snapshot")


def get_model_for(user: AnyUser, model_id: int) -> ModelVersion:
    """One model with how it came about."""
    found = models_for(user).filter(pk=model_id).first()
    if found is None:
        raise NotFound
    return found


def get_training_for(user: AnyUser, run_id: int) -> TrainingRun:
    """One training with its data set."""
    require_role(user, ADMIN)
    rows = TrainingRun.objects.select_related("snapshot", "category", "created_by")
    found = rows.filter(pk=run_id).first()
    if found is None:
        raise NotFound
    return found


def get_comparison_for(user: AnyUser, comparison_id: int) -> ModelComparison:
    """One comparison with both models."""
    require_role(user, ADMIN)
    rows = ModelComparison.objects.select_related("candidate__category", "live", "snapshot", "created_by")
    found = rows.filter(pk=comparison_id).first()
    if found is None:
        raise NotFound
    return found


def label_imports_for(user: AnyUser) -> QuerySet[LabelImport]:
    """Files of labels that somebody sent."""
    require_role(user, ADMIN)
    return LabelImport.objects.all()
