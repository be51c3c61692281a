"""Bringing people in: files, dry runs, invitations; below organisasi/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
