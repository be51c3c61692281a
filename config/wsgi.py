"""The WSGI application for granian or any other server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()
# What is loaded now stays: a collection in the middle of a request need not look at it again.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
