"""The demo's accounts, as the login page and the launcher list them."""

from django.utils.translation import gettext_lazy as _

PASSWORD = "jenjang"
ACCOUNTS = [
    ("pegawai", _("an employee")),
    ("penilai", _("that employee's rater")),
    ("atasan", _("the rater's superior")),
    ("sdm", _("HR of Tangerang Selatan")),
    ("sdm-kupang", _("HR of Kupang")),
    ("pengamat", _("an observer")),
    ("admin", _("an administrator")),
]
