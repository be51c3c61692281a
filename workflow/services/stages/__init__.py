"""What each action brings about, one file a stage. The door calls these and nobody else does."""

from workflow.services.stages import (
    assessment,
    checkins,
    delivery,
    final,
    hands,
    objection,
    planning,
    upkeep,
)

__all__ = [
    "assessment",
    "checkins",
    "delivery",
    "final",
    "hands",
    "objection",
    "planning",
    "upkeep",
]
