"""Asked only where a page is about a session that is over, or a question that is answered."""

from datetime import datetime

from django import template

from sessions_app.afterwards.feedback import why_not_feedback_in_writing
from sessions_app.models import Contact, Resolution, WrittenQuestion
from sessions_app.questions import contacts

register = template.Library()


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
