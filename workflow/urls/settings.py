"""The administrator's settings, and everybody's own account."""

from django.urls import path

from workflow.views.settings import accounts, agencies, holidays, imports, start, system

urlpatterns = [
    path("akun/", start.account, name="account"),
    path("pengaturan/", start.settings, name="settings"),
    path("pengaturan/akun/", accounts.accounts, name="accounts"),
    path("pengaturan/akun/baru/", accounts.new_account, name="account_new"),
    path("pengaturan/akun/<int:user_id>/", accounts.account_of, name="account_of"),
    path("pengaturan/hari-libur/", holidays.holidays, name="holidays"),
    path("pengaturan/hari-libur/baru/", holidays.new_holiday, name="holiday_new"),
    path("pengaturan/hari-libur/<int:holiday_id>/", holidays.holiday, name="holiday"),
    path("pengaturan/instansi/", agencies.agencies, name="agencies"),
    path("pengaturan/instansi/impor/", imports.imports, name="agency_imports"),
    path("pengaturan/instansi/impor/kolom/", imports.guide, name="agency_import_guide"),
    path("pengaturan/instansi/impor/templat/", imports.template, name="agency_import_template"),
    path("pengaturan/instansi/impor/templat/<slug:kind>/", imports.template,
         name="agency_import_template"),
    path("pengaturan/instansi/impor/<uuid:run_id>/", imports.run, name="agency_import"),
    path("pengaturan/instansi/impor/<uuid:run_id>/perlu-diperbaiki/", imports.faulty,
         name="agency_import_faulty"),
    path("pengaturan/instansi/impor/<uuid:run_id>/<slug:do>/", imports.act,
         name="agency_import_act"),
    path("pengaturan/instansi/<uuid:agency_id>/", agencies.agency, name="agency"),
    path("pengaturan/siklus/<uuid:cycle_id>/", agencies.cycle_setup, name="cycle_setup"),
    path("pengaturan/sistem/", system.system, name="system"),
]  # fmt: skip
