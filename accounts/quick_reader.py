"""Who asks, read in the same statement as their session, or even as what they ask for.

Only where it is certain. For all others the answer is nobody, and Django looks for itself, as of sessions from before
browsers were listed, and after the secret key has changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from .models import User
from .session_store import PERSON, SessionStore
from .viewing import cookie_zone
from .web_sessions import is_use_to_be_noted

# Whom a session belongs to is inside its text, which only we can read. The list of browsers says it too: it finds the
# person, and the text has to agree.
READER_COLUMNS = f"web_session.session_data, {PERSON.columns}"
READER_ROWS = """django_session AS web_session
JOIN usersessions_usersession AS browser ON browser.session_key = web_session.session_key
JOIN accounts_user AS person ON person.id = browser.user_id"""
READER_FOUND = "web_session.session_key = %(session)s AND web_session.expire_date > %(now)s AND person.is_active"


def read_owner(session: SessionBase) -> User | None:
    """The person who is signed in, if the session itself says the same as the list of browsers."""
    has_somebody = SESSION_KEY in session  # loads it
    person = session.listed_person if isinstance(session, SessionStore) else None
    return person if has_somebody and person and is_signed_in(session, person) else None


def read_certain_reader(request: HttpRequest, row: Sequence[Any]) -> User | None:
    """For questions that open pages ask again and again, from a row of `READER_COLUMNS`.

    None also where something else is to be noted or decided of this session: then the request goes its usual way,
    through `accounts.middleware.PersonMiddleware`.
    """
    text, *columns = row
    person, _rest = PERSON.read_row(columns)
    session = SessionStore().decode(text)
    # Roles fall asleep, and a zone is learned from the browser, as a request passes.
    learns_zone = not person.timezone and cookie_zone(request)
    if person.needs_second_step or learns_zone or is_use_to_be_noted(session):
        return None
    return person if is_signed_in(session, person) else None


# As Django finds it, with the newest secret key.
def is_signed_in(session: SessionBase | Mapping[str, Any], person: User) -> bool:
    return (
        session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY) or "", person.get_session_auth_hash())
    )
