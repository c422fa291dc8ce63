"""Products, who offers which pictures of them, and what the shop shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Category(models.Model):
    """A category by its path; `type_order` is its specialists' list of image types, best first."""

    path = models.CharField(max_length=300, unique=True)
    type_order = models.JSONField(default=list, blank=True)
    type_head = models.ForeignKey(
        "ModelVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(" > ", 1)[-1]


class CategoryGrant(models.Model):
    """A specialist decides on the categories under this path; the empty path is all of them."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="category_grants"
    )
    path = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "path"], name="one_grant_a_path")]

    def __str__(self) -> str:
        return f"{self.user}: {self.path or 'all categories'}"


class Supplier(models.Model):
    """Somebody who sends pictures."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")

    def __str__(self) -> str:
        return self.name


# What a product is found by; 'simple' knows no language, so that every one is served alike.
PRODUCT_WORDS = SearchVector("title", "external_id", config="simple")


class Product(models.Model):
    """A product by the id that its catalog gives it."""

    class CategoryFrom(models.TextChoices):
        GIVEN = "given", _("given by the catalog")
        PREDICTED = "predicted", _("predicted from the text")
        NONE = "none", _("not known")

    external_id = models.CharField(max_length=200, unique=True)
    title = models.CharField(max_length=500, blank=True)
    description = models.TextField(blank=True)
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.PROTECT)
    category_from = models.CharField(max_length=10, choices=CategoryFrom, default=CategoryFrom.NONE)
    category_confidence = models.FloatField(null=True, blank=True)
    is_curated = models.BooleanField(default=False)
    views_a_week = models.PositiveIntegerField(null=True, blank=True)  # customers' views, where known
    catalog_digest = models.CharField(max_length=64, blank=True)  # of all that the catalog last said
    current_digest = models.CharField(max_length=64, blank=True)  # of the set that it last stated, if any
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [
            models.Index(fields=["category", "id"]),
            GinIndex(PRODUCT_WORDS, name="product_words"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_id


class Image(models.Model):
    """A picture by its content: the same bytes are one row and one file, whoever sent them."""

    sha256 = models.CharField(max_length=64, unique=True)
    byte_size = models.PositiveIntegerField()
    format = models.CharField(max_length=10, blank=True)
    width_px = models.PositiveIntegerField(default=0)
    height_px = models.PositiveIntegerField(default=0)
    unreadable = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.sha256[:12]


# Refusals that the network may not repeat, and how long it is left alone before it is asked again.
TRANSIENT_REFUSALS = ("unknown_host", "unreachable", "timeout", "busy")
ASK_AGAIN_AFTER = timedelta(minutes=10)


class OfferQuerySet(models.QuerySet["Offer"]):
    """Reads as English: Offer.objects.worth_fetching(now)."""

    def worth_fetching(self, now: datetime) -> OfferQuerySet:
        """Waiting ones, and those that failed some time ago for a reason that may have passed."""
        passed = Q(
            state=Offer.State.REFUSED,
            refusal_code__in=TRANSIENT_REFUSALS,
            fetched_at__lt=now - ASK_AGAIN_AFTER,
        )
        return self.filter(Q(state=Offer.State.PENDING) | passed, is_retired=False)

    def ask_again(self) -> int:
        """Have refused pictures fetched once more; a file that only an import can find is left."""
        refused = self.filter(state=Offer.State.REFUSED, is_retired=False).exclude(refusal_code="missing")
        return refused.update(state=Offer.State.PENDING, refusal="", refusal_code="")


class Offer(models.Model):
    """One picture that a supplier sends for a product: where it lies, its place, how fetching went."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        FETCHED = "fetched", _("fetched")
        REFUSED = "refused", _("refused")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="offers")
    supplier = models.ForeignKey(Supplier, on_delete=models.PROTECT)
    source = models.CharField(max_length=2000)
    position = models.PositiveIntegerField()
    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.PROTECT, related_name="offers")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    refusal = models.CharField(max_length=300, blank=True)
    refusal_code = models.CharField(max_length=20, blank=True)
    # Size and time of a local file when it was imported; of one that was sent, its content's SHA-256.
    stamp = models.CharField(max_length=64, blank=True)
    is_retired = models.BooleanField(default=False)
    fetched_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "supplier", "source"], name="one_offer_a_source"),
            models.CheckConstraint(
                name="fetched_offer_has_image", condition=~Q(state="fetched") | Q(image__isnull=False)
            ),
            models.CheckConstraint(
                name="refused_offer_has_reason", condition=~Q(state="refused") | ~Q(refusal="")
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="offers_to_fetch", condition=Q(state="pending")),
            models.Index(fields=["product"], name="offers_refused", condition=Q(state="refused")),
        ]

    def __str__(self) -> str:
        return self.source


class PublishedSet(models.Model):
    """A numbered set of pictures that the shop shows; never changed, only followed by the next number."""

    class Origin(models.TextChoices):
        IMPORT = "import", _("as imported")
        DECISION = "decision", _("approved")
        UNDO = "undo", _("undone")

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="published_sets")
    number = models.PositiveIntegerField()
    origin = models.CharField(max_length=10, choices=Origin)
    decision = models.ForeignKey("Decision", null=True, blank=True, on_delete=models.PROTECT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "number"], name="one_set_a_number")]

    def __str__(self) -> str:
        return f"{self.product} set {self.number}"


class PublishedImage(models.Model):
    """One place in a published set. `source` is how it was named; `image` is known once it is fetched."""

    published_set = models.ForeignKey(PublishedSet, on_delete=models.CASCADE, related_name="images")
    position = models.PositiveIntegerField()
    source = models.CharField(max_length=2000)
    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["published_set", "position"], name="one_image_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.position + 1}: {self.source}"


class CatalogImport(models.Model):
    """One reading of a catalog file, with its report."""

    path = models.CharField(max_length=1000)
    supplier = models.CharField(max_length=200, blank=True)  # whose feed it is; others' offers stay
    is_dry_run = models.BooleanField(default=False)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    lines_read = models.PositiveIntegerField(default=0)
    products = models.JSONField(default=dict)
    images = models.JSONField(default=dict)
    failure = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return self.path


class ImportProblem(models.Model):
    """A line, or a picture in a line, that an import refused, and why; or a note where nothing was lost."""

    class What(models.TextChoices):
        PRODUCT = "product", _("product refused")
        IMAGE = "image", _("picture refused")
        NOTE = "note", _("note")

    catalog_import = models.ForeignKey(CatalogImport, on_delete=models.CASCADE, related_name="problems")
    what = models.CharField(max_length=7, choices=What, default=What.PRODUCT)
    line = models.PositiveIntegerField()
    product_id_text = models.CharField(max_length=200, blank=True)
    field = models.CharField(max_length=100, blank=True)
    reason = models.CharField(max_length=500)

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
