"""Web sessions in Postgres. A cookie can hold anything, so only a text that could be a key is looked up.

The list of browsers says whose a session is, so its person is read along (`quick_reader.read_owner`).
"""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from common.statements import ModelColumns, Prepared

from .models import User

KEY = re.compile(r"[a-z0-9]{8,40}")
_SESSION = ModelColumns(Session, "session")
PERSON = ModelColumns(User, "person")
# What Django asks too, in two queries. Each request of a person does, and the ORM composes longer than the database
# looks.
SESSION = Prepared(
    f"""
SELECT {_SESSION.columns}, {PERSON.columns} FROM django_session AS session
LEFT JOIN usersessions_usersession AS browser ON browser.session_key = session.session_key
LEFT JOIN accounts_user AS person ON person.id = browser.user_id AND person.is_active
WHERE session.session_key = %(key)s AND session.expire_date > %(now)s
"""
)


class SessionStore(DatabaseStore):
    """`listed_person`: whose browser it is, as of when it was loaded. Only its text says who is signed in."""

    listed_person: User | None = None

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))

    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            SESSION.execute(cursor, {"key": self.session_key, "now": timezone.now()})
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        session, columns = _SESSION.read_row(row)
        person, _rest = PERSON.read_row(columns)
        self.listed_person = person if person.pk else None
        return session
