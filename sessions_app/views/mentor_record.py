"""What a mentor has given, what came of it, and what mentees said: shown to the mentor alone."""

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from common.times import hours_and_minutes_text
from mentors.decorators import mentor_required
from mentors.models import MentorProfile
from sessions_app.afterwards.summaries import agreement_shares, feedback_for_mentor
from sessions_app.afterwards.track_record import track_records_of
from sessions_app.impact.given import count_meetings, given_by, load_trends, shared_outcomes_of
from sessions_app.models import Feedback, Role

PAGE_SIZE = 20
LESSONS = 10


@require_safe
@mentor_required
def mentor_record(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    now = timezone.now()
    mentor = profile.person
    new_year = date(now.astimezone(mentor.zone).year, 1, 1)
    this_year, ever = given_by(mentor, new_year), given_by(mentor)
    context = {
        "this_year": this_year,
        "this_year_time": hours_and_minutes_text(this_year.minutes),
        "ever": ever,
        "ever_time": hours_and_minutes_text(ever.minutes),
        "meetings": count_meetings(mentor, new_year),
        "useful": next((share for share in agreement_shares(profile, now=now) if share.name == "useful"), None),
        "told": shared_outcomes_of(mentor),
        "trends": load_trends(profile, now=now),
        "nav": "today",
    }
    return render(request, "sessions_app/mentor/record.html", context)


@require_safe
@mentor_required
def mentor_feedback(request: HttpRequest, profile: MentorProfile) -> HttpResponse:
    now = timezone.now()
    page = Paginator(feedback_for_mentor(profile, now=now), PAGE_SIZE).get_page(request.GET.get("page"))
    own = Feedback.objects.filter(author=profile.person_id, role=Role.MENTOR).exclude(learned="")
    context = {
        "profile": profile,
        "page": page,
        "proof": track_records_of([profile.person_id], now=now)[profile.person_id],
        "shares": agreement_shares(profile, now=now),
        "lessons": own.select_related("booking__mentee").order_by("-at", "-pk")[:LESSONS],
        "nav": "today",
    }
    return render(request, "sessions_app/afterwards/mentor_feedback.html", context)
