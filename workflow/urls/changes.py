"""Staff changes and hand-overs, below organisasi/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
