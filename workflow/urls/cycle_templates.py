"""Templates of cycles, below templat/: national ones, an agency's, and a cycle's own setup."""

from django.urls import path

from workflow.views.cycle_templates import cycle, editor, lists

urlpatterns = [
    path("", lists.home, name="templates"),
    path("siklus/<uuid:cycle_id>/", cycle.change, name="cycle_change"),
    path("nasional/", lists.national, name="national_template_list"),
    path("nasional/<uuid:template_id>/", editor.edit_national, name="national_template_edit"),
    path("nasional/<uuid:template_id>/versi/", editor.versions_national,
         name="national_template_versions"),
    path("nasional/<uuid:template_id>/akhiri/", lists.retire_national,
         name="national_template_retire"),
    path("<uuid:agency_id>/", lists.agency, name="template_list"),
    path("<uuid:agency_id>/sesuaikan/", lists.override, name="template_override"),
    path("<uuid:agency_id>/<uuid:template_id>/", editor.edit, name="template_edit"),
    path("<uuid:agency_id>/<uuid:template_id>/versi/", editor.versions, name="template_versions"),
    path("<uuid:agency_id>/<uuid:template_id>/akhiri/", lists.retire, name="template_retire"),
]  # fmt: skip
