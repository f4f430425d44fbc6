"""Who asks, read in the same statement as what they ask for: for questions that open pages ask again and again.

Only where it is certain, and nothing else is to be noted or decided of this session. For all others the answer is
nobody, and the request goes its usual way: through Django's session and `accounts.middleware.PersonMiddleware`.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from common.statements import ModelColumns

from .models import User
from .session_store import SessionStore
from .viewing import cookie_zone
from .web_sessions import is_use_to_be_noted

# Whom a session belongs to is inside its text, which only we can read. The list of browsers says it too: it finds the
# person, and the text has to agree.
_PERSON = ModelColumns(User, "person")
READER_COLUMNS = f"web_session.session_data, {_PERSON.columns}"
READER_ROWS = """django_session AS web_session
JOIN usersessions_usersession AS browser ON browser.session_key = web_session.session_key
JOIN accounts_user AS person ON person.id = browser.user_id"""
READER_FOUND = "web_session.session_key = %(session)s AND web_session.expire_date > %(now)s AND person.is_active"


def read_certain_reader(request: HttpRequest, row: Sequence[Any]) -> User | None:
    """From a row of `READER_COLUMNS`; None where the usual way may find nobody, or has to note something."""
    text, *columns = row
    person, _rest = _PERSON.read_row(columns)
    session = SessionStore().decode(text)
    # Roles fall asleep, and a zone is learned from the browser, as a request passes.
    learns_zone = not person.timezone and cookie_zone(request)
    if person.needs_second_step or learns_zone or is_use_to_be_noted(session):
        return None
    is_signed_in = (
        session.get(SESSION_KEY) == str(person.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY) or "", person.get_session_auth_hash())
    )
    return person if is_signed_in else None
