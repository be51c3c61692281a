"""The permission of a view that belongs to no room, named where it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http.response import HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def named(permission: str) -> Callable[[View], View]:
    """Name a view's permission: "public", "own" (any account, its own things) or "demo"."""

    def decorate(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return decorate
