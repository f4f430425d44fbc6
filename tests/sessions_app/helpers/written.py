"""Questions in writing as the pages ask and answer them."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from mentors.models import Format, MentorProfile, Offer
from search.indexing import write_profiles
from sessions_app.afterwards.feedback import give_written_feedback
from sessions_app.conversation.messages import send_message
from sessions_app.models import Feedback, WrittenQuestion
from sessions_app.questions.brief_input import BriefInput
from sessions_app.written.acts import ask_in_writing
from tests.conftest import NOW

QUESTION = "Should I take the counter-offer?"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWERED = NOW + HOUR


def writes(profile: MentorProfile) -> Offer:
    offer = profile.offers.create(length=15, format=Format.WRITING)
    write_profiles([profile.pk])
    return offer


def ask(offer: Offer, mentee: User, *, now: datetime = NOW, key: str = "k", **fields: Any) -> WrittenQuestion:
    return ask_in_writing(offer=offer, mentee=mentee, now=now, key=key, **({"brief": BriefInput(QUESTION)} | fields))


def reply(written: WrittenQuestion, body: str = "Take it.", *, now: datetime = ANSWERED) -> WrittenQuestion:
    """The mentor's answer."""
    said = {"engagement": written.engagement, "by": written.mentor, "key": body[:20], "answers": True}
    send_message(body=body, now=now, **said)
    written.refresh_from_db()
    return written


def say(written: WrittenQuestion, resolution: str = "partly", *, now: datetime = ANSWERED, **answers: Any) -> Feedback:
    given = {"resolution": resolution, **answers}
    return give_written_feedback(written=written, by=written.mentee, now=now, answers=given)
