"""The first page and what it leads to at once."""

from django.urls import path

from workflow.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("penilaian-saya/", home.my_appraisal, name="my_appraisal"),
]
