"""Mails about running items that never arrived, for the HR of the agency."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from cycles.models import Agency, User
from notifications.enums import Channel, DeliveryState
from notifications.models import Delivery
from notifications.queries.wording import Wording, wording_of
from workflow.queries.keyset import SIZE, START, Cursor, Page, page_of, uuid_of


@dataclass(frozen=True)
class FailedMail:
    """One mail in the words of when it was told, and the address it should have reached."""

    delivery: Delivery
    wording: Wording
    email: str


def failed_of(agency: Agency) -> QuerySet[Delivery]:
    """What was given up; what is still tried again is no failure yet."""
    return Delivery.objects.filter(agency=agency, channel=Channel.EMAIL, state=DeliveryState.FAILED)


def failed_mails(agency: Agency, cursor: Cursor = START, size: int = SIZE) -> Page[FailedMail]:
    """Newest first. One query."""
    anchor = uuid_of(cursor.text)
    position = None
    if anchor is not None:
        of_agency = Delivery.objects.filter(agency=agency, public_id=anchor)
        position = {"pk": Subquery(of_agency.values("pk"))}
    rows = (
        failed_of(agency)
        .select_related(
            "case__person", "case__agency", "case__unit", "case__cycle", "who", "recipient"
        )
        .annotate(
            address=Subquery(User.objects.filter(person=OuterRef("recipient")).values("email")[:1])
        )
    )
    page = page_of(rows, ("-pk",), position, backwards=cursor.backwards, size=size)
    return Page(
        [FailedMail(row, wording_of(row, row.at), row.address or "") for row in page.rows],
        page.has_previous,
        page.has_next,
    )
