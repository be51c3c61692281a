"""Addresses of a case's documents, below perkara/."""

from django.urls import path

from workflow.views import attachments, documents, editors

urlpatterns = [
    path("<uuid:public_id>/tulis/kuadran/", editors.show_quadrant, name="quadrant"),
    path("<uuid:public_id>/tulis/<str:kind>/", editors.edit, name="edit"),
    path("<uuid:public_id>/dokumen/<str:kind>/<int:number>/", documents.document, name="document"),
    path("<uuid:public_id>/lampiran/<uuid:file_id>/", attachments.attachment, name="attachment"),
]
