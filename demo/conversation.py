"""Messages of Sam and Priya before their upcoming session, so that a first look finds a thread in use."""

from datetime import datetime, timedelta

from sessions_app.booking.changes import edit_brief
from sessions_app.models import Booking, BookingState, Message, ReadMarker
from sessions_app.questions.brief_input import BriefInput

from .people import DOMAIN

QUESTION = (
    "My manager matched my new offer, plus a promotion in six months. I have until Friday. "
    "What should I ask before I say yes or no?"
)
ANSWERS: dict[str, str | int] = {
    "options": "Stay, with the promise\nGo, and tell them on Monday",
    "leaning": "Go: the promise was only said out loud",
    "sure": 6,
}
SAID = (
    (True, "Got it. Is the promotion written down anywhere? If so, bring it with the names taken out."),
    (False, "Only said out loud so far.\n\nTwo people heard it, my manager and hers."),
    (True, "Then “who else knows about it?” is our first question."),
)


def write_conversation(now: datetime) -> None:
    """All messages are read by both, so that no mail is due about them."""
    ahead = Booking.objects.filter(mentee__email=f"sam@{DOMAIN}", mentor__email=f"priya@{DOMAIN}")
    booking = ahead.filter(state=BookingState.CONFIRMED, during__startswith__gt=now).with_people().first()
    if booking is None or booking.mentee is None:
        return
    brief = BriefInput(QUESTION, "decision", done_when="I know the two lines I will send", answers=ANSWERS)
    edit_brief(booking=booking, brief=brief, by=booking.mentee, now=now)
    engagement, last = booking.engagement, 0
    for number, (by_mentor, words) in enumerate(SAID):
        author = booking.mentor if by_mentor else booking.mentee
        at = now - timedelta(hours=len(SAID) - number)
        last = Message.objects.create(engagement=engagement, author=author, body=words, key=f"{number}", sent_at=at).pk
    for person in (booking.mentor, booking.mentee):
        ReadMarker.objects.create(engagement=engagement, person=person, read_to=last)
