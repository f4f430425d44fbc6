"""One mentor's page: who they are, and their free times."""

from datetime import timedelta
from uuid import uuid4

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.viewing import signed_in, viewer_zone
from common.pages.parts import render_page, vary_by_part, wants_part
from common.pages.sharing import listed
from mentors.models import Offer
from sessions_app.address import clean_words
from sessions_app.errors import SessionError
from sessions_app.forms.booking import BookingForm
from sessions_app.forms.written import AskForm
from sessions_app.mentor_rows import MentorRows, find_mentor
from sessions_app.models import Booking
from sessions_app.models.states import VISITORS_HOLD
from sessions_app.pages.mentor_page import MentorPage, read_mentor_page
from sessions_app.pages.openers import open_days_at
from sessions_app.questions.addresses import join_query
from sessions_app.questions.searched import announce_opened_page

# Key of the browser's session: the time that a visitor holds while they sign in
HOLD = "hold"
# How long after a hold ran out its visitor can still come back and book the time, if it is free
GRACE = timedelta(minutes=30)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
@listed
def mentor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """POST opens another day or offer, or another programme's times, and keeps the question that is being typed."""
    mentor = find_mentor(slug, reader=signed_in(request))
    if mentor is None:
        raise Http404
    if request.method == "POST":
        return redirect(address_with(clean_words(request.POST.get("question", "")), request))
    if (words := clean_words(request.GET.get("q", ""))) and not wants_part(request):
        announce_opened_page(words, day=timezone.now().date())
    return mentor_page(request, mentor)


def mentor_page(
    request: HttpRequest,
    mentor: MentorRows,
    *,
    form: BookingForm | None = None,
    asking: AskForm | None = None,
    error: SessionError | None = None,
) -> HttpResponse:
    """The page; after a refusal the same page with everything that was typed, and what to do next.

    `asking` is the form of a question in writing, which has the same words and no time. htmx asks for the picker
    alone, unless something was refused.
    """
    typed, now = form or asking, timezone.now()
    page = read_mentor_page(
        mentor,
        reader=signed_in(request),
        zone=viewer_zone(request),
        address=request.GET,
        typed=typed.data if typed else None,
        is_asking=asking is not None,
        error=error,
        held=held_here(request),
        now=now,
    )
    status = error.status if error else 422 if typed else 200
    if status == 200 and page.picker is None and wants_part(request):
        # The last time has gone since the page was opened, so more than its times has changed.
        return vary_by_part(HttpResponse(status=204, headers={"HX-Refresh": "true"}))
    part = "picker" if status == 200 else ""
    context = {
        "page": page,
        "is_part": bool(part) and wants_part(request),
        "profile": page.profile,
        "topics": mentor.topics,
        "form": typed or fresh_form(page),
        "error": error,
        # Templates shared with the pages of a session expect these names.
        "offer": page.offer,
        "asks": page.offer is not None and not page.offer.instant,
        "picker": page.picker,
        "can_move": page.can_move(now),
        "opener": open_days_at(page.address, in_form=not page.is_own),
        "their_zone": page.their_zone,
        "question": page.question,
        "follows": page.follows,
        "nav": "find",
    }
    return render_page(request, "sessions_app/mentor_page/page.html", context, part=part, status=status)


def address_with(words: str, request: HttpRequest) -> str:
    """The address that was asked for, with these words of a question."""
    query = request.GET.copy()
    if words != clean_words(query.get("q", "")):
        query["q"] = words
        # The topic was found by the words of the search, not by these.
        query.pop("about", None)
    return join_query(request.path, query.urlencode())


# For drawing alone: the links to the offers are no part of it.
def fresh_form(page: MentorPage) -> BookingForm:
    initial = {"question": page.question, "key": uuid4().hex}
    programmes = [choice.programme for choice in page.programmes]
    return BookingForm(offers=Offer.objects.none(), programmes=programmes, initial=initial)


def held_here(request: HttpRequest) -> Booking | None:
    """This browser's hold, which may have run out meanwhile."""
    uuid = request.session.get(HOLD)
    if not uuid:
        return None
    states = VISITORS_HOLD
    fresh = Booking.objects.filter(uuid=uuid, state__in=states, mentee=None, expires_at__gt=timezone.now() - GRACE)
    return fresh.with_people().first()
