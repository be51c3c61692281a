"""What a person chooses about mails."""

from __future__ import annotations

from cycles.models import User
from notifications.models import Preference


def preference_of(user: User) -> Preference:
    """The person's choice; an unsaved row with the defaults when there is none."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def choose(user: User, *, reminders: str, news: str) -> Preference:
    """Keep a choice. It holds for mails that already wait, too."""
    preference, _created = Preference.objects.update_or_create(
        user=user, defaults={"reminders": reminders, "news": news}
    )
    return preference
