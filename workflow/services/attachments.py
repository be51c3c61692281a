"""Files as evidence: checked on arrival, kept private, taken out only while they are a draft's."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from cycles import clock, file_types
from cycles.documents import WITH_FILES
from cycles.enums import DocumentKind
from cycles.exceptions import NotAllowed, Refused, WrongState
from cycles.models import Attachment, Document, Version
from workflow.permissions import Actor, editable_kind, parties_of
from workflow.services.door import lock_case
from workflow.services.move import Move, Surroundings

MOST_FILES = 20
FIELD_LENGTH = 60
MEGABYTE = 1024 * 1024


def add_attachment(
    case_id: int,
    kind: str,
    upload: UploadedFile[Any],
    *,
    actor: Actor,
    field: str = "",
    now: datetime | None = None,
) -> Attachment:
    """Keep a file with the draft. The same file for the same field again is the one there is.

    Raises Refused with a sentence for what is too large, empty, of a type that is not taken, or
    one too many; NotAllowed or WrongState when the draft is not theirs to write now.
    """
    if kind not in WITH_FILES:
        raise Refused(_("This document takes no files."))
    size = upload.size or 0
    check_size(size)
    if actor.person_id is None:
        raise NotAllowed(_("This document is not yours to write."))
    found = file_types.recognise(cast(BinaryIO, upload.file))
    if found is None:
        raise Refused(
            _("This type of file is not accepted. Accepted: %(types)s.")
            % {"types": ", ".join(kind.label for kind in file_types.TAKEN)}
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    attachment = Attachment(
        public_id=uuid.uuid4(),
        field=field[:FIELD_LENGTH],
        name=file_types.safe_name(upload.name or "", found),
        content_type=found.content_type,
        size=size,
        sha256=digest.hexdigest(),
        uploaded_by_id=actor.person_id,
        uploaded_at=now or clock.now(),
    )
    stored = False
    try:
        with transaction.atomic():
            document = _draft(case_id, kind, actor, attachment.uploaded_at)
            present = document.attachments.filter(removed_at=None)
            same = present.filter(sha256=attachment.sha256, field=attachment.field).first()
            if same is not None:
                return same
            if present.count() >= MOST_FILES:
                raise Refused(_("At most %(most)d files fit here.") % {"most": MOST_FILES})
            attachment.document, attachment.agency_id = document, document.agency_id
            attachment.file.save(attachment.name, File(upload.file), save=False)
            stored = True
            attachment.save()
    except BaseException:
        if stored:
            attachment.file.storage.delete(str(attachment.file.name))
        raise
    return attachment


def remove_attachment(
    case_id: int, kind: str, public_id: uuid.UUID, *, actor: Actor, now: datetime | None = None
) -> None:
    """Take a file out of the draft; one that a version froze stays with that version.

    Raises NotAllowed, WrongState or Refused (there is no such file) with a sentence.
    """
    instant = now or clock.now()
    with transaction.atomic():
        document = _draft(case_id, kind, actor, instant)
        attachment = document.attachments.filter(public_id=public_id, removed_at=None).first()
        if attachment is None:
            raise Refused(_("This file is no longer here."))
        if is_frozen(attachment):
            attachment.removed_at = instant
            attachment.save(update_fields=["removed_at"])
            return
        name, storage = str(attachment.file.name), attachment.file.storage
        attachment.delete()
        transaction.on_commit(lambda: storage.delete(name))


def is_frozen(attachment: Attachment) -> bool:
    """Whether a version names this file. One query."""
    return Version.objects.filter(
        document_id=attachment.document_id,
        body__attachments__contains=[{"id": str(attachment.public_id)}],
    ).exists()


def check_size(size: int) -> None:
    """Raises Refused for a file that is empty or larger than the setting allows."""
    if size == 0:
        raise Refused(_("This file is empty."))
    if size > settings.UPLOAD_LIMIT_MB * MEGABYTE:
        raise Refused(too_large())


def too_large(most: int | None = None) -> str:
    """The sentence about a file beyond a limit in megabytes; None: the installation's."""
    limit = settings.UPLOAD_LIMIT_MB if most is None else most
    return _("This file is too large: at most %(limit)d MB.") % {"limit": limit}


def _draft(case_id: int, kind: str, actor: Actor, now: datetime) -> Document:
    """The draft a person is to write now, under the case's lock."""
    case = lock_case(case_id)
    if editable_kind(actor, case) != kind:
        if not parties_of(actor, case):
            raise NotAllowed(_("This document is not yours to write."))
        raise WrongState(_("This document cannot be changed now."))
    return Move(case, "draft", actor, now, Surroundings(case.cycle)).document(DocumentKind(kind))
