"""Say what you are stuck on; see who can help and when."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import dateformat, timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.viewing import viewer_zone
from mentors.languages import LANGUAGES
from mentors.models import Format, Length, Topic
from sessions_app.forms.search import read_wish
from sessions_app.matching import Match, find_mentors, relaxations
from sessions_app.models import Booking
from sessions_app.readers import signed_in
from sessions_app.wishes import WHEN_LABELS, Order, Wish

EXAMPLES = (
    gettext_lazy("Is this offer fair?"),
    gettext_lazy("My deck is due Thursday"),
    gettext_lazy("First week as a manager"),
)
ON_HOME = 4
SORTS = {Order.SOONEST: gettext_lazy("Soonest"), Order.MATCH: gettext_lazy("Closest match")}
PARTS = (gettext_lazy("morning"), gettext_lazy("afternoon"), gettext_lazy("evening"))
DROPPED = {
    "when": gettext_lazy("at any time of the day and week"),
    "lengths": gettext_lazy("with sessions of any length"),
    "topic": gettext_lazy("on any topic"),
    "language": gettext_lazy("in any language"),
    "format": gettext_lazy("by video, phone or chat"),
    "instant": gettext_lazy("including those who confirm each session"),
    "later": gettext_lazy("later than the next 7 days"),
}


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    zone = viewer_zone(request) or "UTC"
    reader = signed_in(request)
    found = find_mentors(Wish(), zone=zone, now=now, mentee=reader)
    soonest = found.matches[:ON_HOME]
    today = now.astimezone(ZoneInfo(zone)).date()
    upcoming = None
    if reader:
        upcoming = Booking.objects.visible_to(reader).upcoming(now).with_people().first()
    return render(
        request,
        "sessions_app/home.html",
        {
            "examples": EXAMPLES,
            "soonest": soonest,
            "total": found.total,
            "today_only": bool(soonest) and soonest[0].slots[0].start.astimezone(ZoneInfo(zone)).date() == today,
            "next": upcoming if upcoming and upcoming.start < now + timedelta(days=1) else None,
            "nav": "home",
        },
    )


@login_not_required
@require_safe
def mentor_list(request: HttpRequest) -> HttpResponse:
    now, zone, reader = timezone.now(), viewer_zone(request) or "UTC", signed_in(request)
    wish = read_wish(request.GET)
    found = find_mentors(wish, zone=zone, now=now, mentee=reader)
    context = {
        "wish": wish,
        "found": found,
        "cards": [card(match, zone=zone, now=now) for match in found.matches],
        "nav": "find",
        **filters(wish),
    }
    if not found.total:
        context["relaxed"] = [
            (DROPPED[name], other.query(), count)
            for name, other, count in relaxations(wish, zone=zone, now=now, mentee=reader)
        ]
        context["nearest_topics"] = Topic.objects.active().leaves().order_by("position", "name")[:3]
    template = (
        "sessions_app/mentor_list.html#results"
        if request.headers.get("HX-Request")
        else "sessions_app/mentor_list.html"
    )
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def filters(wish: Wish) -> dict[str, Any]:
    """What the filter row, the sort links and the pager are drawn from."""
    return {
        "whens": WHEN_LABELS.items(),
        "lengths": Length.choices,
        "formats": Format.choices,
        "languages": LANGUAGES,
        "topics": Topic.objects.active()
        .leaves()
        .select_related("parent")
        .order_by("parent__position", "position", "name"),
        "more_count": sum(map(bool, (wish.topic, wish.language, wish.format, wish.instant))),
        "sorts": [(label, wish.but(order=order).query(), order == wish.order) for order, label in SORTS.items()],
        "later_query": wish.but(later=True).query(),
        "page_before": wish.but(page=wish.page - 1).query() if wish.page > 1 else "",
        "page_after": wish.but(page=wish.page + 1).query(),
    }


def card(match: Match, *, zone: str, now: datetime) -> dict[str, Any]:
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [today + timedelta(days=offset) for offset in range(7)]
    return {
        "match": match,
        "ribbon": [
            (dateformat.format(day, "D")[0], *((offset, part) in match.free for part in range(3)))
            for offset, day in enumerate(days)
        ],
        "ribbon_label": ribbon_label(match.free, days),
    }


def ribbon_label(free: frozenset[tuple[int, int]], days: list[date]) -> str:
    """`Free: Tuesday afternoon, Wednesday morning` – what the ribbon shows, as a sentence."""
    names = [f"{dateformat.format(days[offset], 'l')} {PARTS[part]}" for offset, part in sorted(free)]
    return _("Free: %(times)s") % {"times": ", ".join(names)} if names else _("No free times in the next 7 days")
