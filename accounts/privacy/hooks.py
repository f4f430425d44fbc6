"""Lists in which upper apps enter what they do when a copy is ready, or a person asks to be removed."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from accounts.models import DataExport, Erasure, User

# Each lists what staff read about this person, and may tell them by now: when, and who it was.
looks_of_staff: list[Callable[[User, datetime], list[tuple[datetime, User]]]] = []
# Each ends what this person has ahead. It may be called again for the same person, and then finds less to do.
on_leaving: list[Callable[[User, datetime], None]] = []


class News(StrEnum):
    COPY_READY = "copy_ready"
    REMOVAL_ASKED = "removal_asked"
    REMOVAL_KEPT = "removal_kept"


# Each tells the person of this news, in the transaction of its cause.
on_news: list[Callable[[News, DataExport | Erasure, datetime], None]] = []


def tell_news(news: News, subject: DataExport | Erasure, now: datetime) -> None:
    for listener in on_news:
        listener(news, subject, now)
