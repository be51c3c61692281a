"""The addresses of the site; each room brings its own."""

from django.apps import apps
from django.conf import settings
from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from config import kept, views
from config.access import named

handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"

everybody, own = named("public"), named("own")

urlpatterns: list[URLPattern | URLResolver] = [
    path("masuk/", everybody(views.Login.as_view()), name="login"),
    path("keluar/", everybody(auth.LogoutView.as_view()), name="logout"),
    path("kata-sandi/", own(auth.PasswordChangeView.as_view()), name="password_change"),
    path("kata-sandi/selesai/", own(auth.PasswordChangeDoneView.as_view()),
         name="password_change_done"),
    path("lupa-kata-sandi/", everybody(auth.PasswordResetView.as_view()), name="password_reset"),
    path("lupa-kata-sandi/terkirim/", everybody(auth.PasswordResetDoneView.as_view()),
         name="password_reset_done"),
    path("atur-kata-sandi/<uidb64>/<token>/", everybody(auth.PasswordResetConfirmView.as_view()),
         name="password_reset_confirm"),
    path("atur-kata-sandi/selesai/", everybody(auth.PasswordResetCompleteView.as_view()),
         name="password_reset_complete"),
    path("teks-tersimpan/", kept.kept_post, name="kept"),
    path("tampilan/", views.set_theme, name="set_theme"),
    path("bahasa/", views.set_language, name="set_language"),
    path("kerangka/angka/", views.shell_counts, name="shell_counts"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("health/worker", views.worker, name="worker"),
    path("favicon.ico", everybody(RedirectView.as_view(url=f"{settings.STATIC_URL}img/mark.svg"))),
    path("", include("workflow.urls")),
    path("", include("notifications.urls")),
]  # fmt: skip
if apps.is_installed("config.demo"):
    urlpatterns += [
        path("gaya/", include("config.guide")),
        path("", include("config.demo.urls")),
    ]
