"""Where an appraisal stands. `workflow.services.door` is the only writer of `Case.state`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pgtrigger
from django.db import models
from django_fsm import RETURN_VALUE, FSMField, transition

from cycles.models import Agency, Appraisal, Cycle, Person, Post, Unit
from cycles.models.base import Public
from workflow import machine
from workflow.enums import Party, State

state_field = FSMField(choices=State.choices, default=machine.FIRST, protected=True)


def _transition(action: str) -> Callable[..., str]:
    """The transition method of an action: exactly the arms of the table, nothing wider."""

    def move(self: Case, target: str) -> str:
        return target

    move.__name__ = action
    move.__doc__ = f"Called by the door for the action {action!r}; returns the state it leads to."
    for arm in machine.ARMS:
        if arm.action == action:
            move = transition(
                field=state_field, source=arm.source, target=RETURN_VALUE(*arm.targets)
            )(move)
    return move


# The methods must stand in the class body when Django prepares it, hence a base class.
Moves: type[Any] = type("Moves", (), {action: _transition(action) for action in machine.ACTIONS})

_LEGAL = ", ".join(f"('{a}','{b}')" for a, b in sorted(machine.PAIRS))
_HAS_ENTRY = """
    IF NOT EXISTS (
        SELECT 1 FROM cycles_ledgerentry e
        WHERE e.stream = 'appraisal:' || NEW.appraisal_id
          AND e.txid = pg_current_xact_id()::text::bigint
          AND e.from_state = {source} AND e.to_state = NEW.state
    ) THEN
        RAISE EXCEPTION 'case %: no ledger entry tells of this change of state', NEW.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
"""


class Case(Moves, Public):  # type: ignore[misc]
    """One per appraisal: its state, whose turn it is, and until when."""

    # Agency, cycle and person repeat the appraisal's, whose keys vouch for them.
    agency = models.ForeignKey(Agency, models.PROTECT, db_index=False, db_constraint=False)
    cycle = models.ForeignKey(Cycle, models.PROTECT, db_index=False, db_constraint=False,
                              related_name="cases")  # fmt: skip
    appraisal = models.OneToOneField(Appraisal, models.PROTECT, related_name="case")
    person = models.ForeignKey(Person, models.PROTECT, db_constraint=False, related_name="cases")
    unit = models.ForeignKey(Unit, models.PROTECT, db_index=False)
    # The employee's own post now: raters and superiors are looked for above it.
    post = models.ForeignKey(Post, models.PROTECT, db_index=False, related_name="+")
    state = state_field
    machine_version = models.PositiveSmallIntegerField(default=machine.VERSION)
    segment_number = models.PositiveSmallIntegerField(default=1)

    # The turn: who must act. Without a person the agency's HR holds it, or the system waits.
    turn_party = models.CharField(max_length=12, choices=Party)
    turn_person = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False,
                                    related_name="+")  # fmt: skip
    turn_post = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False, related_name="+")
    turn_since = models.DateTimeField()
    turn_number = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField()
    # Rule, anchor, calendar version, extensions: enough to compute `due_at` again.
    due_basis = models.JSONField(default=dict)

    # The rater now, and a recorded exception where somebody else than the superior rates.
    rater = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    rater_post = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False,
                                   related_name="+")  # fmt: skip
    rater_exception = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False,
                                        related_name="+")  # fmt: skip
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    # None: no round is left.
    round_opens_at = models.DateTimeField(null=True)
    missed_rounds = models.JSONField(default=list)
    assessment_opens_at = models.DateTimeField()
    has_plan_in_force = models.BooleanField(default=False)
    is_amending = models.BooleanField(default=False)

    # The rating and what followed.
    rating_number = models.PositiveSmallIntegerField(default=0)
    rated_by = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False,
                                 related_name="+")  # fmt: skip
    rated_post = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False,
                                   related_name="+")  # fmt: skip
    rating_approvers = models.JSONField(default=list)
    # The last rating the employee was given; later ones are not theirs to see yet.
    delivered_rating = models.PositiveSmallIntegerField(default=0)
    was_rerated = models.BooleanField(default=False)
    was_decided = models.BooleanField(default=False)
    delivered_at = models.DateTimeField(null=True)
    window_ends_at = models.DateTimeField(null=True)
    window_calendar_ends_at = models.DateTimeField(null=True)
    window_basis = models.JSONField(default=dict)
    objection_number = models.PositiveSmallIntegerField(default=0)
    has_explanation = models.BooleanField(default=False)
    has_statement = models.BooleanField(default=False)
    decider = models.ForeignKey(Person, models.PROTECT, null=True, db_index=False,
                                related_name="+")  # fmt: skip
    decider_post = models.ForeignKey(Post, models.PROTECT, null=True, db_index=False,
                                     related_name="+")  # fmt: skip
    # What the last return said, for the person who mends it: reason and pinned fields.
    return_note = models.JSONField(default=dict)

    class Meta:
        indexes = [
            # The inbox of a person, oldest due first.
            models.Index(fields=["turn_person", "due_at", "id"], name="case_inbox"),
            # The inbox of an acting official.
            models.Index(
                fields=["turn_post", "due_at", "id"],
                condition=models.Q(turn_post__isnull=False),
                name="case_inbox_post",
            ),
            # What waits for an agency's HR.
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=models.Q(turn_person__isnull=True),
                name="case_inbox_hr",
            ),
            # Whom somebody rated, and whose objections they decide: none for most of the year.
            models.Index(
                fields=["rated_by"],
                condition=models.Q(rated_by__isnull=False),
                name="case_rated_by",
            ),
            models.Index(
                fields=["decider"],
                condition=models.Q(decider__isnull=False),
                name="case_decider",
            ),
            # HR's completion table and its people, by unit and state.
            models.Index(fields=["cycle", "unit", "state", "id"], name="case_by_unit"),
            # The sweep of dues: overdue lists and reminders.
            models.Index(fields=["cycle", "due_at", "id"], name="case_by_due"),
            # The sweep that opens assessments.
            models.Index(
                fields=["assessment_opens_at", "id"],
                condition=models.Q(state=State.MONITORING),
                name="case_awaiting_assessment",
            ),
            # The sweep of objection windows.
            models.Index(
                fields=["window_ends_at", "id"],
                condition=models.Q(state=State.ANNOUNCED),
                name="case_awaiting_window",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="state_has_ledger_entry",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("OLD.state IS DISTINCT FROM NEW.state"),
                func=f"""
    IF (OLD.state::text, NEW.state::text) NOT IN ({_LEGAL}) THEN
        RAISE EXCEPTION 'case %: % to % is no move of the machine', NEW.id, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;"""
                + _HAS_ENTRY.format(source="OLD.state"),
            ),
            # Once per statement, not per row: opening 100,000 cases asks once. It need not wait for
            # the commit, for entries can only be added: the entry is written before the case.
            pgtrigger.Trigger(
                name="case_begins_at_the_start",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="born"),
                declare=[("wrong", "bigint")],
                func=f"""
    SELECT b.id INTO wrong FROM born b WHERE b.state <> '{machine.FIRST.value}' OR (
        -- A subquery of its own, so that it is looked up by stream however many cases are born.
        SELECT e.id FROM cycles_ledgerentry e WHERE e.stream = 'appraisal:' || b.appraisal_id
            AND e.from_state = '' AND e.to_state = '{machine.FIRST.value}'
            AND e.txid = pg_current_xact_id()::text::bigint
        LIMIT 1
    ) IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'case %: a case begins in {machine.FIRST.value} with a ledger entry', wrong
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
""",  # noqa: S608 - only the machine's own first state goes in
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appraisal_id}: {self.state}"

    @property
    def is_open(self) -> bool:
        return self.state not in {State.CLOSED, State.EXCLUDED}
