"""The job that asks for invitations: HR's choice, as it was confirmed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cycles.services import invitations
from cycles.services.jobs import Progress


def invite(progress: Progress) -> dict[str, Any]:
    """Ask for an invitation of everybody chosen; returns how many were asked for.

    Params: `group` (a state of `cycles.queries.invitations`) or `users` (ids), and `seen`, when
    the choice was looked at.
    """
    job, params = progress.job, progress.params
    assert job.agency is not None
    asked = invitations.ask(
        job.agency,
        author=progress.author,
        seen_at=datetime.fromisoformat(params["seen"]),
        asked_at=job.asked_at,
        group=params.get("group", ""),
        user_ids=params.get("users", ()),
        say=progress.say,
    )
    return {"asked": asked}
