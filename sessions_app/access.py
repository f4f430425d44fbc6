"""Who may open what: the one row that a page is about, found among those that its reader takes part in.

Each raises Http404, the same for what belongs to other people as for what doesn't exist.
"""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User

from .models import Booking, Engagement, HeldTime, Route, SharedFile, WaitlistEntry, WrittenQuestion
from .session_rows import find_booking, find_newest_message, find_news


def get_booking(uuid: UUID, *, reader: User) -> Booking:
    if booking := find_booking(uuid, reader=reader):
        return booking
    raise Http404


def get_booking_as_mentee(uuid: UUID, *, reader: User) -> Booking:
    """What follows a session belongs to its mentee; its mentor doesn't find it."""
    booking = get_booking(uuid, reader=reader)
    if booking.mentee_id != reader.pk:
        raise Http404
    return booking


def get_booking_as_mentor(uuid: UUID, *, reader: User) -> Booking:
    """A request is answered by its mentor alone."""
    booking = get_booking(uuid, reader=reader)
    if booking.mentor_id != reader.pk:
        raise Http404
    return booking


def get_written(engagement: UUID, *, reader: User) -> WrittenQuestion:
    mine = WrittenQuestion.objects.visible_to(reader).with_people()
    return get_object_or_404(mine, engagement__uuid=engagement)


def get_written_as_mentee(engagement: UUID, *, reader: User) -> WrittenQuestion:
    """What follows an answer in writing belongs to its mentee; its mentor doesn't find it."""
    written = get_written(engagement, reader=reader)
    if written.mentee_id != reader.pk:
        raise Http404
    return written


def get_engagement(uuid: UUID, *, reader: User) -> Engagement:
    mine = Engagement.objects.visible_to(reader)
    return get_object_or_404(mine.select_related("mentor__mentor_profile", "mentee", "brief"), uuid=uuid)


def get_newest_message(engagement: UUID, *, reader: User) -> int:
    """The id of the newest message in this thread; 0 while there is none."""
    newest = find_newest_message(engagement, reader=reader)
    if newest is None:
        raise Http404
    return newest


def get_news(booking: UUID, *, reader: User) -> tuple[int, str]:
    """What `find_news` says of this session."""
    news = find_news(booking, reader=reader)
    if news is None:
        raise Http404
    return news


def get_shared_file(uuid: UUID, *, reader: User, now: datetime) -> SharedFile:
    return get_object_or_404(SharedFile.objects.visible_to(reader, now=now).select_related("engagement"), uuid=uuid)


def get_readable_file(uuid: UUID, *, reader: User, now: datetime) -> SharedFile:
    """A file whose content this person may have."""
    file = get_shared_file(uuid, reader=reader, now=now)
    if not file.is_open_to(reader):
        raise Http404
    return file


def get_waitlist_entry(uuid: UUID, *, reader: User) -> WaitlistEntry:
    return get_object_or_404(WaitlistEntry, person=reader, uuid=uuid)


def get_route(uuid: UUID, *, reader: User) -> Route:
    """One on which this mentor is asked for a time."""
    mine = Route.objects.requests().filter(mentor=reader)
    return get_object_or_404(mine.select_related("waiting__person", "waiting__brief", "held__booking"), uuid=uuid)


def get_held_time(uuid: UUID, *, reader: User) -> HeldTime:
    mine = HeldTime.objects.filter(person=reader)
    return get_object_or_404(
        mine.select_related("waiting", "booking__mentor", "booking__offer__profile__schedule"), uuid=uuid
    )
