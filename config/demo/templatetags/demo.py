"""What the demo's bar shows."""

from zoneinfo import ZoneInfo

from django import template

from cycles import clock
from cycles.calendar import format_day

register = template.Library()
JAKARTA = ZoneInfo("Asia/Jakarta")


@register.simple_tag
def demo_now() -> dict[str, str]:
    """The demo's present instant, for machines and for people."""
    moment = clock.now().astimezone(JAKARTA)
    return {
        "iso": moment.isoformat(timespec="minutes"),
        "words": f"{format_day(moment.date())} {moment:%H.%M} WIB",
        "day": moment.date().isoformat(),
    }
