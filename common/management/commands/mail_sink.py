"""Take mail over SMTP and keep it for /dev/mail/."""

import signal
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

try:
    from common.dev_mail.sink import open_sink
except ModuleNotFoundError:  # aiosmtpd is not among what runs in production
    open_sink = None  # type: ignore[assignment]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=1025)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        if open_sink is None or not settings.DEV_MAIL:
            raise CommandError("The mail sink is for development: set DEV_MAIL=1 and install requirements-local.txt.")
        signals = {signal.SIGINT, signal.SIGTERM}
        signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        controller = open_sink(settings.DEV_MAIL_DIR, port, self.stdout.write)
        self.stdout.write(f"Taking mail on 127.0.0.1:{port}")
        signal.sigwait(signals)
        controller.stop()
