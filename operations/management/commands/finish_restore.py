"""manage.py finish_restore: what has to be done once a backup was restored, before the processes start again."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from notifications.outbox import park_due


class FinishRestoreCommand(BaseCommand):
    help = "Brings a restored backup up to date: tables, people who were removed since, mails that may have been sent."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
        call_command("replay_erasures", stdout=self.stdout)
        parked = park_due()
        call_command("rebuild_search", missing=True, stdout=self.stdout)
        # DATA_DIR may be a new one.
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write(
            f"{parked} mails were due and may have been sent since the backup was made: they aren’t sent."
        )
        if parked:
            self.stdout.write(
                "Staff → Emails lists them, and so does manage.py mail reasons; both can send them again."
            )


Command = FinishRestoreCommand
