"""Bringing people in: files, dry runs, invitations; below organisasi/."""

from django.urls import path

from workflow.views.organisation import imports, invitations

urlpatterns = [
    path("impor/", imports.imports, name="org_imports"),
    path("impor/kolom/", imports.guide, name="org_import_guide"),
    path("impor/templat/", imports.template, name="org_import_template"),
    path("impor/templat/<slug:kind>/", imports.template, name="org_import_template"),
    path("impor/<uuid:run_id>/", imports.run, name="org_import"),
    path("impor/<uuid:run_id>/perlu-diperbaiki/", imports.faulty, name="org_import_faulty"),
    path("impor/<uuid:run_id>/<slug:do>/", imports.act, name="org_import_act"),
    path("undangan/", invitations.invitations, name="org_invitations"),
]
