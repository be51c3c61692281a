"""Several at once, and one that dies: real threads, real processes, real transactions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from notifications.models import Delivery
from notifications.services import deadlines, news, post
from tests.builders import JANUARY, PLAN
from tests.notifications.mailbox import Mailbox
from tests.notifications.stage import day, hush, mailed, quiet_town, sweep, told
from tests.notifications.test_post import crowd
from workflow.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("sweepers")]
ROOT = Path(__file__).resolve().parents[2]


def at_once(works: list[Callable[[], object]]) -> None:
    """Run all in threads that start together; raises what one of them raised."""
    gate, errors = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        try:
            gate.wait(10)
            work()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


def test_two_sweepers_at_once_tell_each_event_and_each_due_date_once(mailbox: Mailbox):
    place = quiet_town("employee")
    people = crowd(place, 12)
    for someone in people[:6]:
        place.act(someone, "submit", day(1, 28), someone, body=PLAN)
    hush()
    for someone in people[:6]:
        place.act(place.rater, "return_", day(1, 29), someone, reason="Kurang.")
    for _ in range(3):
        at_once([lambda: news.tell_events(day(1, 29))] * 3)
        at_once([lambda: deadlines.tell_deadlines(day(1, 29))] * 3)
        Event.objects.filter(kind="return_").update(handled_at=None)
    at_once([lambda: post.deliver(day(1, 29))] * 3)
    names = [someone.name.lower().replace(" ", "-") for someone in people]
    returned = [(name, "plan_returned") for name in names[:6]]
    reminded = [(name, "before:1") for name in names[6:]] + [("pegawai", "before:1")]
    assert told() == sorted(returned + reminded)
    assert {state for _who, _rule, state in mailed()} == {"sent"}
    assert mailbox.recipients() == sorted([*names, "pegawai"])
    ids = [message["Message-ID"] for message in mailbox.messages]
    assert len(set(ids)) == len(ids) == 13


def test_two_post_offices_never_split_a_digest(mailbox: Mailbox):
    place = quiet_town("employee")
    people = crowd(place, 8)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep(day(1, 12))
    at_once([lambda: post.deliver(day(1, 12))] * 4)
    assert mailbox.to("penilai") == ["8 items need your attention"]


SCRIPT = """
import django
django.setup()
from datetime import datetime
from notifications.services import news, post
{work}(datetime.fromisoformat({now!r}))
"""


def worker(work: str, mailbox: Mailbox, now: datetime) -> subprocess.Popen[bytes]:
    """Another process, in the web role, that does the work at `now`."""
    database = connection.settings_dict["NAME"]
    address = os.environ["DATABASE_URL"]
    before, _, query = address.partition("?")
    url = f"{before.rpartition('/')[0]}/{database}" + (f"?{query}" if query else "")
    env = os.environ | {
        "DATABASE_URL": url,
        "AS_OWNER": "0",
        "EMAIL_URL": f"smtp://127.0.0.1:{mailbox.port}",
        "SITE_URL": "https://jenjang.example",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(work=work, now=now.isoformat())], env=env, cwd=ROOT
    )


def test_a_worker_killed_while_sending_is_followed_by_one_with_the_same_message_id(
    mailbox: Mailbox,
):
    place = quiet_town("employee", "colleague")
    sweep(day(1, 29))
    assert mailed() == [
        ("pegawai", "before:1", "queued"), ("rekan", "before:1", "queued"),
    ]  # fmt: skip
    mailbox.is_mute = True
    process = worker("post.deliver", mailbox, day(1, 29))
    assert mailbox.taken.wait(60)
    # The server has the first mail; the worker waits for its answer, and dies.
    process.send_signal(signal.SIGKILL)
    assert process.wait(10) == -signal.SIGKILL
    mailbox.is_mute = False
    assert [state for _who, _rule, state in mailed()] == ["sending", "sending"]
    assert post.deliver(day(1, 29) + post.STUCK_AFTER - timedelta(seconds=1)).sent == 0
    assert post.deliver(day(1, 29) + post.STUCK_AFTER).sent == 2
    assert mailed() == [("pegawai", "before:1", "sent"), ("rekan", "before:1", "sent")]
    # At least once: the mail in flight came twice, under one Message-ID; the other one once.
    by_id: dict[str, list[str]] = {}
    for message in mailbox.messages:
        by_id.setdefault(str(message["Message-ID"]), []).append(str(message["To"]))
    assert sorted(map(len, by_id.values())) == [1, 2]
    assert all(len(set(addresses)) == 1 for addresses in by_id.values())
    assert Delivery.objects.filter(channel="email").count() == 2
    assert post.deliver(day(1, 29, 18)).sent == 0
    assert place.case().state == "planning"


def test_a_worker_killed_after_claiming_a_digest_sends_no_second_one(mailbox: Mailbox):
    place = quiet_town("employee")
    people = crowd(place, 5)
    for someone in people:
        place.act(someone, "submit", day(1, 6), someone, body=PLAN)
    hush()
    sweep(day(1, 12))
    mailbox.is_mute = True
    process = worker("post.deliver", mailbox, day(1, 12))
    assert mailbox.taken.wait(60)
    process.kill()
    process.wait(10)
    mailbox.is_mute = False
    # Meanwhile something new waits for the same person: it does not slip into the old envelope.
    place.act(place.employee, "submit", day(1, 12, 10), body=PLAN)
    news.tell_events(day(1, 12, 10))
    post.deliver(day(1, 12, 10))
    subjects = mailbox.to("penilai")
    assert subjects == [
        "5 items need your attention", "5 items need your attention",
        "The plan of Pegawai waits for your approval",
    ]  # fmt: skip
    first, second, third = (message["Message-ID"] for message in mailbox.messages)
    assert first == second != third


def locks_of_others(cursor: CursorWrapper, *, granted: bool) -> int:
    """How many locks on deliveries and events other connections hold or wait for."""
    cursor.execute(
        "SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND granted = %s"
        " AND relation IN ('notifications_delivery'::regclass, 'workflow_event'::regclass)",
        [granted],
    )
    return int(cursor.fetchone()[0])


def test_a_worker_killed_while_it_writes_deliveries_leaves_none_behind(mailbox: Mailbox):
    place = quiet_town()
    place.act(place.employee, "submit", JANUARY, body=PLAN)
    event = Event.objects.get(kind="submit")
    with transaction.atomic(), connection.cursor() as cursor:
        # The sweep in the other process waits inside of its transaction; there it is killed.
        cursor.execute("LOCK TABLE notifications_delivery IN SHARE MODE")
        process = worker("news.tell_events", mailbox, JANUARY)
        end = time.monotonic() + 60
        while not locks_of_others(cursor, granted=False):
            assert time.monotonic() < end, "the sweep never came to its insert"
            time.sleep(0.1)
        process.kill()
        process.wait(10)
    end = time.monotonic() + 10
    with connection.cursor() as cursor:
        while locks_of_others(cursor, granted=True):
            assert time.monotonic() < end, "the dead worker's transaction never ended"
            time.sleep(0.1)
    event.refresh_from_db()
    assert (event.handled_at, told()) == (None, [])
    news.tell_events(JANUARY)
    assert told() == [("penilai", "plan_waits")]
