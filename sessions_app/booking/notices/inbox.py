"""What the inbox says about bookings, one line each. News comes from the log, so old lines stay true."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from notifications.models import InboxItem
from notifications.readers import NoticeReader
from notifications.registry import InboxLine, kind_named
from sessions_app.models import Booking, BookingEvent, Feedback

from .reminders import REMINDER_KINDS


@dataclass(frozen=True, slots=True)
class BookingNews:
    """One item of a reader's inbox. `by`: who did it, None for the clock; `answered`: the reader has given feedback."""

    item: InboxItem
    booking: Booking
    reader: User
    start: datetime
    by: int | None
    answered: bool
    now: datetime

    @property
    def is_by_reader(self) -> bool:
        return self.by == self.reader.pk

    @property
    def is_mentor(self) -> bool:
        return self.booking.mentor_id == self.reader.pk

    @property
    def is_only_time(self) -> bool:
        """Of those that the mentor offered instead."""
        return len(self.booking.counter_times.all()) == 1

    @property
    def words(self) -> dict[str, object]:
        return {
            "name": self.booking.other_person(self.reader).first_name,
            "when": NoticeReader(self.reader, self.now).when(self.start, short=True),
            "minutes": self.booking.length,
        }


def requested_sentence(news: BookingNews) -> str:
    if news.is_mentor:
        return _("%(name)s is asking for %(minutes)s minutes: %(when)s")
    return _("You asked %(name)s for %(minutes)s minutes: %(when)s")


def extended_sentence(news: BookingNews) -> str:
    return _("%(name)s needs more time to answer: %(when)s")


def booked_sentence(news: BookingNews) -> str:
    if news.is_mentor:
        return _("%(name)s booked %(minutes)s minutes: %(when)s")
    return _("You booked %(minutes)s minutes with %(name)s: %(when)s")


def accepted_sentence(news: BookingNews) -> str:
    if news.is_mentor:
        return _("You accepted %(name)s’s request: %(when)s")
    return _("%(name)s accepted your request: %(when)s")


def countered_sentence(news: BookingNews) -> str:
    if news.is_only_time:
        return _("%(name)s has offered you another time: %(when)s")
    return _("%(name)s has offered you other times, the first on %(when)s")


def counter_waiting_sentence(news: BookingNews) -> str:
    if news.is_only_time:
        return _("%(name)s is still waiting for your answer about %(when)s")
    return _("%(name)s is still waiting for you to choose a time: the first is %(when)s")


def chosen_sentence(news: BookingNews) -> str:
    if news.is_mentor:
        return _("%(name)s chose one of your times: %(when)s")
    return _("You chose a time with %(name)s: %(when)s")


def counter_expired_sentence(news: BookingNews) -> str:
    if news.is_mentor:
        return _("%(name)s didn’t choose any of the times you offered instead of %(when)s")
    return _("You didn’t choose any of the times that %(name)s offered instead of %(when)s")


def moved_sentence(news: BookingNews) -> str:
    if news.is_by_reader:
        return _("You rescheduled your session with %(name)s to %(when)s")
    return _("%(name)s rescheduled your session to %(when)s")


def cancelled_sentence(news: BookingNews) -> str:
    if news.is_by_reader:
        return _("You cancelled your session with %(name)s: %(when)s")
    if news.by == news.booking.other_person(news.reader).pk:
        return _("%(name)s cancelled your session: %(when)s")
    if news.booking.cannot_take_place:
        return _("Your session with %(name)s can’t take place: %(when)s")
    return _("Your session with %(name)s was cancelled: %(when)s")


def declined_sentence(news: BookingNews) -> str:
    return _("%(name)s can’t take your session: %(when)s")


def request_expired_sentence(news: BookingNews) -> str:
    return _("%(name)s didn’t answer in time: %(when)s")


def withdrawn_sentence(news: BookingNews) -> str:
    return _("%(name)s withdrew the request for %(when)s")


def request_waiting_sentence(news: BookingNews) -> str:
    return _("%(name)s is waiting for your answer: %(when)s")


def reminder_sentence(news: BookingNews) -> str:
    return _("Your session with %(name)s: %(when)s")


def feedback_request_sentence(news: BookingNews) -> str:
    if news.answered:
        return _("You said how %(minutes)s minutes with %(name)s went")
    if news.is_mentor:
        return _("Did you answer %(name)s’s question?")
    return _("Did %(minutes)s minutes with %(name)s help?")


def missed_sentence(news: BookingNews) -> str:
    return _("You missed your session with %(name)s: %(when)s")


def did_not_join_sentence(news: BookingNews) -> str:
    return _("%(name)s didn’t join: %(when)s")


def explained_sentence(news: BookingNews) -> str:
    return _("%(name)s told us what happened: %(when)s")


def attendance_decided_sentence(news: BookingNews) -> str:
    return _("Our team looked at your session with %(name)s: %(when)s")


def running_late_sentence(news: BookingNews) -> str:
    return _("%(name)s is running late: %(when)s")


def not_here_sentence(news: BookingNews) -> str:
    return _("%(name)s is waiting for you in your session: %(when)s")


def says_came_sentence(news: BookingNews) -> str:
    return _("%(name)s says they came: %(when)s")


def contested_sentence(news: BookingNews) -> str:
    return _("%(name)s has asked our team to look into your session: %(when)s")


def confirm_session_sentence(news: BookingNews) -> str:
    return _("Confirm your session with %(name)s: %(when)s")


Sentence = Callable[[BookingNews], str]
SENTENCES: dict[str, Sentence] = {
    "requested": requested_sentence,
    "extended": extended_sentence,
    "booked": booked_sentence,
    "accepted": accepted_sentence,
    "moved": moved_sentence,
    "countered": countered_sentence,
    "counter_waiting": counter_waiting_sentence,
    "chosen": chosen_sentence,
    "counter_expired": counter_expired_sentence,
    "cancelled": cancelled_sentence,
    "declined": declined_sentence,
    "request_expired": request_expired_sentence,
    "withdrawn": withdrawn_sentence,
    "missed": missed_sentence,
    "did_not_join": did_not_join_sentence,
    "explained": explained_sentence,
    "attendance_decided": attendance_decided_sentence,
    "request_waiting": request_waiting_sentence,
    "feedback_request": feedback_request_sentence,
    "running_late": running_late_sentence,
    "not_here": not_here_sentence,
    "says_came": says_came_sentence,
    "contested": contested_sentence,
    "confirm_session": confirm_session_sentence,
    **dict.fromkeys(REMINDER_KINDS, reminder_sentence),
}
WITH_TIMES = ("countered", "counter_waiting")
PAGES = {"request_waiting": "session_respond", "feedback_request": "session_feedback"}


def booking_inbox_lines(items: Sequence[InboxItem], reader: User, now: datetime) -> Mapping[int, InboxLine]:
    """Takes three queries for any number of items, and a fourth if other times were offered in any of them."""
    wanted = {item.subject_id for item in items}
    visible = Booking.objects.visible_to(reader).with_people()
    if any(item.kind in WITH_TIMES for item in items):
        visible = visible.prefetch_related("counter_times")
    bookings = visible.in_bulk(wanted)
    events = BookingEvent.objects.filter(booking__in=bookings, at__in={item.at for item in items})
    log = {(event.booking_id, event.at): event for event in events}
    answered = set(Feedback.objects.filter(author=reader, booking__in=bookings).values_list("booking", flat=True))

    def news_of(item: InboxItem, booking: Booking) -> BookingNews:
        event = log.get((booking.pk, item.at)) if not kind_named(item.kind).passing else None
        start, by = (event.during.lower, event.by_id) if event else (booking.start, None)
        return BookingNews(item, booking, reader, start, by, booking.pk in answered, now)

    known = [item for item in items if item.subject_id in bookings]
    return {item.pk: booking_inbox_line(news_of(item, bookings[item.subject_id])) for item in known}


def booking_inbox_line(news: BookingNews) -> InboxLine:
    kind = news.item.kind
    page = reverse(PAGES.get(kind, "session"), args=[news.booking.uuid])
    return InboxLine(SENTENCES[kind](news) % news.words, page)
