"""From a chosen time to a booked session; a visitor's slot is held while they sign in."""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.client_address import client_address
from accounts.models import User
from accounts.signing_in.by_email import SIGN_IN_NOTE, answer_email_form
from accounts.viewing import signed_in, viewer_hour12, viewer_zone
from common.known import known
from common.pages.seen import FIELD
from common.refusals import BUSY
from common.times import deadline_text, when_text
from common.zones import city_of
from mentors.models import MentorProfile
from programmes.pairs import list_shared
from sessions_app.address import clean_words
from sessions_app.booking.book import book_session
from sessions_app.booking.changes import release_hold
from sessions_app.booking.holds import claim_hold, hold_slot
from sessions_app.errors import SessionError
from sessions_app.forms.booking import BookingForm
from sessions_app.forms.guest import GuestForm
from sessions_app.mentor_rows import rows_of
from sessions_app.models import Booking, BookingState, Engagement
from sessions_app.questions.brief_input import BriefInput
from sessions_app.questions.limits import closed_error
from sessions_app.questions.same_question import find_earlier_engagement
from sessions_app.questions.searched import announce_booked
from trust.signals.helping import offer_help

from .mentor_page import HOLD, held_here, mentor_page

# The search that led to a visitor's hold: a key of the browser's session
SEARCHED = "searched"


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def book_slot(request: HttpRequest, slug: str) -> HttpResponse:
    """POST books, or holds for a visitor; GET is the page where a visitor with a hold says who they are."""
    if away := redirect_if_mentor_gone(request, slug):
        return redirect(away)
    profile = get_object_or_404(
        MentorProfile.objects.seen_by(signed_in(request)).select_related("person", "schedule"), slug=slug
    )
    if request.method != "POST":
        return check_page(request, profile)
    shared = list_shared(signed_in(request), profile.person, now=timezone.now())
    form = BookingForm(request.POST, offers=profile.offers.bookable(), programmes=shared)
    if not form.is_valid():
        return mentor_page(request, rows_of(profile), form=form)
    try:
        if isinstance(request.user, User):
            earlier = find_earlier_engagement(request.user, request.POST.get("follows", ""))
            terms = request.POST.get(FIELD)
            booking = book_now(form, request.user, earlier, terms=terms, now=timezone.now())
            note_what_led_here(profile, *read_search(request))
            offer_help(request, [form.cleaned_data["question"]])
            return redirect_to_booked(request, booking)
        hold_now(request, form, now=timezone.now())
    except SessionError as error:
        return mentor_page(request, rows_of(profile), form=form, error=error)
    offer_help(request, [form.cleaned_data["question"]])
    return redirect("book", slug)


@login_not_required
@require_POST
def book_email(request: HttpRequest, slug: str) -> HttpResponse:
    """A visitor types their email address and is sent a code. Signing in with it books (see `claim_after_sign_in`)."""
    if away := redirect_if_mentor_gone(request, slug):
        return redirect(away)
    profile = get_object_or_404(MentorProfile.objects.seen_by(signed_in(request)).select_related("person"), slug=slug)
    booking = held_here(request)
    if booking is None:
        return redirect("mentor_detail", slug)
    if request.user.is_authenticated:
        return redirect(claim_after_sign_in(request, request.user) or "session_list")
    form = GuestForm(request.POST)
    return answer_email_form(request, form, note=hold_note(request, booking)) or check_page(request, profile, form=form)


def check_page(request: HttpRequest, profile: MentorProfile, form: GuestForm | None = None) -> HttpResponse:
    booking = held_here(request)
    if booking is None or booking.mentor_id != profile.person_id:
        return redirect("mentor_detail", profile.slug)
    context = {"profile": profile, "booking": booking, "form": form or GuestForm(), "nav": "find"}
    return render(request, "sessions_app/mentor_page/book.html", context, status=422 if form else 200)


def book_now(
    form: BookingForm, mentee: User, earlier: Engagement | None, *, terms: str | None, now: datetime
) -> Booking:
    """With `earlier` its whole brief goes along, not only the question, and the mentee's files if they say so."""
    data, question = form.cleaned_data, form.cleaned_data["question"]
    return book_session(
        offer=data["offer"],
        start=data["start"],
        brief=BriefInput.carried_from(earlier.brief, question=question) if earlier else BriefInput(question=question),
        mentee=mentee,
        now=now,
        key=data["key"],
        continues=earlier,
        with_files=data["with_files"],
        terms=terms,
        programme=form.chosen,
    )


def hold_now(request: HttpRequest, form: BookingForm, *, now: datetime) -> None:
    data = form.cleaned_data
    booking = hold_slot(
        offer=data["offer"],
        start=data["start"],
        brief=BriefInput(question=data["question"]),
        held_for=address_mark(request),
        key=data["key"],
        instead_of=held_here(request),
        terms=request.POST.get(FIELD),
        now=now,
    )
    request.session[HOLD] = str(booking.uuid)
    request.session[SEARCHED] = read_search(request)


def read_search(request: HttpRequest) -> list[str]:
    """The words of the search that led to this form, and the slug of the topic by which it found the mentor."""
    return [clean_words(request.POST.get(name, "")) for name in ("searched", "about")]


def note_what_led_here(profile: MentorProfile, words: str = "", about: str = "") -> None:
    """Note for the search which words led to this booking, without the person."""
    announce_booked(words, about, profile, day=timezone.now().date())


def address_mark(request: HttpRequest) -> str:
    """A hash of the visitor's IP address: enough to count their holds, and the address itself isn't stored."""
    return hmac.new(settings.SECRET_KEY.encode(), client_address(request).encode(), hashlib.sha256).hexdigest()


def hold_note(request: HttpRequest, booking: Booking) -> str:
    now, zone, hour12 = timezone.now(), viewer_zone(request), viewer_hour12(request)
    words = {
        "minutes": booking.length,
        "name": booking.mentor.display_name,
        "start": when_text(booking.start, zone=zone, now=now, hour12=hour12, short=True),
        "city": city_of(zone),
    }
    if booking.state != BookingState.HELD or booking.is_overdue(now):
        return _("%(minutes)d minutes with %(name)s on %(start)s (%(city)s), if it’s still free.") % words
    words["until"] = deadline_text(known(booking.expires_at), zone, now, hour12)
    return _("%(minutes)d minutes with %(name)s on %(start)s (%(city)s). Held for you until %(until)s.") % words


def claim_after_sign_in(request: HttpRequest, user: User) -> str | None:
    """Book the slot that is held for a visitor who has now signed in.

    Returns the address of the session or, if it can't be booked, of a page with other times; None without a hold.
    """
    booking = held_here(request)
    kept = request.session.pop(HOLD, None)
    searched = request.session.pop(SEARCHED, [])
    request.session.pop(SIGN_IN_NOTE, None)
    if booking is None:
        return None
    now = timezone.now()
    try:
        claimed = claim_hold(booking=booking, mentee=user, now=now)
    except SessionError as error:
        if error.code == BUSY:
            # The database was too busy and nothing is wrong with the time: it stays held, and a button tries again.
            request.session[HOLD], request.session[SEARCHED] = kept, searched
            messages.warning(request, error.message, extra_tags=error.code)
            return reverse("book", args=[booking.offer.profile.slug])
        release_hold(booking=booking, now=now)
        return redirect_after_refusal(request, booking, error)
    note_what_led_here(booking.offer.profile, *searched)
    offer_help(request, [booking.engagement.brief.question])
    messages.success(request, booked_text(claimed))
    return reverse("session", args=[claimed.uuid])


def redirect_if_mentor_gone(request: HttpRequest, slug: str) -> str | None:
    """Where to go when the mentor of the held time can't be seen any more."""
    booking = held_here(request)
    if booking is None or booking.offer.profile.slug != slug:
        return None
    if booking.offer.profile.is_seen_by(signed_in(request)):
        return None
    return redirect_after_refusal(request, booking, closed_error(booking.offer.profile))


def redirect_after_refusal(request: HttpRequest, booking: Booking, error: SessionError) -> str:
    """Say why the held time can't be booked, and redirect to where another can be chosen, with the question kept.

    That is the mentor's page, or the search if the mentor can't be seen any more.
    """
    messages.warning(request, error.message, extra_tags=error.code)
    profile, query = booking.offer.profile, QueryDict(mutable=True)
    query["q"] = booking.engagement.brief.question
    if not profile.is_seen_by(signed_in(request)):
        return f"{reverse('mentor_list')}?{query.urlencode()}"
    query["offer"] = str(booking.offer.uuid)
    return f"{reverse('mentor_detail', args=[profile.slug])}?{query.urlencode()}"


def redirect_to_booked(request: HttpRequest, booking: Booking) -> HttpResponse:
    messages.success(request, booked_text(booking))
    return redirect("session", booking.uuid)


def booked_text(booking: Booking) -> str:
    if booking.state == BookingState.REQUESTED:
        return _("Your request is on its way to %(name)s.") % {"name": booking.mentor.display_name}
    return _("You’re booked with %(name)s.") % {"name": booking.mentor.display_name}
