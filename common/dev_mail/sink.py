"""An SMTP server that keeps every mail."""

import logging
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from .mailbox import store_message


class Keeper:
    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self.folder, self.tell = folder, tell

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = store_message(self.folder, envelope.original_content or b"", timezone.now())
        self.tell(f"{name} to {', '.join(envelope.rcpt_tos)}")
        return "250 Kept"


def open_sink(folder: Path, port: int, tell: Callable[[str], None]) -> Controller:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # otherwise it logs every line of every conversation
    controller = Controller(Keeper(folder, tell), hostname="127.0.0.1", port=port)
    controller.start()
    return controller
