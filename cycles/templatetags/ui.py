"""The components of the screen: `{% load ui %}`. How each is used is shown in the style guide.

Small ones that stand in every row of a list are built here; larger ones are templates/ui/*.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.forms import BoundField
from django.utils import dateformat, timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from cycles import figures
from cycles.calendar import format_day, format_distance, format_due
from cycles.working_days import zone_info, zone_label

register = template.Library()

ROLES = frozenset({"brand", "positive", "caution", "negative", "neutral"})
# So many working days before the end a date turns to the colour of caution.
SOON = 3

# How each state looks. A state is told by its words and icon; the colour only helps the eye.
STATE_LOOK: Mapping[str, tuple[str, str]] = {
    "planning": ("neutral", "pencil-line"),
    "plan_review": ("brand", "eye"),
    "monitoring": ("neutral", "list-checks"),
    "checkin_review": ("brand", "eye"),
    "self_assessment": ("neutral", "pencil-line"),
    "supervisor_review": ("brand", "clipboard-list"),
    "rating_review": ("brand", "eye"),
    "delivery": ("brand", "send"),
    "announced": ("caution", "megaphone"),
    "objection_statements": ("caution", "message-square"),
    "objection_decision": ("caution", "gavel"),
    "final_approval": ("brand", "stamp"),
    "closed": ("positive", "badge-check"),
    "excluded": ("neutral", "ban"),
}
YEAR: Sequence[tuple[Any, frozenset[str]]] = (
    (_("Planning"), frozenset({"planning", "plan_review"})),
    (_("Monitoring"), frozenset({"monitoring", "checkin_review"})),
    (_("Assessment"), frozenset({"self_assessment", "supervisor_review", "rating_review"})),
    (_("Announcement"), frozenset({"delivery", "announced"})),
    (_("Objection"), frozenset({"objection_statements", "objection_decision"})),
    (_("Final approval"), frozenset({"final_approval"})),
)
OBJECTION_STEP = 4


def _role(role: str) -> str:
    if role not in ROLES:
        raise template.TemplateSyntaxError(f"{role!r} is no role; one of {sorted(ROLES)} is.")
    return role


@lru_cache(maxsize=512)
def _svg(name: str, size: int, classes: str) -> SafeString:
    return mark_safe(  # noqa: S308 - drawn by the icon library, no input in it
        lucide(name, size=size, **{"class": classes, "aria_hidden": "true", "focusable": "false"})
    )


@register.simple_tag
def icon(name: str, size: int = 20, classes: str = "") -> SafeString:
    """A lucide icon, hidden from screen readers: the words beside it say the same."""
    return _svg(str(name), int(size), f"icon {classes}".strip())


# --- small, for every row ----------------------------------------------------------------------


@register.simple_tag
def badge(text: object, role: str = "neutral", icon: str = "") -> SafeString:
    drawn = _svg(icon, 16, "icon") if icon else ""
    return format_html('<span class="tag tag-{}">{}{}</span>', _role(role), drawn, text)


@register.simple_tag
def state_badge(state: str, label: object) -> SafeString:
    """The badge of a case's state; the label is the state's name for the reader."""
    role, picture = STATE_LOOK[str(state)]
    return badge(label, role, picture)


@register.simple_tag
def due(due_at: datetime | None, zone: str, days: int | None = None, why: str = "") -> SafeString:
    """A due date with its distance in working days: 0 is today, negative is overdue.

    `why` is the address of its explanation: a page, which htmx opens in place.
    """
    if due_at is None:
        return format_html('<span class="due text-muted">{}</span>', gettext("no due date"))
    moment = format_html(
        '<time datetime="{}">{}</time>', due_at.isoformat(), format_due(due_at, zone)
    )
    reason: object = ""
    if why:
        reason = format_html(
            '<a class="due-why" href="{0}" hx-get="{0}" hx-target="next .due-answer" '
            'hx-swap="innerHTML">{1}</a><span class="due-answer" aria-live="polite"></span>',
            why, gettext("Why this date?"),
        )  # fmt: skip
    if days is None:
        return format_html('<span class="due">{}{}</span>', moment, reason)
    role, picture = (
        ("negative", "circle-alert") if days < 0
        else ("caution", "clock") if days <= SOON
        else ("neutral", "")
    )  # fmt: skip
    drawn = _svg(picture, 16, "icon") if picture else ""
    distance = format_html(
        '<span class="due-left due-{}">{}{}</span>', role, drawn, format_distance(days)
    )
    return format_html('<span class="due">{} {}{}</span>', moment, distance, reason)


@register.simple_tag
def moment(instant: datetime | None, zone: str, short: bool = False) -> SafeString:
    """An instant in local time: "Jumat, 30 Januari 2026 10.42 WIB" (short: "30 Jan 2026 10.42")."""
    if instant is None:
        return SafeString("–")
    local = instant.astimezone(zone_info(zone))
    clock = dateformat.format(local, "H.i" if _indonesian() else "H:i")
    text = (
        f"{dateformat.format(local, 'j M Y')} {clock}"
        if short
        else f"{format_day(local.date())} {clock} {zone_label(zone)}"
    )
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        instant.isoformat(), f"{clock} {zone_label(zone)}", text,
    )  # fmt: skip


@register.simple_tag
def day(value: date | None, short: bool = False) -> SafeString:
    if value is None:
        return SafeString("–")
    text = dateformat.format(value, "j M Y") if short else format_day(value)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), text)


def _indonesian() -> bool:
    return (get_language() or "").startswith("id")


def initials(name: str) -> str:
    """Two letters of a name without its titles: "dr. Siti Rahmawati, M.Kes." gives "SR"."""
    words = [w for w in name.split(",")[0].split() if not w.endswith(".")] or name.split()
    letters = [w[0] for w in words if w[0].isalpha()]
    return "".join(letters[:1] + letters[-1:] if len(letters) > 1 else letters).upper() or "?"


@register.simple_tag
def person(name: str, post: object = "", note: object = "", size: str = "") -> SafeString:
    """A person: initials, name, post. Never a NIP."""
    lines = [("chip-post", post), ("chip-note", note)]
    return format_html(
        '<span class="chip{}"><span class="avatar" aria-hidden="true">{}</span>'
        '<span class="chip-text"><span class="chip-name">{}</span>{}</span></span>',
        f" chip-{size}" if size else "",
        initials(str(name)),
        name,
        format_html_join("", '<span class="{}">{}</span>', [line for line in lines if line[1]]),
    )


@register.simple_tag
def autosave_state(saved_at: datetime | None = None, zone: str = "") -> SafeString:
    """ "Draf tersimpan 10.42": the answer of an autosave, and the first content of its place."""
    if saved_at is None:
        return format_html('<span class="saved">{}</span>', gettext("Not saved yet"))
    local = saved_at.astimezone(zone_info(zone)) if zone else timezone.localtime(saved_at)
    clock = dateformat.format(local, "H.i" if _indonesian() else "H:i")
    return format_html(
        '<span class="saved saved-ok">{}{}</span>',
        _svg("check", 16, "icon"), gettext("Draft saved %(time)s") % {"time": clock},
    )  # fmt: skip


@register.simple_tag
def unavailable(label: object, reason: object, icon: str = "lock") -> SafeString:
    """An act that is not possible now: the button is shown, does nothing, and says why."""
    return format_html(
        '<div class="why-not"><button type="button" class="btn" aria-disabled="true" data-inert>'
        '{}{}</button><p class="why-not-reason">{}</p></div>',
        _svg(icon, 18, "icon"), label, reason,
    )  # fmt: skip


@register.simple_tag
def diff(old: object, new: object) -> SafeString:
    """What changed from an old text to a new one, word by word, readable without colours."""
    words = {"del": gettext("removed:"), "ins": gettext("added:")}
    parts: list[SafeString] = []
    for kind, text in figures.word_diff(str(old or ""), str(new or "")):
        if kind == "same":
            parts.append(format_html("{}", text))
        else:
            parts.append(
                format_html('<{0}><span class="visually-hidden">{1} </span>{2}</{0}>',
                            SafeString(kind), words[kind], text)
            )  # fmt: skip
    return format_html('<span class="diff">{}</span>', SafeString(" ".join(parts)))


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field with label, help, and its error beside it (the same as {{ form }} draws)."""
    name = "field field-wrong" if bound.errors else "field"
    return format_html('<div class="{}">{}</div>', name, bound.as_field_group())


# --- with content inside -----------------------------------------------------------------------


@register.simple_block_tag
def card(content: str, title: object = "", icon: str = "", role: str = "", level: int = 2,
         id: str = "") -> SafeString:  # fmt: skip
    head: object = ""
    if title:
        head = format_html(
            '<h{0} class="panel-title">{1}{2}</h{0}>',
            int(level), _svg(icon, 20, "icon") if icon else "", title,
        )  # fmt: skip
    return format_html(
        '<section class="panel{}"{}>{}{}</section>',
        f" panel-{_role(role)}" if role else "",
        format_html(' id="{}"', id) if id else "",
        head,
        content,
    )


ALERT_ICONS = {
    "brand": "info", "positive": "circle-check", "caution": "triangle-alert",
    "negative": "circle-alert", "neutral": "info",
}  # fmt: skip


@register.simple_block_tag
def note(content: str, role: str = "neutral", title: object = "", live: bool = False) -> SafeString:
    """A notice on the page. `live` announces it to screen readers when it appears."""
    head = format_html('<p class="note-title">{}</p>', title) if title else ""
    return format_html(
        '<div class="note note-{}"{}>{}<div class="note-body">{}{}</div></div>',
        _role(role),
        SafeString(' role="status"') if live else "",
        _svg(ALERT_ICONS[role], 20, "icon"),
        head,
        content,
    )


@register.simple_block_tag
def empty(content: str, title: object, icon: str = "inbox") -> SafeString:
    """Nothing here, and why that is so."""
    return format_html(
        '<div class="empty">{}<p class="empty-title">{}</p><div class="empty-text">{}</div></div>',
        _svg(icon, 40, "icon"), title, content,
    )  # fmt: skip


@register.simple_block_tag
def page_header(content: str, title: object, lead: object = "",
                crumbs: Iterable[tuple[object, str]] = ()) -> SafeString:  # fmt: skip
    """The head of a page; what stands inside are its actions or facts."""
    path: object = ""
    if crumbs:
        path = format_html(
            '<nav class="crumbs" aria-label="{}"><ol>{}</ol></nav>',
            gettext("You are here"),
            format_html_join("", '<li><a href="{}">{}</a></li>', ((u, t) for t, u in crumbs)),
        )
    return format_html(
        '<header class="page-head">{}<div class="page-head-row"><div><h1>{}</h1>{}</div>'
        '<div class="page-head-side">{}</div></div></header>',
        path, title, format_html('<p class="lead">{}</p>', lead) if lead else "", content,
    )  # fmt: skip


@register.simple_block_tag
def disclosure(content: str, label: object, icon: str = "", style: str = "", open: bool = False,
               id: str = "") -> SafeString:  # fmt: skip
    """A button that opens what stands inside (a form with a reason), without JavaScript."""
    return format_html(
        '<details class="reveal"{}{}><summary class="btn{}">{}{}</summary>'
        '<div class="reveal-body">{}</div></details>',
        format_html(' id="{}"', id) if id else "",
        SafeString(" open") if open else "",
        f" btn-{style}" if style else "",
        _svg(icon, 18, "icon") if icon else "",
        label,
        content,
    )


@register.simple_block_tag
def more(content: str, label: object, open: bool = False) -> SafeString:
    """Further text folded under a plain line: "why this date?", the history, the help."""
    return format_html(
        '<details class="more"{}><summary>{}{}</summary><div class="more-body">{}</div></details>',
        SafeString(" open") if open else "", _svg("chevron-right", 18, "icon"), label, content,
    )  # fmt: skip


# --- drawn by templates ------------------------------------------------------------------------


@register.inclusion_tag("ui/stepper.html")
def stepper(steps: Iterable[Mapping[str, Any]], label: object = "") -> dict[str, Any]:
    """Steps with `label`, `status` (done, current, todo, skipped) and perhaps a `note`."""
    return {"steps": list(steps), "label": label or gettext("The steps of the year")}


@register.inclusion_tag("ui/stepper.html")
def year_stepper(state: str, objected: bool = False) -> dict[str, Any]:
    """The six steps of an appraisal's year, for a case's state."""
    return {"steps": year_steps(str(state), objected), "label": gettext("The steps of the year")}


def year_steps(state: str, objected: bool = False) -> list[dict[str, Any]]:
    if state not in STATE_LOOK:
        raise template.TemplateSyntaxError(f"{state!r} is no state.")
    at = next((n for n, (_label, states) in enumerate(YEAR) if state in states), None)
    if at is None:
        at = len(YEAR) if state == "closed" else -1
    steps = []
    for number, (label, _states) in enumerate(YEAR):
        status = "done" if number < at else "current" if number == at else "todo"
        if number == OBJECTION_STEP and status == "done" and not objected:
            status = "skipped"
        steps.append({"label": label, "status": status})
    return steps


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: Iterable[Mapping[str, Any]], zone: str) -> dict[str, Any]:
    """The story so far; an entry has `title`, `at` and perhaps `who`, `on_behalf`, `reason`,
    `icon`, `role`, `note`."""
    return {"entries": entries, "zone": zone}


@register.inclusion_tag("ui/receipt.html")
def receipt(number: object, at: datetime, zone: str, title: object = "",
            text: object = "") -> dict[str, Any]:  # fmt: skip
    return {"number": number, "at": at, "zone": zone, "title": title, "text": text}


@register.inclusion_tag("ui/stat.html")
def stat(value: object, label: object, note: object = "", role: str = "neutral",
         url: str = "", icon: str = "") -> dict[str, Any]:  # fmt: skip
    return {"value": value, "label": label, "note": note, "role": _role(role), "url": url,
            "icon": icon}  # fmt: skip


@register.inclusion_tag("ui/bars.html")
def bars(rows: Iterable[Mapping[str, Any]], caption: object, head: object = "",
         value_head: object = "", most: float | None = None) -> dict[str, Any]:  # fmt: skip
    """A table whose middle column is drawn; a row has `label`, `value`, perhaps `role`, `url`."""
    return {"rows": figures.bar_rows(rows, most), "caption": caption, "head": head,
            "value_head": value_head}  # fmt: skip


@register.inclusion_tag("ui/stacked.html")
def stacked(
    parts: Iterable[Mapping[str, Any]], caption: object, head: object = ""
) -> dict[str, Any]:
    """One bar of parts with its table; a part has `label`, `value`, perhaps `role`."""
    return {"parts": figures.stacked_parts(parts), "caption": caption, "head": head}


@register.inclusion_tag("ui/pager.html")
def pager(next_url: str = "", previous_url: str = "", label: object = "") -> dict[str, Any]:
    return {"next_url": next_url, "previous_url": previous_url, "label": label}


@register.inclusion_tag("ui/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: object) -> dict[str, Any]:
    """Links that look like tabs; an item has `label`, `url`, `current`, perhaps `count`."""
    return {"items": items, "label": label}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """All errors of a form above it, each a link to its field; nothing if there are none."""
    return {"form": form, "wrong": [bound for bound in form if bound.errors] if form.errors else []}
