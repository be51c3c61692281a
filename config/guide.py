"""The living style guide at /gaya/, in the demo only: every component, in both themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _

from config.access import named
from config.shell import THEMES, Shell

ZONE = "Asia/Jakarta"


class SampleForm(forms.Form):
    """A field of each kind, with believable content."""

    result = forms.CharField(
        label=_("Result of work"),
        help_text=_("What will be there at the end of the year that is not there today."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    indicator = forms.CharField(label=_("Indicator"), max_length=200)
    target = forms.DecimalField(label=_("Target"), required=False)
    due = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=_("Kind of result"), choices=[("utama", "Utama"), ("tambahan", "Tambahan")]
    )
    rating = forms.ChoiceField(
        label=_("Rating"),
        widget=forms.RadioSelect,
        choices=[
            ("above", "Di atas ekspektasi"), ("meets", "Sesuai ekspektasi"),
            ("below", "Di bawah ekspektasi"),
        ],
    )  # fmt: skip
    evidence = forms.FileField(
        label=_("Evidence"), required=False, help_text=_("PDF, JPG or PNG, at most 10 MB.")
    )
    sure = forms.BooleanField(label=_("I have talked about this with my rater."))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("The employee reads this. Say what is missing and where."),
        widget=forms.Textarea,
    )


def _context() -> dict[str, Any]:
    now = datetime(2026, 1, 28, 3, 42, tzinfo=UTC)
    states = [
        ("planning", "Perencanaan"), ("plan_review", "Rencana ditinjau"),
        ("monitoring", "Pelaksanaan"), ("supervisor_review", "Penilaian atasan"),
        ("delivery", "Penyampaian hasil"), ("announced", "Hasil diumumkan"),
        ("objection_decision", "Keberatan: keputusan"), ("final_approval", "Pengesahan akhir"),
        ("closed", "Sah"), ("excluded", "Tidak ikut"),
    ]  # fmt: skip
    people = [
        {"name": "dr. Siti Rahmawati, M.Kes.", "post": "Kepala Puskesmas Pamulang", "days": -2,
         "state": "plan_review", "label": "Rencana ditinjau"},
        {"name": "Bayu Prasetyo, S.Kep.", "post": "Perawat Ahli Pertama", "days": 0,
         "state": "planning", "label": "Perencanaan"},
        {"name": "Ni Luh Ayu Kartika", "post": "Bidan Terampil", "days": 9,
         "state": "closed", "label": "Sah"},
    ]  # fmt: skip
    for row in people:
        row["due"] = now.replace(hour=17, minute=0) + timedelta(days=2 + int(str(row["days"])))
    return {
        "zone": ZONE,
        "now": now,
        "due": datetime(2026, 1, 30, 17, 0, tzinfo=UTC),
        "states": states,
        "people": people,
        "crumbs": [("Beranda", "/gaya/"), ("Kotak masuk", "/gaya/")],
        "steps_note": [
            {"label": "Diajukan", "status": "done", "note": "12 Jan"},
            {"label": "Ditinjau penilai", "status": "current", "note": "sampai 30 Jan"},
            {"label": "Disetujui", "status": "todo"},
        ],
        "story": [
            {"title": "Siklus dibuka", "who": "Sistem", "at": now - timedelta(days=23),
             "icon": "flag"},
            {"title": "Rencana diajukan", "who": "Bayu Prasetyo, S.Kep.", "role": "brand",
             "at": now - timedelta(days=12), "icon": "send", "note": "Tanda terima JJ-7K3M-92QF"},
            {"title": "Rencana dikembalikan", "who": "drg. Ratna Dewi",
             "on_behalf": "dr. Siti Rahmawati, M.Kes.", "at": now - timedelta(days=6),
             "icon": "undo-2", "role": "caution",
             "reason": "Target kunjungan rumah belum menyebut jumlah per bulan. "
                       "Mohon dilengkapi, selebihnya sudah baik."},
            {"title": "Rencana disetujui", "who": "dr. Siti Rahmawati, M.Kes.",
             "at": now - timedelta(days=1), "icon": "check", "role": "positive"},
        ],
        "bar_rows": [
            {"label": "Dinas Kesehatan", "value": 42, "url": "/gaya/"},
            {"label": "Dinas Pendidikan dan Kebudayaan", "value": 31},
            {"label": "Kecamatan Pamulang", "value": 12},
            {"label": "Terlambat di semua unit", "value": 7, "role": "negative"},
        ],
        "parts": [
            {"label": "Perencanaan", "value": 24}, {"label": "Pelaksanaan", "value": 61},
            {"label": "Penilaian", "value": 18}, {"label": "Keberatan", "value": 3},
            {"label": "Sah", "value": 14, "role": "positive"},
        ],
        "tab_items": [
            {"label": "Menunggu saya", "url": "/gaya/", "current": True, "count": 4},
            {"label": "Sudah saya putuskan", "url": "/gaya/", "current": False, "count": 18},
            {"label": "Semua", "url": "/gaya/", "current": False},
        ],
        "old": "Kunjungan rumah kepada ibu hamil berisiko di wilayah kerja",
        "new": "Kunjungan rumah kepada 20 ibu hamil berisiko per bulan di wilayah kerja",
    }  # fmt: skip


@named("demo")
@login_required
def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component; `?tema=` looks at it in another theme without changing one's own."""
    if not settings.DEMO:
        raise Http404
    context = _context()
    theme = request.GET.get("tema")
    if theme in THEMES:
        context["shell"] = Shell(request, theme=theme)
    wrong = SampleForm({"result": "", "indicator": "Jumlah kunjungan", "target": 20})
    filled = SampleForm(auto_id="baik_%s", initial={
        "result": "Ibu hamil berisiko di wilayah kerja terpantau setiap bulan",
        "indicator": "Jumlah kunjungan rumah per bulan", "target": 20, "rating": "meets",
    })  # fmt: skip
    return render(
        request, "guide.html",
        context | {"wrong": wrong, "form": filled, "reason": ReasonForm()},
    )  # fmt: skip


urlpatterns = [path("", style_guide, name="style_guide")]
