"""Sessions that count against someone, written as the acts leave them behind."""

from datetime import datetime, timedelta

from accounts.models import User
from mentors.models import Offer
from sessions_app.models import Booking, BookingState, Brief, Engagement

LENGTH = timedelta(minutes=25)


def miss(offer: Offer, mentee: User, *ends: datetime, by_mentor: bool = False) -> list[Booking]:
    """Sessions that ended at these moments and that the mentee, or the mentor, missed."""
    mentor, made = offer.profile.person, []
    for end in ends:
        brief = Brief.objects.create(question="Do I?", author=mentee)
        engagement = Engagement.objects.create(mentor=mentor, mentee=mentee, brief=brief, closed_at=end)
        booking = Booking.objects.create(
            engagement=engagement,
            offer=offer,
            mentor=mentor,
            mentee=mentee,
            during=(end - LENGTH, end),
            format=offer.format,
            state=BookingState.MENTOR_NO_SHOW if by_mentor else BookingState.MENTEE_NO_SHOW,
            created_at=end - 3 * LENGTH,
            confirmed_at=end - 3 * LENGTH,
        )
        booking.refresh_from_db()
        made.append(booking)
    return made
