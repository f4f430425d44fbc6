"""What logs must not hold: the parts of addresses that open something to whoever reads them."""

import logging
import re

SECRET_PARTS = re.compile(r"(/(?:calendar|unsubscribe|password/new)/|[?&]jwt=)[^\s?&\"']+")


def without_secrets(text: str) -> str:
    return SECRET_PARTS.sub(r"\1…", text)


class WithoutSecrets(logging.Filter):
    """Takes secrets out of a record before any handler writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        cleaned = without_secrets(message)
        if cleaned != message:
            record.msg, record.args = cleaned, ()
        return True
