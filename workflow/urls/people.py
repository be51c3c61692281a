"""Units, posts, people and acting officials, below organisasi/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
