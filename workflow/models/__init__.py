"""The records of motion: the case, its processes, and what each move leaves behind."""

from workflow.models.case import Case
from workflow.models.opening import OpeningResult, SuccessorNote
from workflow.models.process import ApprovalProcess, ObjectionProcess
from workflow.models.trail import CounterDelta, CounterTotal, Event, Receipt, TurnInterval

__all__ = [
    "ApprovalProcess",
    "Case",
    "CounterDelta",
    "CounterTotal",
    "Event",
    "ObjectionProcess",
    "OpeningResult",
    "Receipt",
    "SuccessorNote",
    "TurnInterval",
]
