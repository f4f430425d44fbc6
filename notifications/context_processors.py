"""What the header shows of the inbox."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from live.pages import let_page_hear
from live.streams import name_person_stream

from .inbox import MOST_COUNTED, unread_count


def inbox_bell(request: HttpRequest) -> dict[str, object]:
    """Lazy: parts of pages don't draw the header. The page hears of what is new in it."""
    # A page about a broken request may have no reader at all.
    reader = getattr(request, "user", None)
    if isinstance(reader, User):
        let_page_hear(request, name_person_stream(reader.pk))
    return {"unread": SimpleLazyObject(lambda: unread_of(request)), "most_counted": MOST_COUNTED}


def unread_of(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return unread_count(user, now=timezone.now()) if isinstance(user, User) else 0
