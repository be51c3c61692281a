"""Addresses of the workflow, one module a group of screens."""

from django.urls import include, path

from workflow.views import jobs

urlpatterns = [
    path("", include("workflow.urls.home")),
    path("", include("workflow.urls.inbox")),
    path("pengamat/", include("workflow.urls.observer")),
    path("", include("workflow.urls.settings")),
    path("", include("workflow.urls.clock")),
    path("perkara/", include("workflow.urls.cases")),
    path("organisasi/", include("workflow.urls.organisation")),
    path("templat/", include("workflow.urls.cycle_templates")),
    path("sdm/", include("workflow.urls.rehearsal")),
    path("sdm/", include("workflow.urls.hr")),
    path("pekerjaan/<uuid:public_id>/", jobs.job, name="job"),
]
