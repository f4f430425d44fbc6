"""What the mails about a booking say: each is rendered at the moment it leaves, from the booking as it is then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.conf import settings
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils.translation import gettext as _

from accounts.models import User
from common.clock_changes import clock_change_note
from common.mail.rendering import Context, absolute_url
from common.times import days_away
from mentors.models import Format
from notifications.models import Notification
from notifications.readers import NoticeReader
from notifications.registry import NEVER_TOLD, Attachment, Message, Nothing
from sessions_app.booking.meeting import is_held_here
from sessions_app.booking.series_plan import page_for_another_time
from sessions_app.invites.elsewhere import needs_invitation
from sessions_app.invites.ics import build_invite
from sessions_app.models import Booking, BookingEvent, BookingState, Confirmation
from sessions_app.models.states import CALLED_OFF, MISSED
from sessions_app.questions.addresses import QUESTION_IN_ADDRESS, hours_address, mentor_address, question_query
from sessions_app.questions.brief_summary import brief_line
from sessions_app.questions.other_mentors import free_elsewhere
from sessions_app.questions.same_question import asked_already

from .net_change import has_acted, has_heard, start_told


@dataclass(frozen=True, slots=True)
class BookingForReader(NoticeReader):
    """One booking as one of its people reads about it."""

    booking: Booking

    @property
    def other(self) -> User:
        return self.booking.other_person(self.person)

    @property
    def is_mentor(self) -> bool:
        return self.person.pk == self.booking.mentor_id

    # As on the page of the session: mentors keep their week in a zone of its own. A person whose account was deleted
    # has no name, and no clock any more.
    def zone_of(self, other: User) -> str:
        is_mentor = other.pk == self.booking.mentor_id and other.name
        return self.booking.offer.profile.schedule.timezone if is_mentor else other.timezone

    @property
    def sender_name(self) -> str:
        """Of a booking that counts for a programme, that programme is named beside the other person; else nothing."""
        if self.booking.programme is None:
            return ""
        return _("%(name)s via %(site)s") % {"name": self.other.first_name, "site": self.booking.programme.name}


def meeting_facts(reading: BookingForReader) -> Context:
    """Who meets whom, when and how, also of a time that is only held."""
    booking, other = reading.booking, reading.other
    start, end = booking.start, booking.end
    return {
        "other": other.display_name,
        "first": other.first_name,
        "minutes": booking.length,
        "how": how_text(booking.format),
        "day": reading.day(start),
        "short_day": reading.day(start, short=True),
        "clock": reading.clock(start),
        "span": reading.span(start, end),
        "zone": reading.zone_label(start),
        "theirs": reading.time_of(other, start, end),
        "clock_note": clock_note(reading, reading.booking.start),
    }


def clock_note(reading: BookingForReader, start: datetime) -> str:
    other, person = reading.other, reading.person
    their_zone = reading.zone_of(other)
    return clock_change_note(start, reading.now, reading.zone, their_zone, other.first_name, person.hour12)


def booking_facts(reading: BookingForReader) -> Context:
    booking, start = reading.booking, reading.booking.start
    return {
        **meeting_facts(reading),
        "booking": booking,
        "is_mentor": reading.is_mentor,
        "mentor_first": booking.mentor.first_name,
        "is_chat": booking.format == Format.CHAT,
        "try_url": absolute_url("session_call", booking.uuid) if is_held_here(booking) else "",
        "has_camera": booking.format == Format.VIDEO,
        "when": reading.when(start),
        "short_when": reading.when_in_city(start, short=True),
        "city": reading.city,
        "their_start": reading.time_of(reading.other, start),
        "question": booking.question,
        "brief": brief_line(booking.engagement, reading.now) if reading.is_mentor else "",
        "opens": reading.clock(booking.join_opens),
        "reason": booking.reason,
        **booking_addresses(booking),
        **facts_of_others(reading),
    }


def facts_of_others(reading: BookingForReader) -> Context:
    """Once one session comes to nothing: how many others on its question stay, and where their mentee adds another."""
    if reading.booking.state not in (*CALLED_OFF, *MISSED):
        return {}
    others = list(Booking.objects.others_of(reading.booking))
    stay = [one for one in others if one.state == BookingState.CONFIRMED and one.end > reading.now]
    facts: Context = {"others_stay": len(stay)}
    page = page_for_another_time(others, now=reading.now)
    if page and reading.booking.offer.profile.is_seen_by(reading.booking.mentee):
        facts["mentor_url"] = absolute_url(page[0], page[1].uuid)
    return facts


def booking_addresses(booking: Booking) -> Context:
    names = {
        "page": "session",
        "brief": "session_question",
        "move": "session_move",
        "cancel": "session_cancel",
        "respond": "session_respond",
    }
    profile, engagement = booking.offer.profile, booking.engagement
    search_url = f"{absolute_url('mentor_list')}?{question_query(engagement)}"
    mentor_page = mentor_address(
        profile.slug, offer=booking.offer, words=engagement.brief.question[:QUESTION_IN_ADDRESS]
    )
    return {
        **{f"{name}_url": absolute_url(view, booking.uuid) for name, view in names.items()},
        # Where the mentee doesn't see the mentor any more, others can help.
        "mentor_url": settings.SITE_URL + mentor_page if profile.is_seen_by(booking.mentee) else search_url,
        "search_url": search_url,
    }


def how_text(format_name: str) -> str:
    words = {Format.VIDEO: _("by video"), Format.PHONE: _("by audio call"), Format.CHAT: _("by chat")}
    return words[Format(format_name)]


def render_booking_email(
    reading: BookingForReader, template: str, extra: Context | None = None, *, method: str = ""
) -> Message:
    """`method` names the calendar method of the file that goes with it, if one does.

    None goes to a person into whose calendar we write ourselves.
    """
    thread = f"<booking-{reading.booking.uuid}@{settings.SITE_HOST}>"
    invites = bool(method) and needs_invitation(reading.booking, reading.person, now=reading.now)
    return reading.render_email(
        template,
        booking_facts(reading) | {"has_file": invites, "is_written": bool(method) and not invites} | (extra or {}),
        attachments=invite_attachments(reading, method) if invites else (),
        headers={"In-Reply-To": thread, "References": thread},
        from_name=reading.sender_name,
    )


def invite_attachments(reading: BookingForReader, method: str) -> tuple[Attachment, ...]:
    content = build_invite(reading.booking, for_person=reading.person, method=method)
    name = "cancel.ics" if method == "CANCEL" else "invite.ics"
    return (Attachment(name, content, f"text/calendar; method={method}; charset=utf-8"),)


def render_requested_email(reading: BookingForReader) -> Message:
    return render_booking_email(
        reading, "booking/requested_mentor" if reading.is_mentor else "booking/requested_mentee", answer_by(reading)
    )


def render_extended_email(reading: BookingForReader) -> Message:
    return render_booking_email(reading, "booking/extended", answer_by(reading))


def answer_by(reading: BookingForReader) -> Context:
    deadline = reading.booking.expires_at
    return {"deadline": reading.when(deadline, short=True) if deadline else ""}


def render_booked_email(reading: BookingForReader, *, accepted: bool = False, chosen: bool = False) -> Message:
    """`accepted` by the mentor as it was asked for, or `chosen` by the mentee among the times offered instead."""
    template = "booking/booked_mentor" if reading.is_mentor else "booking/booked_mentee"
    facts = {"accepted": accepted, "chosen": chosen} | change_until(reading)
    return render_booking_email(reading, template, facts, method="REQUEST")


def render_countered_email(reading: BookingForReader, *, again: bool = False) -> Message:
    """`again`: a reminder of the times, none of which is chosen yet."""
    spans = reading.booking.held_spans()
    facts = {
        "again": again,
        "asked": reading.when(reading.booking.asked_span().lower, short=True),
        "count": len(spans),
        "dates": [choice_facts(reading, span) for span in spans],
    }
    return render_booking_email(reading, "booking/countered", facts | answer_by(reading))


def choice_facts(reading: BookingForReader, span: DateTimeTZRange) -> Context:
    start = span.lower
    return {
        "when": reading.when(start),
        "theirs": reading.time_of(reading.other, start),
        "clock_note": clock_note(reading, start),
        "url": absolute_url("session", reading.booking.uuid),
    }


def change_until(reading: BookingForReader) -> Context:
    """Until when this person may still move the session; a mentor may until it starts."""
    if reading.is_mentor:
        return {"move_until": "", "can_move": True}
    notice = timedelta(minutes=reading.booking.offer.profile.schedule.move_notice)
    last = reading.booking.start - notice
    return {"move_until": reading.when(last, short=True), "can_move": last > reading.now}


def render_moved_email(reading: BookingForReader) -> Message | Nothing:
    """Tells of the move from the time that this person was told last, or of the booking if they were told of none."""
    booking, person = reading.booking, reading.person
    change = last_move(booking)
    by_me = change is not None and change[0] == person.pk
    old = start_told(booking, person)
    if old is None and (by_me or not has_acted(booking, person)):
        return render_booked_email(reading, accepted=was_requested(booking))
    if old is None and change:
        old = change[1].lower
    if old == booking.start:
        return Nothing("back at the time they were told")
    extra: Context = {"by_me": by_me, "old_when": ""}
    if old:
        extra |= {"old_when": reading.when(old), "old_short": reading.when(old, short=True)}
    return render_booking_email(reading, "booking/moved", extra, method="REQUEST")


def was_requested(booking: Booking) -> bool:
    return BookingEvent.objects.filter(booking=booking, to_state=BookingState.REQUESTED).exists()


def last_move(booking: Booking) -> tuple[int | None, DateTimeTZRange] | None:
    events = list(BookingEvent.objects.filter(booking=booking).order_by("-at", "-pk"))
    for event, before in pairwise(events):
        if event.during.lower != before.during.lower:
            return event.by_id, before.during
    return None


def render_counter_expired_email(reading: BookingForReader) -> Message:
    others = {} if reading.is_mentor else soonest_elsewhere(reading)
    return render_booking_email(reading, "booking/counter_expired", others)


def render_called_off_email(reading: BookingForReader, *, template: str) -> Message:
    return render_booking_email(reading, template, soonest_elsewhere(reading))


def soonest_elsewhere(reading: BookingForReader) -> Context:
    """Other mentors who could help with the same question and were not asked yet, and when they are free first."""
    booking = reading.booking
    others = free_elsewhere(
        booking.question,
        mentee=reading.person,
        without=booking.offer.profile,
        now=reading.now,
        asked=asked_already(booking.engagement),
        query=question_query(booking.engagement),
    )
    return {**others}


def render_cancelled_email(reading: BookingForReader) -> Message | Nothing:
    booking, heard = reading.booking, has_heard(reading.booking, reading.person)
    canceller = booking.ended_by_id
    if not heard and (canceller == reading.person.pk or not has_acted(booking, reading.person)):
        return Nothing(NEVER_TOLD)
    extra: Context = {
        "by_me": canceller == reading.person.pk,
        "cannot_take_place": booking.cannot_take_place,
        "not_confirmed": booking.cannot_take_place
        and Confirmation.objects.freed().filter(booking=booking, person=reading.person, start=booking.start).exists(),
        "by_staff": canceller not in (None, booking.mentor_id, booking.mentee_id),
        "hours_url": settings.SITE_URL + hours_address(booking.start),
    }
    if not reading.is_mentor and not extra["by_me"]:
        extra |= soonest_elsewhere(reading)
    # Only a session that was confirmed, and told to this person, can be in their calendar.
    return render_booking_email(
        reading, "booking/cancelled", extra, method="CANCEL" if booking.confirmed_at and heard else ""
    )


def render_withdrawn_email(reading: BookingForReader) -> Message | Nothing:
    if not has_heard(reading.booking, reading.person):
        return Nothing(NEVER_TOLD)
    was_countered = reading.booking.counter_times.exists()
    return render_booking_email(reading, "booking/withdrawn", {"was_countered": was_countered})


def render_day_reminder(reading: BookingForReader) -> Message:
    is_tomorrow = days_away(reading.booking.start, reading.zone, reading.now) == 1
    return render_booking_email(reading, "booking/reminder_day", {"is_tomorrow": is_tomorrow} | change_until(reading))


def render_request_waiting_email(reading: BookingForReader) -> Message | Nothing:
    booking = reading.booking
    if booking.extended:
        return Nothing("more time taken")
    others = Booking.objects.filter(booked_with=booking.booked_with_id, state=BookingState.REQUESTED)
    if booking.booked_with_id and others.filter(pk__lt=booking.pk).exists():
        return Nothing("said of the first of these dates")
    return render_booking_email(reading, "booking/request_waiting", answer_by(reading))


Say = Callable[[BookingForReader], Message | Nothing]


def render_current_booking(row: Notification, now: datetime, *, states: tuple[str, ...], say: Say) -> Message | Nothing:
    """Render from the booking as it is now; Nothing if it has changed since the row was written."""
    booking = Booking.objects.with_people().select_related("offer__profile__schedule").filter(pk=row.subject_id).first()
    if booking is None:
        return Nothing("no such booking")
    if booking.version != row.subject_version or booking.state not in states:
        return Nothing("moved on")
    return say(BookingForReader(row.recipient, now, booking))
