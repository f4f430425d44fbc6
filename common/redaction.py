"""Keeps secrets out of logs: the parts of addresses that give access to something."""

import logging
import re

SECRET_PARTS = re.compile(r"(/(?:calendar|unsubscribe|password/new)/|/live/\?t=|[?&]jwt=)[^\s?&\"']+")


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
