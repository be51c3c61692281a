"""People before an editor, for the tests of documents."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cycles import clock
from cycles.models import Document, User

PLAN_POST = {
    "result": "r1",
    "results.r1.type": "main",
    "results.r1.title": "Cakupan imunisasi dasar lengkap meningkat",
    "results.r1.serves": "Derajat kesehatan masyarakat meningkat",
    "results.r1.quantity.indicator": "Bayi terimunisasi",
    "results.r1.quantity.target": "240 bayi",
    "expectations.akuntabel": "Catatan imunisasi lengkap setiap hari",
}


def login(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


class Writer:
    """A person before an editor: opens the page, types, presses a button."""

    def __init__(self, username: str, case: Any, kind: str, now: Any) -> None:
        self.client, self.case, self.kind, self.now = login(username), case, kind, now
        self.url = reverse("edit", args=[case.public_id, kind])
        self.hidden: dict[str, str] = {}

    def open(self) -> Any:
        with clock.at(self.now):
            page = self.client.get(self.url)
        if page.status_code == 200:
            self.hidden = hidden_of(page)
        return page

    def send(self, do: str = "", htmx: bool = False, **fields: Any) -> Any:
        extra = {"HTTP_HX_REQUEST": "true"} if htmx else {}
        data = self.hidden | fields | ({"do": do} if do else {})
        with clock.at(self.now):
            return self.client.post(self.url, data, **extra)


def hidden_of(page: Any) -> dict[str, str]:
    text = page.content.decode()
    return {
        name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)[1]
        for name in ("turn", "key", "revision")
    }


def text_of(page: Any) -> str:
    return page.content.decode()


def draft(case: Any, kind: str) -> Document:
    return Document.objects.filter(appraisal=case.appraisal_id, kind=kind).latest("round")


RATING_POST = {
    "work": "above", "work_reason": "Melampaui target.", "behaviour": "meets",
    "behaviour_reason": "Ramah.", "feedback.r1": "Pertahankan.", "feedback.loyal": "Teladan.",
    "recommendation": "Pelatihan konselor.",
}  # fmt: skip
PDF = b"%PDF-1.7\n" + b"x" * 100


def pdf(name: str = "bukti.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")
