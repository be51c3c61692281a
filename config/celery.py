"""Celery: thin tasks, a static beat schedule, due times in the database and never in the broker."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("jenjang")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    timezone="UTC",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    broker_transport_options={
        # No task is longer than an hour; what a killed worker held is looked for every 30 s.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 30,
        "unacked_restore_throttle": 1,
    },
    beat_schedule={
        "move cases whose window or opening has come": {
            "task": "workflow.tasks.sweep",
            "schedule": 60,
            "options": {"expires": 55},
        },
        "take up jobs that wait or were left": {
            "task": "workflow.tasks.take_up_jobs",
            "schedule": 15,
            "options": {"expires": 14},
        },
        "tell people what is due": {
            "task": "notifications.tasks.sweep",
            "schedule": 60,
            "options": {"expires": 55},
        },
        "seal the ledger": {
            "task": "cycles.tasks.seal_ledger",
            "schedule": 3600,
            "options": {"expires": 3500},
        },
    },
)
app.autodiscover_tasks(["cycles", "workflow", "notifications"])
