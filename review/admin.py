"""The admin pages: people and their categories, categories and their types, tokens; the rest to look at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_celery_beat import models as beat
from rest_framework.authtoken.models import TokenProxy
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextareaWidget

from pipeline.labels import IMAGE_TYPES
from review.access import ADMIN, ROLES, roles_of
from review.models import Category, CategoryGrant, Event, ModelVersion, Supplier
from review.views.question_words import name_label

KNOWN = ", ".join(IMAGE_TYPES)


class ByRole:
    """An admin may do everything that the page offers; Django's single permissions are not used."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return ADMIN in roles_of(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ADMIN in roles_of(request.user)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ADMIN in roles_of(request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ADMIN in roles_of(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return ADMIN in roles_of(request.user)


class OnlyToLookAt(ByRole):
    """Rows that never change once they are written."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class GrantInline(ByRole, TabularInline):
    """A specialist's categories; one row with an empty path is all of them."""

    model = CategoryGrant
    extra = 0
    verbose_name = _("category of a specialist")
    verbose_name_plural = _("categories of a specialist (an empty path is all of them)")


class PersonAdmin(ByRole, UserAdmin, ModelAdmin):
    """People, their roles and their categories."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = [GrantInline]
    list_display = ["username", "list_roles", "is_active", "last_login"]
    list_filter = ["groups", "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    filter_horizontal = []
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email"]}),
        (_("Roles"), {"fields": ["groups", "is_active"]}),
        (_("Seen"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows: QuerySet[User] = super().get_queryset(request).prefetch_related("groups")
        return rows

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=ROLES)
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("roles"))
    def list_roles(self, person: User) -> str:
        """Names of the roles."""
        return ", ".join(sorted(gettext(group.name) for group in person.groups.all())) or gettext("none")


class CategoryForm(forms.ModelForm):
    """The order of types as words, one a line."""

    type_order = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        label=_("Types, best first"),
        help_text=format_lazy(_("One a line; empty for the usual order. Known: {known}."), known=KNOWN),
    )

    class Meta:
        model = Category
        fields = ["path", "type_order", "type_head"]
        labels = {"path": _("Path"), "type_head": _("Model of its image types")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["type_order"] = "\n".join(self.initial.get("type_order") or [])

    def clean_type_order(self) -> list[str]:
        """The words as a list; unknown ones are named."""
        words = list(dict.fromkeys(self.cleaned_data["type_order"].replace(",", "\n").split()))
        unknown = [word for word in words if word not in IMAGE_TYPES]
        if unknown:
            words_for = gettext("There is no image type {names}.")
            raise forms.ValidationError(words_for.format(names=", ".join(unknown)))
        return words


class CategoryAdmin(ByRole, ModelAdmin):
    """Categories and what a customer should see first in them."""

    form = CategoryForm
    list_display = ["show_path", "show_order", "show_head"]
    list_select_related = ["type_head"]
    search_fields = ["path"]
    ordering = ["path"]

    @admin.display(description=_("path"), ordering="path")
    def show_path(self, category: Category) -> str:
        """Its path."""
        return category.path

    @admin.display(description=_("types, best first"))
    def show_order(self, category: Category) -> str:
        """The list in one line."""
        return ", ".join(map(name_label, category.type_order)) or gettext("the usual order")

    @admin.display(description=_("model of its image types"))
    def show_head(self, category: Category) -> str:
        """The model by its name."""
        return category.type_head.name if category.type_head else gettext("none")


class SupplierAdmin(ByRole, ModelAdmin):
    """Who sends pictures; suppliers come with their catalogs."""

    search_fields = ["name"]
    ordering = ["name"]


class ModelVersionAdmin(OnlyToLookAt, ModelAdmin):
    """Models by the digest of their weights."""

    list_display = ["kind", "name", "sha256", "created_at"]
    list_filter = ["kind"]
    ordering = ["-pk"]


class EventAdmin(OnlyToLookAt, ModelAdmin):
    """The log."""

    list_display = ["created_at", "kind", "product", "created_by"]
    list_select_related = ["product", "created_by"]
    list_filter = ["kind"]
    search_fields = ["product__external_id"]
    ordering = ["-pk"]
    show_full_result_count = False


class TokenAdmin(ByRole, ModelAdmin):
    """Tokens of programs: each acts as the person whose token it is."""

    list_display = ["user", "created"]
    autocomplete_fields = ["user"]
    search_fields = ["user__username"]
    fields = ["user"]
    ordering = ["-created"]


# The schedule stands in the settings and roles in a migration: neither is edited by hand.
for model in (
    Group,
    User,
    TokenProxy,
    beat.PeriodicTask,
    beat.IntervalSchedule,
    beat.CrontabSchedule,
    beat.SolarSchedule,
    beat.ClockedSchedule,
):
    if admin.site.is_registered(model):
        admin.site.unregister(model)
admin.site.register(User, PersonAdmin)
admin.site.register(Category, CategoryAdmin)
admin.site.register(Supplier, SupplierAdmin)
admin.site.register(ModelVersion, ModelVersionAdmin)
admin.site.register(Event, EventAdmin)
admin.site.register(TokenProxy, TokenAdmin)
