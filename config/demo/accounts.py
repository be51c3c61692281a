"""The demo's accounts, as the login page lists them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

PASSWORD = "jenjang"
ACCOUNTS: tuple[tuple[str, Any], ...] = (
    ("pegawai", _("an employee, midwife in a health centre")),
    ("penilai", _("that employee's rater, head of the health centre")),
    ("atasan", _("the rater's superior, head of the health office")),
    ("sdm", _("HR of Tangerang Selatan")),
    ("sdm-kupang", _("HR of Kupang")),
    ("pengamat", _("an observer: numbers of both cities, no names")),
    ("admin", _("configures, sees no documents")),
)
