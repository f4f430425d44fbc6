"""Asked only where a page is about a session that is over, or a question that is answered."""

from datetime import datetime

from django import template

from sessions_app.afterwards.feedback import why_not_feedback_in_writing
from sessions_app.models import Booking, Contact, Feedback, Resolution, WrittenQuestion
from sessions_app.questions import contacts
from sessions_app.views.session_afterwards import AfterAnswer, Afterwards, after_answer, read_afterwards

register = template.Library()


@register.simple_tag(takes_context=True)
def afterwards_of(context: template.Context, booking: Booking, own: Feedback | None) -> Afterwards:
    return read_afterwards(booking, reader=context["request"].user, own=own, now=context["now"])


@register.simple_tag(takes_context=True)
def after_answer_of(context: template.Context, written: WrittenQuestion) -> AfterAnswer:
    return after_answer(written, reader=context["request"].user, now=context["now"])


@register.filter
def page_of(contact: Contact) -> str:
    return contacts.page_of(contact)


@register.filter
def can_be_said_of(written: WrittenQuestion, now: datetime) -> bool:
    """Whether its mentee may still be asked whether it helped."""
    return why_not_feedback_in_writing(written, now=now) is None


@register.simple_tag
def resolutions() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Resolution.choices]
