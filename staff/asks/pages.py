"""For staff: questions for which help is looked for too long already, and three people for each who could be asked.

Staff read the topic and the hours; neither the question nor whose it is.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from common.pages.posting import telling_refusals
from mentors.models import MentorProfile, Offer
from search.criteria import SearchCriteria
from search.finding import question_of
from sessions_app.address import clean_words
from sessions_app.asking.advancing import ask_by_hand, who_is_left
from sessions_app.impact.help_sought import LONG, late_asks
from sessions_app.models import RouteKind, WaitlistEntry

# Questions on the page, and people to ask about each
ROWS, PEOPLE = 20, 3


@dataclass(frozen=True, slots=True)
class LateAsk:
    """`asked`: how many mentors were asked for a time so far; `is_asking`: one of them may still answer."""

    waiting: WaitlistEntry
    topics: list[str]
    asked: int
    is_asking: bool
    people: list[Offer]


def read_late_ask(waiting: WaitlistEntry, *, now: datetime) -> LateAsk:
    routes = list(waiting.routes.filter(kind=RouteKind.REQUEST))
    topics = question_of(SearchCriteria(words=waiting.words)).reading.topics
    return LateAsk(
        waiting=waiting,
        topics=[topic.name for topic in topics],
        asked=len(routes),
        is_asking=any(route.settled_at is None for route in routes),
        people=who_is_left(waiting, RouteKind.REQUEST, now=now)[:PEOPLE],
    )


@require_safe
@role_required(Power.REVIEW)
def staff_asks(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    late = late_asks(now).select_related("person")
    context = {
        "rows": [read_late_ask(waiting, now=now) for waiting in late[:ROWS]],
        "count": late.count(),
        "hours": round(LONG.total_seconds() / 3600),
        "now": now,
        "nav": "staff",
    }
    return render(request, "staff/asks.html", context)


@require_POST
@role_required(Power.REVIEW)
def staff_ask_mentor(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    now = timezone.now()
    waiting = get_object_or_404(WaitlistEntry.objects.select_related("person"), uuid=uuid)
    if not late_asks(now).filter(pk=waiting.pk).exists():
        messages.warning(request, _("Someone has helped with this question, or nobody waits for it any more."))
        return redirect("staff_asks")
    seen = MentorProfile.objects.seen_by(waiting.person).select_related("person")
    profile = get_object_or_404(seen, slug=clean_words(request.POST.get("mentor", "")))
    with telling_refusals(request):
        ask_by_hand(waiting=waiting, profile=profile, now=now)
        messages.success(request, _("%(name)s is asked now.") % {"name": profile.name})
    return redirect("staff_asks")
