"""The product's own WSGI application, with the floors' two addresses beside its own."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

settings.ROOT_URLCONF = "benchmarks.floor"

from config.wsgi import application

__all__ = ["application"]
