"""Taking a file in, and throwing it away again: nothing is read here but what kind it is."""

from __future__ import annotations

import hashlib
import uuid
import zipfile
import zlib
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final, cast

from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from cycles import file_types
from cycles.enums import ImportState, Role
from cycles.exceptions import Incomplete, NotAllowed, Problem, Refused, WrongState
from cycles.file_types import XLSX, FileType
from cycles.models import Agency, ImportRun, User

CSV: Final = FileType("text/csv", ("csv",), "CSV")
# For the file chooser; what arrives is recognised by its content.
ACCEPT: Final = ".xlsx,.csv"
MEGABYTE: Final = 1024 * 1024
MOST_MEGABYTES: Final = 50
# What a workbook may swell to; one of 250,000 people has about 200.
MOST_UNPACKED: Final = 600 * MEGABYTE
_CHUNK: Final = MEGABYTE
_KEPT: Final = frozenset({ImportState.APPLYING, ImportState.APPLIED, ImportState.UNDONE})


def receive(
    agency: Agency | None,
    upload: UploadedFile[Any],
    *,
    author: User,
    as_of: date,
    is_complete: bool,
    now: datetime,
) -> ImportRun:
    """Keep a file privately, to be checked by a job. Without an agency it is a file of agencies.

    Raises Incomplete (path "file") for what is empty, too large or no XLSX or CSV file, and
    NotAllowed where somebody else than an administrator brings agencies.
    """
    if agency is None and Role.ADMIN not in author.roles:
        raise NotAllowed(_("Only an administrator brings agencies."))
    kind = _kind_of(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    run = ImportRun(
        public_id=uuid.uuid4(), agency=agency, author=author, as_of=as_of,
        name=file_types.safe_name(upload.name or "", kind), sha256=digest.hexdigest(),
        is_complete=is_complete and agency is not None, created_at=now,
    )  # fmt: skip
    run.file.save(run.name, File(upload.file), save=False)
    try:
        run.save()
    except BaseException:
        run.file.storage.delete(str(run.file.name))
        raise
    return run


def discard(run: ImportRun) -> None:
    """Throw a file away that was not applied: the file, its rows, and with them what they say of

    people. Raises WrongState once it was applied, Refused while a worker reads it.
    """
    with transaction.atomic():
        locked = lock_run(run, nowait=True)
        if locked.state in _KEPT:
            raise WrongState(_("This import was applied; it can only be undone."))
        locked.rows.all().delete()
        locked.state, locked.counts, locked.problems, locked.notes = (
            ImportState.DISCARDED, {}, [], [],
        )  # fmt: skip
        locked.save(update_fields=["state", "counts", "problems", "notes"])
        name, storage = str(locked.file.name), locked.file.storage
        transaction.on_commit(lambda: storage.delete(name))
    run.state = locked.state


def lock_run(run: ImportRun, *, nowait: bool = False) -> ImportRun:
    """The run, locked and read again. Raises Refused with `nowait` while a worker holds it."""
    try:
        with transaction.atomic():
            return (
                ImportRun.objects.select_for_update(of=("self",), nowait=nowait)
                .select_related("agency", "author")
                .get(pk=run.pk)
            )
    except DatabaseError as error:
        if not nowait:
            raise
        raise Refused(_("A worker is busy with this file. Please wait a moment.")) from error


def is_workbook(stream: BinaryIO) -> bool:
    return file_types.recognise(stream) is XLSX


def unpacks_soundly(stream: BinaryIO) -> bool:
    """Whether a workbook's members are as long as they say, and together not too long.

    The reader of workbooks unpacks into memory and believes what is written there.
    """
    stream.seek(0)
    left = MOST_UNPACKED
    try:
        with zipfile.ZipFile(stream) as archive:
            for info in archive.infolist():
                left -= info.file_size
                if left < 0:
                    return False
                # A member longer than it says breaks its checksum.
                with archive.open(info) as member:
                    while member.read(_CHUNK):
                        pass
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError):
        return False
    finally:
        stream.seek(0)
    return True


def _kind_of(upload: UploadedFile[Any]) -> FileType:
    size = upload.size or 0
    if size == 0:
        raise Incomplete([Problem("file", _("This file is empty."))])
    if size > MOST_MEGABYTES * MEGABYTE:
        raise Incomplete([Problem("file", _(
            "This file is larger than %(most)d MB. Bring it in several files."
        ) % {"most": MOST_MEGABYTES})])  # fmt: skip
    stream = cast(BinaryIO, upload.file)
    if is_workbook(stream):
        return XLSX
    ending = PurePosixPath((upload.name or "").replace("\\", "/")).suffix.lower()
    head = stream.read(_CHUNK)
    stream.seek(0)
    if ending in (".csv", ".txt") and b"\x00" not in head and not head.startswith(b"PK\x03\x04"):
        return CSV
    raise Incomplete([Problem("file", _(
        "This is neither an XLSX nor a CSV file. Save it in one of these formats, without macros."
    ))])  # fmt: skip
