"""Who may do what, and who may see what: one table of predicates, with reasons.

Neither Viewflow nor django-fsm checks a person; this module and the door are the only place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from cycles.enums import DocumentKind, Role
from cycles.exceptions import NotAllowed, Refused, WrongState
from cycles.models import Person, User
from cycles.queries.officials import acting_posts, powers_of
from workflow import machine
from workflow.enums import OBJECTION, Party, State
from workflow.machine import Arm, Facts
from workflow.models import Case


@dataclass(frozen=True)
class ActingSeat:
    """An acting appointment in force: the post, its letter and powers."""

    post_id: int
    kind: str
    letter: str
    powers: frozenset[str]


@dataclass(frozen=True)
class Actor:
    """A person with everything that decides what they may do. Without a person: the system."""

    person_id: int | None
    hr_agencies: frozenset[int] = frozenset()
    observed_agencies: frozenset[int] = frozenset()
    is_admin: bool = False
    acting: tuple[ActingSeat, ...] = field(default=())

    @property
    def is_system(self) -> bool:
        return self.person_id is None

    def acts_for(self, post_id: int | None, power: str = "") -> ActingSeat | None:
        """The appointment under which they act for a post (with a power), if any."""
        if post_id is None:
            return None
        return next(
            (s for s in self.acting if s.post_id == post_id and (not power or power in s.powers)),
            None,
        )


SYSTEM = Actor(person_id=None)
NOBODY = Actor(person_id=-1)

# Which power of an acting official a party's acts need.
POWERS = {
    Party.RATER: "rate",
    Party.EXPLAINER: "rate",
    Party.APPROVER: "approve",
    Party.FINALISER: "approve",
    Party.DECIDER: "decide",
}
# Turns without a person that the agency's HR holds. A missing decider is no such turn: HR names
# one, it never decides an objection itself.
POOLED = frozenset({Party.RATER, Party.APPROVER, Party.EXPLAINER, Party.FINALISER, Party.HR})


def actor_of(user: User, on: date) -> Actor:
    """The actor behind an account on a day. Two queries."""
    if user.person_id is None:
        return Actor(person_id=-user.pk, is_admin=Role.ADMIN in user.roles,
                     observed_agencies=_agencies(user, Role.OBSERVER))  # fmt: skip
    return Actor(
        person_id=user.person_id,
        hr_agencies=_agencies(user, Role.HR),
        observed_agencies=_agencies(user, Role.OBSERVER),
        is_admin=Role.ADMIN in user.roles,
        acting=tuple(
            ActingSeat(
                post_id=acting.post_id,
                kind=acting.kind,
                letter=acting.letter,
                powers=powers_of(acting),
            )
            for acting in acting_posts(user.person_id, on)
        ),
    )


def _agencies(user: User, role: Role) -> frozenset[int]:
    return frozenset(g.agency_id for g in user.grants if g.role == role and g.agency_id is not None)


def facts_of(case: Case, now: datetime) -> Facts:
    """What the machine's guards may know of a case; asks nothing of the database."""
    return Facts(
        state=case.state,
        now=now,
        due_at=case.due_at,
        levels_acted=max(case.level - 1, 0),
        round_opens_at=case.round_opens_at,
        assessment_opens_at=case.assessment_opens_at,
        has_plan_in_force=case.has_plan_in_force,
        is_amending=case.is_amending,
        has_explanation=case.has_explanation,
        has_statement=case.has_statement,
        window_ends_at=case.window_ends_at,
        was_rerated=case.was_rerated,
        was_decided=case.was_decided,
        has_decider=case.decider_id is not None,
    )


def parties_of(actor: Actor, case: Case) -> dict[Party, ActingSeat | None]:
    """The parties an actor may act as in a case, with the appointment that allows it.

    On their own appraisal a person is the employee and nothing else, by any path.
    """
    if actor.is_system:
        return {Party.SYSTEM: None}
    if actor.person_id == case.person_id:
        return {Party.EMPLOYEE: None}
    found: dict[Party, ActingSeat | None] = {}

    def claim(party: Party, person_id: int | None, post_id: int | None) -> None:
        if person_id is not None and person_id == actor.person_id:
            # Whoever holds a vacant post's turn by letter acts under that letter.
            found[party] = actor.acts_for(post_id)
        elif party not in found and (seat := actor.acts_for(post_id, POWERS[party])) is not None:
            found[party] = seat

    turn = Party(case.turn_party)
    is_hr = case.agency_id in actor.hr_agencies
    if turn in POWERS:
        claim(turn, case.turn_person_id, case.turn_post_id)
    if is_hr and case.turn_person_id is None and turn in POOLED:
        found.setdefault(turn, None)
    if is_hr and case.rater_id is None:
        # Nobody is left above the post: HR does what a rater would.
        found.setdefault(Party.RATER, None)
    claim(Party.RATER, case.rater_id, case.rater_post_id)
    if case.rated_by_id is not None and case.rated_by_id == actor.person_id:
        found.setdefault(Party.EXPLAINER, None)
        # Who rated never approves or decides about that rating, nor settles it in another's place.
        found.pop(Party.DECIDER, None)
        if case.state == State.RATING_REVIEW:
            found.pop(Party.APPROVER, None)
        if found.get(Party.FINALISER) is not None:
            found.pop(Party.FINALISER)
    elif case.decider_id is not None:
        claim(Party.DECIDER, case.decider_id, case.decider_post_id)
    if actor.person_id in case.rating_approvers:
        found.pop(Party.DECIDER, None)
    if is_hr:
        found[Party.HR] = None
    return found


@dataclass(frozen=True)
class Verdict:
    """Whether an act may be done: `refusal` is None, or the refusal with its sentence."""

    action: str
    arm: Arm | None
    party: Party | None = None
    seat: ActingSeat | None = None
    refusal: Refused | None = None

    @property
    def is_allowed(self) -> bool:
        return self.refusal is None


def judge(actor: Actor, case: Case, action: str, now: datetime) -> Verdict:
    """May this actor do this now? Order: part in the case, state, party, guard.

    A missing entry is refused; who has no part in a case learns nothing of where it stands.
    """
    arm = machine.TABLE.get((action, case.state))
    parties = parties_of(actor, case)
    if not parties:
        return Verdict(action, arm, refusal=NotAllowed(_("You have no part in this appraisal.")))
    if arm is None:
        sentence = _("This cannot be done now: %(state)s.") % {
            "state": State(case.state).label
            if Party.EMPLOYEE not in parties
            else State(case.state).for_employee
        }
        return Verdict(action, None, refusal=WrongState(sentence))
    allowed = [party for party in Party if party in parties and party in arm.who]
    if not allowed:
        return Verdict(action, arm, refusal=NotAllowed(not_yours(case)))
    party = allowed[0]
    guard = arm.refusal(facts_of(case, now))
    refusal = WrongState(str(guard)) if guard else None
    return Verdict(action, arm, party, parties[party], refusal)


def not_yours(case: Case) -> str:
    """Whose turn it is, as the reason why it is not somebody else's."""
    if case.state in {State.CLOSED, State.EXCLUDED}:
        return _("This appraisal has ended.")
    return _("It is not your turn: this waits for %(party)s.") % {
        "party": str(Party(case.turn_party).label).lower()
        if case.turn_party != Party.HR
        else Party.HR.label
    }


def verdicts(actor: Actor, case: Case, now: datetime) -> list[Verdict]:
    """Every act of the present state that concerns this person: allowed, or refused by a guard."""
    parties = parties_of(actor, case)
    return [
        judge(actor, case, arm.action, now)
        for arm in machine.arms_from(case.state)
        if not arm.is_internal and arm.who & set(parties)
    ]


# --- seeing ------------------------------------------------------------------------------------


def visible_cases(actor: Actor) -> Q:
    """Which cases a person may open: their own, those they hold or must answer for, HR's agency.

    Observers and administrators see none: the one counts, the other configures.
    """
    if actor.person_id is None or actor.person_id < 0:
        return Q(pk__in=[])
    own = Q(person=actor.person_id)
    mine = (
        Q(turn_person=actor.person_id)
        | Q(rater=actor.person_id)
        | Q(rated_by=actor.person_id)
        | Q(decider=actor.person_id)
    )
    # Whoever has gone to another agency keeps sight of nobody's year but their own.
    mine &= Q(agency__in=Person.objects.filter(pk=actor.person_id).values("agency"))
    for seat in actor.acting:
        turns = [party for party, power in POWERS.items() if power in seat.powers]
        mine |= Q(turn_post=seat.post_id, turn_party__in=turns)
        if "rate" in seat.powers:
            mine |= Q(rater_post=seat.post_id)
        if "decide" in seat.powers:
            mine |= Q(decider_post=seat.post_id)
    if actor.hr_agencies:
        mine |= Q(agency__in=actor.hr_agencies)
    return own | mine


def may_see_rating(actor: Actor, case: Case, number: int) -> bool:
    """Whether a person may see the n-th rating: nobody but rater and levels before delivery.

    A former rater keeps sight of the ratings up to the one they must explain, a decider of what
    the employee was given; neither sees what is rated anew meanwhile.
    """
    parties = parties_of(actor, case).keys()
    if parties & {Party.RATER, Party.APPROVER}:
        return True
    if Party.EXPLAINER in parties and number <= case.rating_number:
        return True
    return bool(parties - {Party.SYSTEM}) and number <= case.delivered_rating


def may_see_document(actor: Actor, case: Case, kind: str, number: int) -> bool:
    """Whether a person who may open the case may see one of its documents."""
    if kind == DocumentKind.RATING:
        return may_see_rating(actor, case, number)
    parties = parties_of(actor, case)
    if kind == DocumentKind.DECISION and Party.DECIDER not in parties:
        # The decider's alone while the objection it is about still runs.
        is_made = number < case.objection_number or case.state not in OBJECTION
        return bool(parties) and is_made
    return bool(parties)


# Which document a party may write in which state; what is not here is frozen.
EDITABLE: dict[tuple[str, Party], DocumentKind] = {
    (State.PLANNING, Party.EMPLOYEE): DocumentKind.PLAN,
    (State.MONITORING, Party.EMPLOYEE): DocumentKind.CHECKIN,
    (State.SELF_ASSESSMENT, Party.EMPLOYEE): DocumentKind.SELF_ASSESSMENT,
    (State.SUPERVISOR_REVIEW, Party.RATER): DocumentKind.RATING,
    (State.ANNOUNCED, Party.EMPLOYEE): DocumentKind.OBJECTION,
    (State.OBJECTION_STATEMENTS, Party.EXPLAINER): DocumentKind.EXPLANATION,
    (State.OBJECTION_STATEMENTS, Party.EMPLOYEE): DocumentKind.STATEMENT,
    (State.OBJECTION_DECISION, Party.DECIDER): DocumentKind.DECISION,
}


def editable_kind(actor: Actor, case: Case) -> DocumentKind | None:
    """The kind of document this person may write in this case now, if any."""
    parties = parties_of(actor, case)
    handed_in = {
        DocumentKind.CHECKIN: case.round_opens_at is None,  # no round is left
        DocumentKind.EXPLANATION: case.has_explanation,
        DocumentKind.STATEMENT: case.has_statement,
    }
    return next(
        (kind for (state, party), kind in EDITABLE.items()
         if state == case.state and party in parties and not handed_in.get(kind)),
        None,
    )  # fmt: skip


def document_round(case: Case, kind: str) -> int:
    """Which document of its kind is the present one: the n-th check-in, rating or objection."""
    return {
        DocumentKind.CHECKIN: case.round,
        DocumentKind.RATING: case.rating_number + 1,
        DocumentKind.OBJECTION: case.objection_number + 1,
        DocumentKind.EXPLANATION: case.objection_number,
        DocumentKind.STATEMENT: case.objection_number,
        DocumentKind.DECISION: case.objection_number,
    }.get(DocumentKind(kind), 0)


# --- pages -------------------------------------------------------------------------------------

# What each page needs. A page about one case needs "case" and then `visible_cases`; who has no
# business there gets 404, as if the page did not exist.
PAGES: dict[str, Callable[[Actor], bool]] = {
    "member": lambda actor: True,  # anybody with an account
    "person": lambda actor: (actor.person_id or 0) > 0,  # a member of staff
    "case": lambda actor: (actor.person_id or 0) > 0,
    "hr": lambda actor: bool(actor.hr_agencies),
    "observer": lambda actor: bool(actor.observed_agencies),
    "admin": lambda actor: actor.is_admin,
}


def may_open_page(actor: Actor, permission: str) -> bool:
    """Whether a page with this permission exists for this person; an unknown name never does."""
    predicate = PAGES.get(permission)
    return predicate is not None and predicate(actor)
