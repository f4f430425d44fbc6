"""After a backup was restored: removes those people again who had been removed since it was made."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.privacy.erasing import replay_erasures


class Command(BaseCommand):
    help = "Removes again, from a restored backup, everyone of whom ERASURE_LOG says that they were removed."

    def handle(self, *args: Any, **options: Any) -> None:
        count = replay_erasures(now=timezone.now())
        self.stdout.write(f"{count} people were removed again.")
