"""The addresses of the site; each room brings its own."""

from django.apps import apps
from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import kept, views

handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("masuk/", views.Login.as_view(), name="login"),
    path("keluar/", auth.LogoutView.as_view(), name="logout"),
    path("kata-sandi/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("kata-sandi/selesai/", auth.PasswordChangeDoneView.as_view(),
         name="password_change_done"),
    path("lupa-kata-sandi/", auth.PasswordResetView.as_view(), name="password_reset"),
    path("lupa-kata-sandi/terkirim/", auth.PasswordResetDoneView.as_view(),
         name="password_reset_done"),
    path("atur-kata-sandi/<uidb64>/<token>/", auth.PasswordResetConfirmView.as_view(),
         name="password_reset_confirm"),
    path("atur-kata-sandi/selesai/", auth.PasswordResetCompleteView.as_view(),
         name="password_reset_complete"),
    path("teks-tersimpan/", kept.kept_post, name="kept"),
    path("tampilan/", views.set_theme, name="set_theme"),
    path("bahasa/", views.set_language, name="set_language"),
    path("kerangka/angka/", views.shell_counts, name="shell_counts"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("health/worker", views.worker, name="worker"),
    path("favicon.ico", RedirectView.as_view(url="/static/img/mark.svg")),
    path("", include("workflow.urls")),
    path("", include("notifications.urls")),
]  # fmt: skip
if apps.is_installed("config.demo"):
    urlpatterns += [
        path("gaya/", include("config.guide")),
        path("", include("config.demo.urls")),
    ]
