"""What leaves as CSV: whole, harmless, sealed until the objection is over, and recorded."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from cycles.models import IdentityNumber, LedgerEntry
from tests.builders import NOVEMBER, bring_to
from tests.workflow.views.hr.office import at, get, log_in, post, town_of
from workflow.enums import State
from workflow.models import Case
from workflow.views.hr.exports import harmless

pytestmark = pytest.mark.django_db

AFTER_THE_WINDOW = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)


def rows_of(answer):
    """A CSV as a spreadsheet reads it, and its raw text."""
    raw = b"".join(answer.streaming_content)
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";")), text


def test_people_leave_with_state_holder_and_due_but_without_a_nip(client):
    place, staff = town_of(1)
    IdentityNumber.objects.create(person=staff[0], kind="nip", number="198001012005011001")
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_export_people"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows, text = rows_of(answer)
    assert len(rows) == 7
    row = next(row for row in rows if row["Name"] == "Orang 001")
    assert (row["State"], row["With whom"], row["Due"], row["Predikat"]) == (
        "Planning", "Orang 001", "2026-01-30", "",
    )  # fmt: skip
    assert "198001012005011001" not in text


def test_a_predikat_leaves_only_when_settled_and_the_window_is_over(client):
    place, staff = town_of(2)
    bring_to(place, State.CLOSED, of=staff[0])
    bring_to(place, State.FINAL_APPROVAL, of=staff[1])
    log_in(client, place.hr)

    def told(now):
        rows, _text = rows_of(post(client, at(place, "hr_export_people"), now))
        return {row["Name"]: (row["Predikat"], row["Note"][:12]) for row in rows
                if row["Name"].startswith("Orang")}  # fmt: skip

    assert told(NOVEMBER) == {"Orang 001": ("", "Sealed until"), "Orang 002": ("", "")}
    assert told(AFTER_THE_WINDOW) == {"Orang 001": ("Good", ""), "Orang 002": ("", "")}


def test_the_last_moment_of_the_window_still_seals(client):
    place, staff = town_of(1)
    bring_to(place, State.CLOSED, of=staff[0])
    ends_at = Case.objects.get(person=staff[0]).window_ends_at
    log_in(client, place.hr)
    for now, predikat in ((ends_at - timedelta(microseconds=1), ""), (ends_at, "Good")):
        rows, _text = rows_of(post(client, at(place, "hr_export_people"), now))
        assert next(row for row in rows if row["Name"] == "Orang 001")["Predikat"] == predikat


@pytest.mark.parametrize(
    "name", ["=1+1", "+62811", "-2+3", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "|calc", "%x"]
)
def test_no_cell_is_a_formula(name):
    assert harmless(name).startswith("'")
    assert harmless(name)[1:] == name


def test_harmless_cells_stay_as_they_are():
    assert harmless("Siti Aminah, S.Kep.") == "Siti Aminah, S.Kep."
    assert harmless(-21) == "-21"
    assert harmless("") == ""
    assert harmless("a\x00b") == "ab"


def test_a_name_with_a_formula_a_separator_and_a_line_break_is_one_harmless_cell(client):
    place, staff = town_of(1)
    staff[0].name = '=HYPERLINK("http://x";"y")\nz'
    staff[0].save()
    log_in(client, place.hr)
    rows, _text = rows_of(post(client, at(place, "hr_export_people")))
    assert '\'=HYPERLINK("http://x";"y")\nz' in [row["Name"] for row in rows]
    assert len(rows) == 7


def test_the_list_leaves_as_it_is_narrowed(client):
    place, staff = town_of(2)
    bring_to(place, State.PLAN_REVIEW, of=staff[0])
    log_in(client, place.hr)
    rows, _text = rows_of(post(client, at(place, "hr_export_people") + "?keadaan=plan_review"))
    assert [row["Name"] for row in rows] == ["Orang 001"]


def test_completion_leaves_by_unit_with_all_below(client):
    place, staff = town_of(1)
    bring_to(place, State.CLOSED, of=staff[0])
    log_in(client, place.hr)
    rows, _text = rows_of(post(client, at(place, "hr_export_completion"), NOVEMBER))
    told = {row["Unit"]: (row["Unit above"], row["People"], row["Finally approved"],
                          row["Overdue"], row["Finally approved (%)"]) for row in rows}  # fmt: skip
    assert told["Pemerintah Kota"] == ("", "7", "1", "6", "14")
    assert told["Puskesmas Pamulang"] == ("Dinas Kesehatan", "4", "1", "3", "25")


def test_every_export_is_recorded_without_names_or_search_words(client):
    place, _staff = town_of(1)
    log_in(client, place.hr)
    rows_of(post(client, at(place, "hr_export_people") + "?cari=Orang"))
    rows_of(post(client, at(place, "hr_export_completion")))
    entries = LedgerEntry.objects.filter(stream=f"cycle:{place.cycle.pk}", action="export")
    people, completion = [json.loads(entry.payload) for entry in entries.order_by("seq")]
    assert people["actor"] == place.hr.pk
    assert people["data"] == {"what": "people", "rows": 1, "unit": None, "state": "",
                              "searched": True}  # fmt: skip
    assert completion["data"]["what"] == "completion"


def test_looking_at_the_address_exports_nothing(client):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    assert get(client, at(place, "hr_export_people")).status_code == 302
    assert get(client, at(place, "hr_export_completion")).status_code == 302
    assert not LedgerEntry.objects.filter(action="export").exists()


def test_an_export_speaks_the_language_of_the_request_also_while_it_is_sent(client, settings):
    place, _staff = town_of(0)
    log_in(client, place.hr)
    answer = post(client, at(place, "hr_export_people"))
    from django.utils import translation

    with translation.override("id"):
        rows, _text = rows_of(answer)
    assert rows[0]["Name"]
