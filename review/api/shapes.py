"""The shapes of requests and answers, for the API's own documentation; they check nothing."""

from __future__ import annotations

from rest_framework import serializers


class ProblemShape(serializers.Serializer):
    field = serializers.CharField(help_text="For instance offers.0.images.1; empty for the whole request.")
    message = serializers.CharField()


class ErrorsShape(serializers.Serializer):
    errors = ProblemShape(many=True)  # type: ignore[assignment]  # shadows a property that documents do not use


class OfferShape(serializers.Serializer):
    supplier = serializers.CharField(max_length=200)
    images = serializers.ListField(child=serializers.URLField(), help_text="In the supplier's order.")


class ProductShape(serializers.Serializer):
    """One product in the form of the catalog's JSON Lines, with addresses of pictures only."""

    id = serializers.CharField(max_length=200)
    title = serializers.CharField(required=False, max_length=500)
    description = serializers.CharField(required=False)
    category = serializers.CharField(required=False, allow_null=True, help_text="Path such as 'A > B'.")
    offers = OfferShape(many=True)
    current = serializers.ListField(
        child=serializers.URLField(), required=False, help_text="What is shown today; else the first offer's."
    )
    curated = serializers.BooleanField(required=False, default=False)
    views_a_week = serializers.IntegerField(required=False, help_text="Customers' views, for the queue.")


class ItemShape(serializers.Serializer):
    file = serializers.CharField()
    verdict = serializers.ChoiceField(["keep", "drop"])
    reason = serializers.CharField(allow_null=True)
    duplicate_of = serializers.CharField(allow_null=True)
    type = serializers.CharField(allow_null=True)
    type_confidence = serializers.FloatField(allow_null=True)
    evidence = serializers.DictField()


class SelectionShape(serializers.Serializer):
    """The same as a line of `python -m pipeline select`."""

    id = serializers.CharField()
    before = serializers.ListField(child=serializers.CharField())
    after = serializers.ListField(child=serializers.CharField())
    items = ItemShape(many=True)
    category = serializers.CharField(allow_null=True)
    passed_over = serializers.CharField(required=False)
    notes = serializers.ListField(child=serializers.CharField(), required=False)


class StatusShape(serializers.Serializer):
    id = serializers.IntegerField()
    state = serializers.ChoiceField(["waiting", "proposed", "unchanged", "passed_over", "failed"])
    status_url = serializers.URLField()
    reason = serializers.CharField()
    selection = SelectionShape(allow_null=True)


class PublishedImageShape(serializers.Serializer):
    position = serializers.IntegerField(help_text="From 1; the first is the hero.")
    source = serializers.CharField(  # type: ignore[assignment]  # shadows an attribute likewise
        help_text="The address or path that the supplier gave."
    )
    sha256 = serializers.CharField(allow_null=True, help_text="Null until the picture was fetched.")
    url = serializers.URLField(allow_null=True, help_text="WebP, longest side at most 1200 px.")
    renditions = serializers.DictField(child=serializers.URLField(), help_text="By longest side in px.")
    original = serializers.URLField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    type = serializers.CharField(allow_null=True, help_text="What it shows; null where nobody is sure.")


class PublishedSetShape(serializers.Serializer):
    id = serializers.CharField()
    set = serializers.IntegerField(help_text="The number of the set; 0 before there is any.")
    published_at = serializers.DateTimeField(allow_null=True)
    images = PublishedImageShape(many=True)
