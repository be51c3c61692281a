"""Templates of cycles, below templat/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
