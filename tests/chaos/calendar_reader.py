"""A worker that reads calendars and nothing else, for a scenario to stop at its worst moment.

While the file named by `PAUSE` is there, it stands still with all busy times written and nothing committed yet, and
says so in the file named by `PAUSED`.
"""

import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from calendars import looking  # noqa: E402
from common.clock import agreed_now  # noqa: E402

PAUSE, PAUSED = Path(os.environ["PAUSE"]), Path(os.environ["PAUSED"])
replace_busy_times = looking.replace_busy_times


def replace_and_stand_still(**given: Any) -> bool:
    differs = replace_busy_times(**given)
    while PAUSE.exists():
        PAUSED.touch()
        time.sleep(0.02)
    return differs


def main() -> None:
    looking.replace_busy_times = replace_and_stand_still
    looking.EVERY = timedelta(seconds=0.2)
    looking.LEASE = timedelta(seconds=2)
    while True:
        try:
            looking.read_due(agreed_now, seconds=1)
        except (OperationalError, InterfaceError):
            connection.close()
        time.sleep(0.05)


if __name__ == "__main__":
    main()
