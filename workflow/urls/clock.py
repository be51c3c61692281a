"""Why a date is what it is; pauses and days off of an agency."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
