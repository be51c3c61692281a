"""Questions about telling people."""

from notifications.queries.bell import unread_count

__all__ = ["unread_count"]
