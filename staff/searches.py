"""For staff: words that found nobody, and topics for which people wait."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.roles import role_required
from accounts.rules.roles import Power
from search.demand import topic_waits
from search.unmet import unmet_lately
from search.waits import mentors_waited_for, topics_waited_for
from sessions_app.impact.help_sought import read_help_sought

ROWS = 100


@require_safe
@role_required(Power.REVIEW)
def staff_unmet(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "searches": unmet_lately(now)[:ROWS],
        "topics": topic_waits(now=now),
        "sought": read_help_sought(now=now),
        "waits": topics_waited_for(now),
        "mentors": mentors_waited_for(now)[:ROWS],
        "nav": "staff",
    }
    return render(request, "search/unmet.html", context)
