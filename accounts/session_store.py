"""Web sessions in Postgres. A cookie can hold anything, so only a text that could be a key is looked up."""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from common.statements import ModelColumns, Prepared

KEY = re.compile(r"[a-z0-9]{8,40}")
_SESSION = ModelColumns(Session, "session")
# What Django asks too. Each request of a person does, and the ORM composes longer than the database looks.
SESSION = Prepared(
    f"""
SELECT {_SESSION.columns} FROM django_session AS session
WHERE session.session_key = %(key)s AND session.expire_date > %(now)s
"""
)


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))

    def _get_session_from_db(self) -> Session | None:
        with connection.cursor() as cursor:
            SESSION.execute(cursor, {"key": self.session_key, "now": timezone.now()})
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return None
        return _SESSION.read_row(row)[0]
