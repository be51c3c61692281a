"""Facts that may change later are copied into the segment as of its start."""

from __future__ import annotations

from datetime import date

from cycles.models import Person, Post, Segment
from workflow.models import Case


def segment_of(
    case: Case, post: Post, rater_id: int | None, rater_post_id: int | None, *, starts_on: date
) -> Segment:
    """An unsaved segment with today's names: person, rank, post, unit, rater."""
    rater = Person.objects.filter(pk=rater_id).first() if rater_id else None
    rater_post = Post.objects.filter(pk=rater_post_id).first() if rater_post_id else None
    person = Person.objects.get(pk=case.person_id)
    return Segment(
        agency_id=case.agency_id,
        appraisal_id=case.appraisal_id,
        number=case.segment_number,
        unit_id=post.unit_id,
        post=post,
        rater=rater,
        starts_on=starts_on,
        person_name=person.name,
        rank=person.rank,
        post_title=post.title,
        unit_name=post.unit.name,
        rater_name=rater.name if rater else "",
        rater_post_title=rater_post.title if rater_post else "",
    )
