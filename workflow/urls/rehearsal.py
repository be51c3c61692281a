"""Rehearsal, opening and archiving of a cycle, below sdm/."""

from django.urls import path

from workflow.views.hr import archive, opening, rehearsal

urlpatterns = [
    path("<uuid:cycle_id>/gladi/", rehearsal.rehearsal, name="hr_rehearsal"),
    path("<uuid:cycle_id>/gladi/selesai/", rehearsal.mended, name="hr_rehearsal_mended"),
    path("<uuid:cycle_id>/gladi/ukuran/", rehearsal.limits, name="hr_rehearsal_limits"),
    path("<uuid:cycle_id>/gladi/<slug:code>/", rehearsal.kind, name="hr_rehearsal_kind"),
    path("<uuid:cycle_id>/ekspor/gladi.csv", rehearsal.export, name="hr_rehearsal_export"),
    path("<uuid:cycle_id>/pembukaan/", opening.opening, name="hr_opening"),
    path("<uuid:cycle_id>/pembukaan/hasil/", opening.results, name="hr_opening_results"),
    path("<uuid:cycle_id>/ekspor/pembukaan.csv", opening.export, name="hr_opening_export"),
    path("<uuid:cycle_id>/siklus/arsip/", archive.archive, name="hr_archive"),
]
