"""Addresses of one case, below perkara/: its page, its documents, the acts on it."""

from django.urls import include, path

from workflow.views import acts, cases, successor_notes

urlpatterns = [
    path("<uuid:public_id>/", cases.case, name="case"),
    path("<uuid:public_id>/penggal-sebelumnya/", successor_notes.case_before, name="case_before"),
    path("", include("workflow.urls.documents")),
    path("<uuid:public_id>/<slug:action>/", acts.act, name="act"),
]
