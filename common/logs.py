"""What a line of the log looks like, to which request it belongs, and which secrets it leaves out."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

# Parts of addresses that give access to something.
SECRET_PARTS = re.compile(
    r"(/(?:calendar|unsubscribe|figure-mails|invitations|password/new)/|/live/\?t=|[?&]jwt=)[^\s?&\"']+"
)
# Of the request that this thread answers at the moment; empty outside of any.
request_id: ContextVar[str] = ContextVar("request_id", default="")
# The name of its page, once that is known.
route: ContextVar[str] = ContextVar("route", default="")
# What `logging` itself puts into each record; all else was said by `extra`.
USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}


def without_secrets(text: str) -> str:
    return SECRET_PARTS.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """A filter that removes secrets from a record before any handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = without_secrets(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True


class WithRequestId(logging.Filter):
    """Lets every line name the request in which it was written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request = request_id.get() or "-"
        return True


class JsonLine(logging.Formatter):
    """One JSON object for each record, for systems that collect logs; `LOG_FORMAT=json`. Times are UTC."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request": getattr(record, "request", "-"),
            **{name: value for name, value in vars(record).items() if name not in USUAL},
        }
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)
