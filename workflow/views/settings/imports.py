"""The administrator's import of agencies: the pages of HR's import, for the sheet of agencies."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from workflow.views.access import page
from workflow.views.organisation import import_papers as papers
from workflow.views.organisation import imports as pages
from workflow.views.organisation.bureau import Bureau


@csrf_exempt  # checked by `brought`, after the size of the body
@page("admin")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The files brought, and the form for another one."""
    return pages.brought(request, Bureau(request))


@page("admin")
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """Every column explained."""
    return papers.explained(Bureau(request))


@page("admin")
@never_cache
@require_safe
def template(request: HttpRequest, kind: str = "") -> HttpResponse:
    """The file to fill in."""
    return papers.blank(Bureau(request), kind)


@page("admin")
@never_cache
@require_safe
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """One file: what it would do, or did, row by row."""
    return pages.told(Bureau(request), run_id)


@page("admin")
@never_cache
@require_safe
def faulty(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """The faulty rows with the reasons."""
    return papers.to_mend(Bureau(request), run_id)


@page("admin")
@never_cache
@require_POST
def act(request: HttpRequest, run_id: UUID, do: str) -> HttpResponse:
    """Check again, apply, undo or discard a file."""
    return pages.done(Bureau(request), run_id, do)
