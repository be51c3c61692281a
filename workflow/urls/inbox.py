"""A person's desk: what waits, their people, what they have done."""

from django.urls import path

from workflow.views import inbox

urlpatterns = [
    path("kotak-masuk/", inbox.inbox, name="inbox"),
    path("kotak-masuk/setujui/periksa/", inbox.confirm, name="inbox_confirm"),
    path("kotak-masuk/setujui/", inbox.approve, name="inbox_approve"),
    path("kotak-masuk/pegawai/", inbox.people, name="my_people"),
    path("kotak-masuk/selesai/", inbox.done, name="inbox_done"),
]
