"""What an observer sees, below pengamat/: numbers, down to the unit."""

from django.urls import path

from workflow.views import observer

urlpatterns = [
    path("", observer.observer, name="observer"),
    path("<uuid:cycle_id>/", observer.cycle, name="observed_cycle"),
    path("<uuid:cycle_id>/angka.csv", observer.numbers_csv, name="observed_csv"),
    path("<uuid:cycle_id>/unit/<uuid:unit_id>/", observer.cycle, name="observed_unit"),
    path("<uuid:cycle_id>/unit/<uuid:unit_id>/angka.csv", observer.numbers_csv,
         name="observed_unit_csv"),
]  # fmt: skip
