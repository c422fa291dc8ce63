"""Every address; each subject lists its own beside its views."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from review.views import frame
from smartimg import health

urlpatterns = [
    path("", include("review.views.people")),
    path("", include("review.views.proposals")),
    path("", include("review.views.saved_filters")),
    path("", include("review.views.bulk")),
    path("", include("review.views.second_opinions")),
    path("", include("review.views.agreement")),
    path("", include("review.views.proposal_evidence")),
    path("", include("review.views.flags")),
    path("", include("review.views.reasons")),
    path("", include("review.views.preferences")),
    path("", include("review.views.language")),
    path("", include("review.views.design")),
    path("", include("review.views.runs")),
    path("", include("review.views.catalog")),
    path("", include("review.views.labelling")),
    path("", include("review.views.improving")),
    path("", include("review.views.crowd")),
    path("", include("review.views.crowd_rules")),
    path("", include("review.views.disputes")),
    path("", include("review.views.answering")),
    path("", include("review.views.questions")),
    path("", include("review.views.data_sets")),
    path("", include("review.views.downloads")),
    path("", include("review.views.label_imports")),
    path("", include("review.views.models")),
    path("", include("review.views.trainings")),
    path("", include("review.views.comparisons")),
    path("api/", include("review.api.urls")),
    path("admin/", admin.site.urls),
    path("health/", health.report, name="health"),
    path("<path:path>", frame.not_here, name="not-here"),
]

handler400 = "review.views.frame.not_readable"
handler404 = "review.views.frame.not_found"
handler403 = "review.views.frame.not_allowed"
handler500 = "review.views.frame.broke"
