"""Web sessions in Postgres. A cookie can hold anything, so only a text that could be a key is looked up."""

import re

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

KEY = re.compile(r"[a-z0-9]{8,40}")


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key and KEY.fullmatch(key))
