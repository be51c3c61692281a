"""Approvals and objections as Viewflow processes. Engine only: the door is their one caller.

The door holds the case row locked before it touches a process, so the blocking locks below never
wait for each other; they stand for the day somebody forgets. Nodes never call services.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from viewflow import this
from viewflow.workflow import STATUS, flow
from viewflow.workflow.activation import Activation
from viewflow.workflow.lock import SelectForUpdateLock
from viewflow.workflow.models import Process, Task

from cycles.models import Person, User, Version
from workflow.models import ApprovalProcess, Case, ObjectionProcess

LOCK = SelectForUpdateLock(nowait=False, attempts=1)
# Nobody holds this permission: HR's queue is `Case.turn`, this only keeps a task from everyone's.
HR_POOL = "workflow.hr"


def _account(person_id: int | None) -> User | None:
    return User.objects.filter(person_id=person_id).first() if person_id else None


class ApprovalFlow(flow.Flow):
    """start → review → goes up? → review | end."""

    process_class = ApprovalProcess
    lock_impl = LOCK

    start = flow.StartHandle(this.begin).Next(this.review)
    review = (
        flow.View(None)
        .Permission(HR_POOL)
        .Assign(lambda activation: _account(activation.process.asked_id))
        .Next(this.goes_up)
    )
    goes_up = flow.If(lambda activation: activation.process.go_up).Then(this.review).Else(this.end)
    end = flow.End()

    def begin(
        self,
        activation: Activation,
        *,
        case: Case,
        kind: str,
        version: Version | None,
        asked_id: int | None,
    ) -> ApprovalProcess:
        process: ApprovalProcess = activation.process
        process.case, process.kind, process.version = case, kind, version
        process.asked_id = asked_id
        return process


class ObjectionFlow(flow.Flow):
    """start → (explanation ∥ statement) → decision → end."""

    process_class = ObjectionProcess
    lock_impl = LOCK

    start = flow.StartHandle(this.begin).Next(this.both)
    both = flow.Split().Next(this.explanation).Next(this.statement)
    explanation = (
        flow.View(None)
        .Permission(HR_POOL)
        .Assign(lambda activation: _account(activation.process.explainer_id))
        .Next(this.together)
    )
    statement = (
        flow.View(None)
        .Assign(lambda activation: _account(activation.process.case.person_id))
        .Next(this.together)
    )
    together = flow.Join().Next(this.decision)
    decision = (
        flow.View(None)
        .Permission(HR_POOL)
        .Assign(lambda activation: _account(activation.process.decider_id))
        .Next(this.end)
    )
    end = flow.End()

    def begin(
        self,
        activation: Activation,
        *,
        case: Case,
        number: int,
        explainer_id: int | None,
        decider_id: int | None,
    ) -> ObjectionProcess:
        process: ObjectionProcess = activation.process
        process.case, process.number = case, number
        process.explainer_id, process.decider_id = explainer_id, decider_id
        return process


class _Request:
    """What `activation.start` wants of a request: nothing."""

    user = None


def _complete(process: ApprovalProcess | ObjectionProcess, node: Any) -> bool:
    """Execute the waiting task of a node under the flow's lock; False if none waits."""
    with node.flow_class.lock(process.pk):
        task = (
            Task.objects.select_for_update(of=("self",))
            .filter(
                process_id=process.pk,
                flow_task=node,
                status__in=[STATUS.NEW, STATUS.ASSIGNED],
            )
            .order_by("-pk")
            .first()
        )
        if task is None:
            return False
        # Its process is at hand: spare Viewflow the look-ups by which it finds the child row.
        task.process = process
        # HR's pool: nobody in particular is asked, yet Viewflow executes assigned tasks only.
        task.status = STATUS.ASSIGNED
        activation = node.activation_class(task)
        activation.start(_Request())
        activation.execute()
        return True


def open_approval(
    case: Case, kind: str, version: Version | None, asked: Person | int | None
) -> ApprovalProcess:
    """Start an approval; `asked` decides first (None: HR)."""
    asked_id = asked.pk if isinstance(asked, Person) else asked
    process: ApprovalProcess = ApprovalFlow.start.run(
        case=case, kind=kind, version=version, asked_id=asked_id
    )
    return process


@dataclass(frozen=True)
class Opening:
    """An approval to be started, with who decides first (None: HR)."""

    case: Case
    kind: str
    version: Version | None
    asked_id: int | None


def open_approvals(openings: Sequence[Opening]) -> None:
    """Start many approvals with the rows the engine writes for one, in six statements.

    A test compares both, so that another version of the engine cannot drift away unnoticed.
    """
    if not openings:
        return
    ApprovalFlow.instance  # noqa: B018 - resolves the nodes
    now = timezone.now()
    asked = {opening.asked_id for opening in openings if opening.asked_id is not None}
    owners = dict(User.objects.filter(person_id__in=asked).values_list("person_id", "id"))
    processes = Process.objects.bulk_create(
        [Process(flow_class=ApprovalFlow, created=now) for _ in openings]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO workflow_approvalprocess
                (process_ptr_id, case_id, kind, version_id, asked_id, level, go_up)
            SELECT *, 1, false FROM unnest(
                %s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[])
            """,
            [
                [process.pk for process in processes],
                [opening.case.pk for opening in openings],
                [str(opening.kind) for opening in openings],
                [opening.version.pk if opening.version else None for opening in openings],
                [opening.asked_id for opening in openings],
            ],
        )
    starts = Task.objects.bulk_create(
        [
            Task(process=process, flow_task=ApprovalFlow.start, flow_task_type="START",
                 status=STATUS.DONE, created=now, started=now, finished=now)
            for process in processes
        ]
    )  # fmt: skip
    reviews = Task.objects.bulk_create(
        [
            Task(process=process, flow_task=ApprovalFlow.review, flow_task_type="HUMAN",
                 status=STATUS.ASSIGNED if owner else STATUS.NEW, created=now, owner_id=owner,
                 owner_permission=HR_POOL)
            for process, opening in zip(processes, openings, strict=True)
            for owner in [owners.get(opening.asked_id or 0)]
        ]
    )  # fmt: skip
    link = Task.previous.through
    link.objects.bulk_create(
        [
            link(from_task_id=review.pk, to_task_id=start.pk)
            for review, start in zip(reviews, starts, strict=True)
        ]
    )


def waiting_approval(case: Case) -> ApprovalProcess | None:
    """The open approval of a case, with the version it is about."""
    return (
        ApprovalProcess.objects.filter(case=case, closed_at=None).select_related("version").first()
    )


def climb(process: ApprovalProcess, asked_id: int | None) -> bool:
    """The level approved; the next one, `asked_id`, is asked. False if nothing waited."""
    process.go_up, process.asked_id, process.level = True, asked_id, process.level + 1
    process.save(update_fields=["go_up", "asked", "level"])
    return _complete(process, ApprovalFlow.review)


def finish(process: ApprovalProcess) -> bool:
    """The last level approved, or a level returned: the process ends. False if nothing waited."""
    process.go_up, process.closed_at = False, timezone.now()
    return _complete(process, ApprovalFlow.review)


def open_objection(
    case: Case, number: int, explainer_id: int | None, decider_id: int | None
) -> ObjectionProcess:
    process: ObjectionProcess = ObjectionFlow.start.run(
        case=case, number=number, explainer_id=explainer_id, decider_id=decider_id
    )
    return process


def waiting_objection(case: Case) -> ObjectionProcess | None:
    return ObjectionProcess.objects.filter(case=case, closed_at=None).first()


def explained(process: ObjectionProcess) -> bool:
    return _complete(process, ObjectionFlow.explanation)


def stated(process: ObjectionProcess) -> bool:
    return _complete(process, ObjectionFlow.statement)


def decided(process: ObjectionProcess) -> bool:
    process.closed_at = timezone.now()
    return _complete(process, ObjectionFlow.decision)


def cancel(process: ApprovalProcess | ObjectionProcess) -> None:
    """End a process without a decision (withdrawn, transferred, excluded)."""
    with process.flow_class.lock(process.pk):
        process.flow_class.instance  # noqa: B018 - resolves the nodes
        now = timezone.now()
        Task.objects.filter(process_id=process.pk, finished__isnull=True).update(
            status=STATUS.CANCELED, finished=now
        )
        process.closed_at = process.finished = now
        process.status = "CANCELED"
        process.save(update_fields=["closed_at", "finished", "status"])


def reassign(
    process: ApprovalProcess | ObjectionProcess, node_name: str, person_id: int | None
) -> None:
    """Mirror a new turn in the waiting task (`node_name`: review, explanation, decision)."""
    if isinstance(process, ApprovalProcess) and process.asked_id != person_id:
        process.asked_id = person_id
        process.save(update_fields=["asked"])
    owner = _account(person_id)
    Task.objects.filter(
        process_id=process.pk,
        flow_task=getattr(process.flow_class, node_name),
        finished__isnull=True,
    ).update(owner=owner, status=STATUS.ASSIGNED if owner else STATUS.NEW)
