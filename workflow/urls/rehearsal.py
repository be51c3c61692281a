"""Rehearsal and opening of a cycle, below sdm/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
