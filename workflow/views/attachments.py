"""Files are served one by one, to whoever may see their document, never to be run or shown."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cycles.models import Attachment
from workflow.permissions import document_round, editable_kind
from workflow.queries.documents import frozen_ids, visible_versions
from workflow.views.access import actor, page, visible_case
from workflow.views.documents import is_writer


@page("case")
@never_cache
@require_GET
def attachment(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponse:
    """The file itself. Raises Http404 for unknown, not theirs, and gone alike."""
    case = visible_case(request, public_id)
    file = (
        Attachment.objects.filter(public_id=file_id, document__appraisal_id=case.appraisal_id)
        .select_related("document")
        .first()
    )
    if file is None:
        raise Http404
    who, document = actor(request), file.document
    # A draft's file is seen by whoever writes the draft now, others see what was handed in.
    writes_it = (
        file.removed_at is None
        and editable_kind(who, case) == document.kind
        and document.round == document_round(case, document.kind)
    )
    if not writes_it:
        versions = visible_versions(
            document, who, case, is_writer=is_writer(who, case, document.kind)
        )
        if not any(str(file.public_id) in frozen_ids(version.body) for version in versions):
            raise Http404
    try:
        stream = file.file.open("rb")
    except FileNotFoundError:
        raise Http404(_("This file is no longer here.")) from None
    response = FileResponse(
        stream, as_attachment=True, filename=file.name, content_type=file.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return cast(HttpResponse, response)
