"""Celery tasks: thin, repeatable, safe beside each other. The truth lies in the database."""

from celery import shared_task

from notifications.services import invitations, post, sweeps


@shared_task
def sweep() -> None:
    """Write down what is to be told, then let the post office send it."""
    sweeps.sweep()
    deliver.apply_async(expires=55)
    invite.apply_async(expires=55)


@shared_task
def deliver() -> None:
    """Send what may leave."""
    post.deliver()


@shared_task
def invite() -> None:
    """Send the invitations that may leave, beside the mails about deadlines."""
    invitations.deliver()
