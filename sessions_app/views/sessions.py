"""My sessions, and everything about one of them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from common.pages.parts import vary_by_part, wants_part
from common.pages.tabs import tab_links
from live.pages import let_page_hear
from sessions_app.access import get_booking, get_news
from sessions_app.afterwards.feedback import why_not_feedback
from sessions_app.attendance.facts import Attendance
from sessions_app.availability.commitments import commitments_of
from sessions_app.booking.agenda import suggest_agenda
from sessions_app.booking.changes import is_late, why_not_cancel, why_not_edit, why_not_move
from sessions_app.booking.stages import SessionStage, stage_of
from sessions_app.conversation.reading import thread_of_session
from sessions_app.invites.elsewhere import notes_on
from sessions_app.models import Booking, Feedback, WrittenQuestion
from sessions_app.pages.rows import (
    NewestFirst,
    SessionRow,
    WrittenRow,
    answered_written_rows,
    open_written_rows,
    past_rows,
    upcoming_rows,
    waiting_rows,
)
from sessions_app.pages.session_afterwards import read_afterwards
from sessions_app.pages.session_attendance import attendance_panel_for
from sessions_app.pages.session_choices import list_choices
from sessions_app.pages.session_heading import heading_of
from sessions_app.pages.session_ledger import ledger_part_of
from sessions_app.pages.session_more_time import more_time_for
from sessions_app.pages.session_news import (
    PARTS,
    SessionNews,
    look_seldom,
    marks_of_time,
    needs_only_time,
    news_of,
    shows_all,
    watch_mark,
)
from sessions_app.pages.session_series import series_of
from sessions_app.pages.session_takeaways import takeaways_for
from sessions_app.pages.session_timeline import list_steps
from sessions_app.questions.engagements import why_not_share
from sessions_app.session_rows import read_beside

TABS = {
    "upcoming": gettext_lazy("Upcoming"),
    "waiting": gettext_lazy("Waiting"),
    "past": gettext_lazy("Past"),
    "cancelled": gettext_lazy("Cancelled"),
}
ROWS = 50
# How far ahead events are listed beside sessions.
LOOKS_AHEAD = timedelta(days=120)


@require_safe
def session_list(request: SignedInRequest) -> HttpResponse:
    now = timezone.now()
    mine = Booking.objects.visible_to(request.user)
    lists: dict[str, Any] = {
        "upcoming": mine.upcoming(now).with_people(),
        "waiting": mine.waiting().with_people(),
        "past": NewestFirst(Booking.objects.past(now), request.user),
        "cancelled": NewestFirst(Booking.objects.called_off(), request.user),
    }
    paginators: dict[str, Paginator[Booking]] = {tab: Paginator(found, ROWS) for tab, found in lists.items()}
    counts = {tab: paginators[tab].count for tab in ("upcoming", "waiting")}
    tab = request.GET.get("tab", "")
    is_elsewhere = tab in lists and tab != "upcoming"
    commitments = [] if is_elsewhere else commitments_of(request.user, since=now, until=now + LOOKS_AHEAD)
    if tab not in lists:
        # Nobody who waits for an answer is told first that they have nothing.
        tab = "waiting" if counts["waiting"] and not (counts["upcoming"] or commitments) else "upcoming"
    page = paginators[tab].get_page(request.GET.get("page"))
    context = {
        "rows": rows_of(page.object_list, tab, reader=request.user, now=now),
        "page": page,
        "tab": tab,
        "in_writing": in_writing_rows_of(request.user, tab, now=now) if page.number == 1 else [],
        "commitments": commitments,
        "tabs": tab_links(TABS, tab, href="?tab=", counts=counts),
        "nav": "sessions",
    }
    return render(request, "sessions_app/session/list.html", context)


def rows_of(bookings: Iterable[Booking], tab: str, *, reader: User, now: datetime) -> list[SessionRow]:
    if tab == "waiting":
        return waiting_rows(bookings, reader=reader)
    if tab != "past":
        return upcoming_rows(bookings, reader=reader, now=now)
    found = list(bookings)
    given = Feedback.objects.filter(author=reader, booking__in=found)
    return past_rows(found, reader=reader, answered=set(given.values_list("booking", flat=True)), now=now)


def in_writing_rows_of(reader: User, tab: str, *, now: datetime) -> list[WrittenRow]:
    """Questions that wait for an answer or, among what is past, the newest that were answered, by them or for them."""
    if tab in ("upcoming", "waiting"):
        return open_written_rows(WrittenQuestion.objects.visible_to(reader).open(now).with_people(), reader=reader)
    if tab != "past":
        return []
    found = list(WrittenQuestion.objects.visible_to(reader).answered().with_people()[:ROWS])
    given = Feedback.objects.filter(author=reader, written__in=found)
    return answered_written_rows(found, reader=reader, said=set(given.values_list("written", flat=True)), now=now)


@require_safe
def session_page(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The page; or, for one that is open and looks again, those of its parts that have changed."""
    now = timezone.now()
    if wants_part(request) and "watch" in request.GET:
        return vary_by_part(answer_look(request, uuid, now=now))
    context = session_context(request, get_booking(uuid, reader=request.user), now=now)
    return vary_by_part(render_session(request, context, now=now))


def answer_look(request: SignedInRequest, uuid: UUID, *, now: datetime) -> HttpResponse:
    """Screen readers read out what htmx swaps in, so a part that is the same isn't sent; mostly nothing is.

    What the mark stands for is read first: what changes meanwhile is told by the next look.
    """
    newest, facts = get_news(uuid, reader=request.user)
    if shows_all(request.GET, newest=newest, facts=facts, now=now):
        return HttpResponse(status=204)
    booking, asked = get_booking(uuid, reader=request.user), request.GET.dict()
    has_messages = request.GET.get("after") == str(newest)
    if has_messages and needs_only_time(request.GET["watch"], facts, booking, now):
        return render(
            request,
            "sessions_app/session/_news.html",
            time_context(booking, asked, watch=watch_mark(facts, now), now=now),
        )
    context = session_context(request, booking, now=now)
    news = news_of(context, newest=newest, now=now)
    changed = news.list_changed(asked) if news else [part for part in PARTS if part in asked]
    context |= {"news": news and news.only(asked), "changed": changed, "oob": True}
    response = render(request, "sessions_app/session/_news.html", context)
    if news is None or news.has_messages(asked):
        response["HX-Trigger"] = "messages"
    return response


def time_context(booking: Booking, asked: dict[str, str], *, watch: str, now: datetime) -> dict[str, Any]:
    """For an open page that needs nothing but the next minute of its dial, or the next part of its plan."""
    parts = suggest_agenda(booking.start, booking.booked_length)
    marks = marks_of_time(booking, parts, now)
    news = SessionNews.after_a_minute(asked, marks, watch, look_seldom(booking, now))
    return {
        "booking": booking,
        "stage": stage_of(booking, now),
        "parts": parts,
        "news": news.only(asked),
        "changed": news.list_changed(asked),
        "oob": True,
    }


def render_session(
    request: SignedInRequest, context: dict[str, Any], *, now: datetime, status: int = HTTPStatus.OK
) -> HttpResponse:
    """The whole page. Adds to a context of `session_context` what only a drawn page needs."""
    booking, reader, feedback = context["booking"], request.user, context["feedback"]
    let_page_hear(request, booking.engagement.stream)
    rows = context["rows"]
    context["thread"] = thread_of_session(booking, rows, reader=reader, now=now)
    context["news"] = news_of(context, newest=context["thread"].newest, now=now)
    context["series"] = series_of(booking, rows.contacts, reader=reader, feedback=feedback, now=now)
    context["calendar_notes"] = notes_on(booking, reader) if context["stage"].is_coming else []
    if context["stage"] == SessionStage.OVER:
        context["after"] = read_afterwards(booking, rows, reader=reader, now=now)
    return render(request, "sessions_app/session/page.html", context, status=status)


def session_context(request: SignedInRequest, booking: Booking, *, now: datetime) -> dict[str, Any]:
    reader = request.user
    other = booking.other_person(reader)
    stage = stage_of(booking, now)
    rows = read_beside(booking, reader=reader, now=now)
    feedback = rows.feedback_by(reader)
    schedule_zone = booking.offer.profile.schedule.timezone
    who = attendance_panel_for(Attendance(booking, tuple(rows.acts)), reader=reader, now=now)
    ledger_part = ledger_part_of(booking, rows, reader=reader, now=now)
    asks = not (feedback or who.question or who.claim) and why_not_feedback(booking, now=now) is None
    return {
        "booking": booking,
        "rows": rows,
        "other": other,
        "is_mentor": reader.pk == booking.mentor_id,
        # A person whose account was deleted has no name, and no clock any more.
        "their_zone": schedule_zone if other.pk == booking.mentor_id and other.name else other.timezone,
        "other_profile": booking.offer.profile if other.pk == booking.mentor_id else None,
        "sees_mentor": booking.offer.profile.is_public and rows.sees_mentor,
        "stage": stage,
        "parts": suggest_agenda(booking.start, booking.booked_length) if stage.is_agreed else (),
        "choices": list_choices(booking, reader=reader, now=now) if stage == SessionStage.COUNTERED else [],
        "steps": list_steps(booking, rows, reader=reader, now=now),
        "more_time": more_time_for(booking, reader=reader, now=now),
        "ledger_part": ledger_part,
        "takeaways": takeaways_for(booking, rows, reader=reader, now=now),
        "who": who,
        "heading": heading_of(who, asks=asks, is_freed=ledger_part.is_freed),
        "feedback": feedback,
        "asks": asks,
        "can_move": why_not_move(booking, by=reader, now=now) is None,
        "can_cancel": why_not_cancel(booking, by=reader, now=now) is None,
        "is_late": is_late(booking, now=now),
        "files": rows.files,
        "can_share": why_not_share(booking.engagement) is None,
        "can_edit": why_not_edit(booking, by=reader, now=now) is None,
        "nav": "sessions",
    }
