"""Bringing people in: files, dry runs, invitations; below organisasi/."""

from django.urls import path

from workflow.views.organisation import import_papers, imports, invitations

urlpatterns = [
    path("impor/", imports.imports, name="org_imports"),
    path("impor/kolom/", import_papers.guide, name="org_import_guide"),
    path("impor/contoh/", import_papers.example, name="org_import_example"),
    path("impor/keadaan-kini/", import_papers.present, name="org_import_present"),
    path("impor/templat/", import_papers.template, name="org_import_template"),
    path("impor/templat/<slug:kind>/", import_papers.template, name="org_import_template"),
    path("impor/<uuid:run_id>/", imports.run, name="org_import"),
    path("impor/<uuid:run_id>/perlu-diperbaiki/", import_papers.faulty, name="org_import_faulty"),
    path("impor/<uuid:run_id>/<slug:do>/", imports.act, name="org_import_act"),
    path("undangan/", invitations.invitations, name="org_invitations"),
]
