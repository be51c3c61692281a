"""HR's desk. Every address below a cycle names it: another agency's HR finds nothing there."""

from django.urls import path

from workflow.views.hr import cycle, exports, extensions, finals, lists, overview, results

urlpatterns = [
    path("", overview.desk, name="hr"),
    path("siklus/", overview.choose, name="hr_choose"),
    path("<uuid:cycle_id>/", overview.overview, name="hr_overview"),
    path("<uuid:cycle_id>/unit/<uuid:unit_id>/", overview.unit, name="hr_unit"),
    path("<uuid:cycle_id>/pegawai/", lists.people, name="hr_people"),
    path("<uuid:cycle_id>/pegawai/dikecualikan/", lists.excluded, name="hr_excluded"),
    path("<uuid:cycle_id>/terlambat/", lists.overdue, name="hr_overdue"),
    path("<uuid:cycle_id>/pemegang/", lists.holders, name="hr_holders"),
    path("<uuid:cycle_id>/perlu-sdm/", lists.pool, name="hr_pool"),
    path("<uuid:cycle_id>/penetapan/", finals.finals, name="hr_finals"),
    path("<uuid:cycle_id>/penetapan/periksa/", finals.confirm, name="hr_finals_confirm"),
    path("<uuid:cycle_id>/penetapan/tetapkan/", finals.settle, name="hr_finals_settle"),
    path("<uuid:cycle_id>/penetapan/<uuid:case_id>/", finals.final, name="hr_final"),
    path("<uuid:cycle_id>/perpanjangan/", extensions.extension_list, name="hr_extensions"),
    path("<uuid:cycle_id>/hasil-unit/", results.unit_results, name="hr_unit_results"),
    path("<uuid:cycle_id>/hasil-unit/<uuid:unit_id>/", results.unit_result,
         name="hr_unit_result"),
    path("<uuid:cycle_id>/siklus/", cycle.cycle, name="hr_cycle"),
    path("<uuid:cycle_id>/siklus/susulan/", cycle.joiners, name="hr_joiners"),
    path("<uuid:cycle_id>/siklus/tutup/", cycle.close, name="hr_close"),
    path("<uuid:cycle_id>/ekspor/kelengkapan.csv", exports.completion,
         name="hr_export_completion"),
    path("<uuid:cycle_id>/ekspor/pegawai.csv", exports.people, name="hr_export_people"),
]  # fmt: skip
