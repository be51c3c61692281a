"""Addresses of the workflow, one module a group of screens."""

from django.urls import include, path

urlpatterns = [
    path("", include("workflow.urls.home")),
    path("", include("workflow.urls.inbox")),
    path("pengamat/", include("workflow.urls.observer")),
    path("", include("workflow.urls.settings")),
    path("perkara/", include("workflow.urls.cases")),
    path("sdm/", include("workflow.urls.hr")),
]
