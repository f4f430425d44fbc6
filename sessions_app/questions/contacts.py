"""What lists show of a contact, which is a session or an answer in writing: when it was, and its page."""

from datetime import datetime

from django.urls import reverse

from sessions_app.models import Contact, WrittenQuestion


def moment_of(contact: Contact) -> datetime:
    """When the session began, or the answer came."""
    return contact.end if isinstance(contact, WrittenQuestion) else contact.start


def page_of(contact: Contact) -> str:
    if isinstance(contact, WrittenQuestion):
        return f"{reverse('thread', args=[contact.engagement.uuid])}#messages"
    return reverse("session", args=[contact.uuid])
