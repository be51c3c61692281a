"""The first page and what it leads to at once."""

from django.urls import path

from workflow.views import home, successor_notes

urlpatterns = [
    path("", home.home, name="home"),
    path("penilaian-saya/", home.my_appraisal, name="my_appraisal"),
    path("catatan-penerus/", successor_notes.notes, name="notes"),
    path("catatan-penerus/<uuid:public_id>/", successor_notes.note, name="note"),
]
