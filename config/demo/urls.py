from django.urls import path

from config.demo import views

urlpatterns = [
    path("demo/jam/", views.move_clock, name="demo-clock"),
    path("demo/surat/", views.mails, name="demo-mails"),
]
