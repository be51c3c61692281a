"""Large and hostile uploads: refused early, never stored, never a hang."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _

from workflow.services.attachments import MEGABYTE, too_large

View = Callable[..., HttpResponse]
# A body up to this many times the limit is read to its end, so that the words typed beside the
# file are kept; beyond it nothing is read at all.
PATIENCE = 3


class LimitedUpload(TemporaryFileUploadHandler):
    """Stops writing a file as soon as it is larger than the limit; the form around it is kept."""

    def __init__(self, request: HttpRequest, most: int) -> None:
        super().__init__(request)
        self._most = most

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._received += len(raw_data)
        if self._received > self._most * MEGABYTE:
            assert self.request is not None
            refused: dict[str, str] = self.request.META.setdefault("jenjang.refused", {})
            refused[str(self.field_name)] = too_large(self._most)
            raise SkipFile
        super().receive_data_chunk(raw_data, start)


def refused_files(request: HttpRequest) -> dict[str, str]:
    """Names of fields whose file was too large, with the sentence to show there."""
    return dict(request.META.get("jenjang.refused", {}))


def is_hopeless(request: HttpRequest, most: int) -> bool:
    """Whether a body is announced as so large that it is not worth reading."""
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return False
    return length > PATIENCE * most * MEGABYTE


def limited(view: View) -> View:
    """`limited_to` the installation's limit of a file."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return limited_to(settings.UPLOAD_LIMIT_MB)(view)(request, *args, **kwargs)

    return guarded


def limited_to(most: int) -> Callable[[View], View]:
    """Answer 413 with a sentence before a hopeless body is read; limit the files of the others

    to so many megabytes. Must run before anything reads `request.POST`, hence outside of the check
    for forged forms.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if is_hopeless(request, most):
                return _refuse(request, _("File too large"), too_large(most), 413)
            request.upload_handlers = [LimitedUpload(request, most)]
            try:
                # Read here, so that what is wrong with a body becomes a sentence.
                request.POST  # noqa: B018
            except (SuspiciousOperation, MultiPartParserError):
                reason = _("The form was too large, or it arrived damaged.")
                return _refuse(request, _("Not received"), reason, 400)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _refuse(request: HttpRequest, title: str, reason: str, status: int) -> HttpResponse:
    if "HX-Request" in request.headers:
        # 422, since htmx shows no other refusal; above the page, where it is announced.
        context = {"reason": reason}
        answer = render(request, "workflow/documents/refused.html", context, status=422)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#messages", "innerHTML"
        return answer
    context = {"title": title, "reason": reason, "back": request.path}
    return render(request, "workflow/documents/too_large.html", context, status=status)
