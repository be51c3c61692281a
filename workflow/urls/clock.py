"""Why a date is what it is; pauses and days off of an agency."""

from django.urls import path

from workflow.views import clock
from workflow.views.organisation import holidays, pauses

urlpatterns = [
    path("perkara/<uuid:public_id>/tenggat/", clock.case_due, name="case_due"),
    path("perkara/<uuid:public_id>/tenggat/jendela/", clock.case_window, name="case_window"),
    path("tahapan/<uuid:cycle_id>/", clock.stages, name="stage_dates"),
    path("organisasi/<uuid:agency_id>/hari-libur/", holidays.holidays, name="org_holidays"),
    path("organisasi/<uuid:agency_id>/hari-libur/baru/", holidays.new_holiday,
         name="org_holiday_new"),
    path("organisasi/<uuid:agency_id>/hari-libur/<int:holiday_id>/", holidays.holiday,
         name="org_holiday"),
    path("organisasi/<uuid:agency_id>/jeda/", pauses.pauses, name="org_pauses"),
    path("organisasi/<uuid:agency_id>/jeda/<uuid:pause_id>/", pauses.pause, name="org_pause"),
]  # fmt: skip
