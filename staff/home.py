"""Where staff begin: what waits, the look-up, and the week in numbers."""

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from about.models import TextKind
from about.texts import kinds_shown
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.roles import may, staff_required
from accounts.rules.roles import Power
from accounts.viewing import viewer_zone
from mentors.models import MentorProfile, Topic

from .profile_queue import next_to_review
from .queues import MOST_COUNTED, list_queues
from .week import WeekFacts, week_facts


@require_safe
@staff_required
def staff_home(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    week = week_facts(now, viewer_zone(request))
    queues = list_queues(request.user, now=now)
    context = {
        "waiting": [queue for queue in queues if queue.count],
        "done": [queue for queue in queues if not queue.count],
        "most_counted": MOST_COUNTED,
        "first": next_to_review(by=request.user) if may(request.user, Power.REVIEW) else None,
        "week": week,
        "week_note": week_note(week),
        "bars": [(dateformat.format(day, "D"), count) for day, count in week.days],
        "steps_taken": read_first_steps(request.user),
        "has_admin": bool(admin.site.get_app_list(request)),
        "nav": "staff",
    }
    return render(request, "staff/home.html", context)


def read_first_steps(reader: User) -> list[str] | None:
    """Which of the first steps of a new site are taken; None for who isn't an owner, or once a mentor can be found."""
    if not may(reader, Power.RUN) or MentorProfile.objects.public().exists():
        return None
    taken = {
        "topics": Topic.objects.there_are_some(),
        "texts": {TextKind.TERMS, TextKind.PRIVACY} <= kinds_shown(),
        "roles": User.objects.filter(is_active=True, is_staff=True).exclude(pk=reader.pk).exists(),
        "mentors": MentorProfile.objects.exists(),
    }
    return [step for step, is_taken in taken.items() if is_taken]


def week_note(week: WeekFacts) -> str:
    more = week.sessions - week.sessions_last_week
    if more > 0:
        return ngettext("%(n)s more than last week", "%(n)s more than last week", more) % {"n": more}
    if more < 0:
        return ngettext("%(n)s fewer than last week", "%(n)s fewer than last week", -more) % {"n": -more}
    return _("Same as last week")
