"""Asks the mail service by Message-ID whether it has a message, if it can be asked: see docs/mail-providers.md."""

import logging
from email.parser import BytesHeaderParser
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class Receipts(Protocol):
    def was_accepted(self, message_id: str) -> bool | None:
        """Whether the service took the message with this Message-ID, angle brackets included; None: it can't say."""


class NoReceipts:
    """Plain SMTP, where nothing can be asked later."""

    def was_accepted(self, message_id: str) -> bool | None:
        return None


class DevelopmentSink:
    """The sink behind /dev/mail/ keeps one file for each message."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or settings.DEV_MAIL_DIR

    def was_accepted(self, message_id: str) -> bool | None:
        if not self.folder.is_dir():
            return None
        return any(_message_id(path) == message_id for path in self.folder.glob("*.eml"))


def was_accepted(message_id: str) -> bool | None:
    """What this installation's mail service says; None also if it doesn't answer."""
    try:
        return _receipt_service(settings.MAIL_RECEIPTS).was_accepted(message_id)
    except Exception:
        logger.exception("nobody could be asked about %s", message_id)
        return None


@cache
def _receipt_service(path: str) -> Receipts:
    service: Receipts = import_string(path)()
    return service


def _message_id(path: Path) -> str:
    with path.open("rb") as file:
        return str(BytesHeaderParser().parse(file)["Message-ID"] or "").strip()
