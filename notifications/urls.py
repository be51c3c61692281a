"""Addresses of the notifications."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
