"""One mentor's page: who they are, and their free times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.viewing import signed_in, viewer_zone
from common.api.problems import CONFLICT
from common.pages.parts import render_page
from common.zones import UTC_NAME
from mentors.models import Format, MentorProfile, Offer
from mentors.usual import usual_offer
from sessions_app.address import clean_words, read_date, read_start
from sessions_app.afterwards.summaries import published_quotes
from sessions_app.afterwards.track_record import track_records_of
from sessions_app.availability.slot_picker import SlotPicker, busy_times
from sessions_app.availability.timetable import load_timetable
from sessions_app.booking.book import continues_as_call
from sessions_app.errors import SessionError
from sessions_app.forms.booking import BookingForm
from sessions_app.forms.written import AskForm
from sessions_app.models import Engagement
from sessions_app.questions.same_question import carried_files_of, find_earlier_engagement
from sessions_app.questions.suggestions import FreeMentor, people_for
from sessions_app.written.acts import why_not_ask

SIMILAR = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address has already chosen: offer, day and start."""

    offer: Offer | None
    day: date | None
    start: datetime | None


@login_not_required
@require_safe
def mentor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    profile = get_object_or_404(MentorProfile.objects.public().select_related("person", "schedule"), slug=slug)
    return mentor_page(request, profile)


def mentor_page(
    request: HttpRequest,
    profile: MentorProfile,
    *,
    form: BookingForm | None = None,
    asking: AskForm | None = None,
    error: SessionError | None = None,
) -> HttpResponse:
    """The page; after a refusal the same page with everything that was typed, and what to do next.

    `asking` is the form of a question in writing, which has the same words and no time.
    """
    now = timezone.now()
    timetable = load_timetable(profile, now=now)
    theirs = timetable.rules.zone if timetable else UTC_NAME
    # Until the reader's zone is known, times are the mentor's, and the page says so.
    zone = viewer_zone(request) or theirs
    every = list(profile.offers.active())
    offers = [offer for offer in every if offer.format != Format.WRITING]
    writes = next((offer for offer in every if offer.format == Format.WRITING), None)
    typed = form or asking
    choice = read_choice(request, offers, typed)
    offer = choice.offer or (usual_offer(offers) if offers else None)
    browser = None
    if timetable and offer:
        busy = busy_times(signed_in(request), now=now)
        browser = SlotPicker(timetable, offer.length, offer.step, zone, now, busy)
    earlier = find_earlier_engagement(signed_in(request), (typed.data if typed else request.GET).get("follows", ""))
    goes_on = earlier is not None and continues_as_call(earlier, profile)
    asked_before = earlier.brief.question if earlier else ""
    question = asked_before if goes_on else clean_words(request.GET.get("q", "")) or asked_before
    fresh = BookingForm(offers=profile.offers.bookable(), initial={"question": question, "key": uuid4().hex})
    context = {
        "profile": profile,
        "offers": offers,
        "their_zone": theirs,
        "viewer_zone": zone,
        "question": question,
        "earlier": earlier,
        "follows": str(earlier.uuid) if earlier else "",
        "goes_on": goes_on,
        "carried": [] if goes_on else carried_files_of(earlier),
        "leaves_files": typed is not None and "with_files" not in typed.data,
        "form": typed or fresh,
        "writes": writes,
        "cannot_write": why_not_ask(writes, now=now) if writes else None,
        "in_writing": asking is not None or bool(writes and request.GET.get("offer") == str(writes.uuid)),
        "is_own": request.user == profile.person,
        "is_paused": profile.is_paused(now.astimezone(ZoneInfo(theirs)).date()),
        "nav": "find",
        **track_record_context(profile, now=now),
        "offer": offer,
        "picker": browser.open_picker(day=choice.day, chosen=choice.start) if browser else None,
        "picker_query": picker_query(offer, earlier),
        **refusal_context(error, browser, choice),
    }
    if context["picker"] is None:
        context["similar"] = find_similar(request, profile, question, zone=zone, now=now)
    return render_answer(request, context, status=error.status if error else 422 if typed else 200)


def picker_query(offer: Offer | None, earlier: Engagement | None) -> str:
    chosen = {"offer": offer and offer.uuid, "follows": earlier and earlier.uuid}
    return urlencode({name: value for name, value in chosen.items() if value})


def render_answer(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    """For htmx only the picker, unless something was refused."""
    part = "picker" if status == 200 else ""
    return render_page(request, "sessions_app/mentor_page/page.html", context, part=part, status=status)


def track_record_context(profile: MentorProfile, *, now: datetime) -> dict[str, Any]:
    numbers = track_records_of([profile.person_id], now=now)[profile.person_id]
    return {"proof": numbers, "left_with": published_quotes(profile, now=now)}


def read_choice(request: HttpRequest, offers: list[Offer], form: BookingForm | AskForm | None) -> Choice:
    """Reads the address with patience: anybody can write one, so what makes no sense is ignored."""
    data = form.data if form else request.GET
    by_uuid = {str(offer.uuid): offer for offer in offers}
    return Choice(
        offer=by_uuid.get(data.get("offer", "")),
        day=read_date(data.get("day", "")),
        start=read_start(data.get("start" if form else "t", "")),
    )


def refusal_context(error: SessionError | None, browser: SlotPicker | None, choice: Choice) -> dict[str, Any]:
    if error is None:
        return {}
    # Other times help only where this one can't be had.
    near = browser.nearest_alternatives(choice.start) if browser and choice.start and error.status == CONFLICT else []
    return {"error": error, "wished": choice.start, "alternatives": near}


def find_similar(
    request: HttpRequest, profile: MentorProfile, words: str, *, zone: str, now: datetime
) -> Sequence[FreeMentor]:
    """Mentors with free times who could be asked the same."""
    about = words or " ".join(profile.asks)
    return people_for(about, zone=zone, now=now, mentee=signed_in(request), without=profile, count=SIMILAR)
