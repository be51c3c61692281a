"""An installation begins with one national template: today's defaults, as version 1."""

import hashlib
import json

from django.db import migrations
from django.utils import timezone

BODY = {
    "checkins": [
        {
            "name": "Pemantauan Triwulan I",
            "opens": {"month": 4, "day": 1, "year": 0},
            "due": {"month": 4, "day": 15, "year": 0},
            "closes": {"month": 5, "day": 31, "year": 0},
        },
        {
            "name": "Pemantauan Triwulan II (tengah tahun)",
            "opens": {"month": 7, "day": 1, "year": 0},
            "due": {"month": 7, "day": 15, "year": 0},
            "closes": {"month": 8, "day": 31, "year": 0},
        },
        {
            "name": "Pemantauan Triwulan III",
            "opens": {"month": 10, "day": 1, "year": 0},
            "due": {"month": 10, "day": 15, "year": 0},
            "closes": {"month": 10, "day": 31, "year": 0},
        },
    ],
    "planning.name": "Perencanaan kinerja",
    "planning.opens": {"month": 1, "day": 2, "year": 0},
    "planning.due": {"month": 1, "day": 31, "year": 0},
    "planning.closes": {"month": 3, "day": 31, "year": 0},
    "self_assessment.name": "Penilaian diri",
    "self_assessment.opens": {"month": 11, "day": 2, "year": 0},
    "self_assessment.due": {"month": 11, "day": 16, "year": 0},
    "self_assessment.closes": {"month": 11, "day": 30, "year": 0},
    "review.name": "Penilaian oleh atasan",
    "review.opens": {"month": 11, "day": 2, "year": 0},
    "review.due": {"month": 12, "day": 4, "year": 0},
    "review.closes": {"month": 12, "day": 18, "year": 0},
    "final.name": "Penetapan hasil",
    "final.opens": {"month": 11, "day": 2, "year": 0},
    "final.due": {"month": 12, "day": 31, "year": 0},
    "final.closes": {"month": 12, "day": 31, "year": 0},
    "plan_levels": [{"role": "rater", "predicates": []}],
    "checkin_levels": [{"role": "rater", "predicates": []}],
    "rating_levels": [],
    "final_levels": [{"role": "hr", "predicates": []}],
    "approve_days": 5,
    "return_days": 3,
    "deliver_days": 3,
    "statement_days": 5,
    "final_days": 5,
    "objection_days": 14,
    "decision_days": 14,
    "escalate_superior_after": 5,
    "escalate_hr_after": 10,
    "objection_unit": "working_days",
    "remind_before": [7, 3, 1, 0],
    "remind_after": [1, 3],
    "approaches": ["quantitative", "qualitative"],
    "reminders.planning": None,
    "reminders.checkin": None,
    "reminders.self_assessment": None,
    "reminders.review": None,
    "reminders.delivery": None,
    "reminders.objection": None,
    "reminders.final": None,
    "members.post_kinds": [],
    "members.person_kinds": [],
}


def make(apps, schema_editor):
    templates = apps.get_model("cycles", "CycleTemplate")
    if templates.objects.filter(agency=None).exists():
        return
    made = templates.objects.create(name="Templat nasional", draft=BODY)
    canonical = json.dumps(BODY, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    apps.get_model("cycles", "TemplateVersion").objects.create(
        template=made,
        number=1,
        body=BODY,
        hash=hashlib.sha256(canonical.encode()).hexdigest(),
        note="Bawaan",
        published_at=timezone.now(),
    )


class Migration(migrations.Migration):
    dependencies = [("cycles", "0002_moving_in")]

    operations = [
        migrations.RunPython(make, migrations.RunPython.noop),
        # Made for LIKE by Django beside the primary key; streams are looked up whole, and every
        # move would pay for it.
        migrations.RunSQL(
            "DROP INDEX IF EXISTS cycles_ledgerhead_stream_9d77c1f1_like",
            "CREATE INDEX cycles_ledgerhead_stream_9d77c1f1_like ON cycles_ledgerhead"
            " (stream varchar_pattern_ops)",
        ),
    ]
