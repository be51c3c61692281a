"""Addresses of the notifications."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("pemberitahuan/", views.notifications, name="notifications"),
    path("pemberitahuan/surel/", views.preferences, name="notification_preferences"),
    path("pemberitahuan/dibaca/", views.read_all, name="notifications_read_all"),
    path("pemberitahuan/<uuid:public_id>/dibaca/", views.read_one, name="notification_read"),
    path("pemberitahuan/<uuid:public_id>/buka/", views.open_case, name="notification_open"),
    path("organisasi/<uuid:agency_id>/surel-gagal/", views.failed, name="org_mails"),
]
