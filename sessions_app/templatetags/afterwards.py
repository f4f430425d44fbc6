"""For pages about a session that is over, or a question that was answered."""

from django import template

from sessions_app.models import Contact, Resolution
from sessions_app.questions import contacts

register = template.Library()


@register.filter
def page_of(contact: Contact) -> str:
    return contacts.page_of(contact)


@register.simple_tag
def resolutions() -> list[tuple[str, str]]:
    return [(value, str(label)) for value, label in Resolution.choices]
