"""The records of an agency, below organisasi/."""

from django.urls import include, path

from workflow.views.organisation import frame

urlpatterns = [
    path("", frame.organisation, name="organisation"),
    path("<uuid:agency_id>/", include("workflow.urls.people")),
    path("<uuid:agency_id>/", include("workflow.urls.imports")),
    path("<uuid:agency_id>/", include("workflow.urls.changes")),
]
