"""What can go wrong on the way to a person."""

from __future__ import annotations


class TransportError(Exception):
    """A channel could not deliver.

    `permanent`: trying again is useless, this recipient or message will never be taken.
    `is_general`: the fault lies with the server or the way to it, so the next message would fail
    as well.
    """

    def __init__(self, reason: str, *, permanent: bool, is_general: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.is_general = is_general
