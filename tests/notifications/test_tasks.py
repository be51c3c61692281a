"""The tasks: known to the beat, thin, and one hands over to the other through the real broker."""

from __future__ import annotations

import pytest

from config.celery import app
from cycles import clock
from notifications import tasks
from notifications.models import Delivery
from tests.builders import JANUARY, PLAN
from tests.notifications.stage import mailed, quiet_town, told

pytestmark = pytest.mark.django_db


def test_every_entry_of_the_beat_names_a_task_that_exists():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert named <= set(app.tasks)
    assert "notifications.tasks.sweep" in named


def test_the_sweep_writes_down_what_is_to_be_told_and_asks_the_post_to_send_it(mailbox):
    place = quiet_town()
    with clock.at(JANUARY), app.connection_for_write() as connection:
        queue = connection.SimpleQueue("celery")
        queue.clear()
        place.act(place.employee, "submit", JANUARY, body=PLAN)
        tasks.sweep()
        assert told() == [("penilai", "plan_waits")]
        assert mailed() == [("penilai", "plan_waits", "queued")]
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
        assert message.headers["task"] == "notifications.tasks.deliver"
        tasks.deliver()
    assert mailed() == [("penilai", "plan_waits", "sent")]
    assert mailbox.to("penilai") == ["The plan of Pegawai waits for your approval"]
    assert Delivery.objects.count() == 2
