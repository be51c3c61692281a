"""Hypothesis without its stop-watch: on a busy machine a slow example is no wrong one."""

from hypothesis import settings

settings.register_profile("jenjang", deadline=None)
settings.load_profile("jenjang")
