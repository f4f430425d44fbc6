"""Hooks for the apps above, which append their functions, since imports only go down."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .models import MentorProfile, Topic

# Each describes in words when people can book this mentor (with a clock of twelve hours or not); empty for never.
describe_times: list[Callable[[MentorProfile, bool], str]] = []

# Each names the time zone that a mentor's days and times go by; empty where they have none yet.
name_zone: list[Callable[[MentorProfile], str]] = []

# Each is called with the ids of profiles whose state or offers have changed, inside the transaction of the change.
after_change: list[Callable[[Sequence[int]], None]] = []

# Each is a context manager, entered before a decision is written and left after it, in the same transaction.
around_decision: list[Callable[[MentorProfile, datetime], AbstractContextManager[None]]] = []

# Each is called with the moment at which a mentor was suspended, once that is committed.
after_suspension: list[Callable[[datetime], object]] = []

# Each tells staff, in sentences, which other words of a topic don't help to find it.
warn_of_words: list[Callable[[Topic], list[str]]] = []


def warnings_about(topic: Topic) -> list[str]:
    """For staff who edit a topic; it is saved all the same."""
    return [sentence for warn in warn_of_words for sentence in warn(topic)]


def watch_decision(profile: MentorProfile, now: datetime) -> ExitStack:
    with ExitStack() as stack:
        for watch in around_decision:
            stack.enter_context(watch(profile, now))
        return stack.pop_all()


def announce_suspension(now: datetime) -> None:
    for listener in after_suspension:
        listener(now)


def announce_change(*profiles: MentorProfile | int) -> None:
    ids = [profile if isinstance(profile, int) else profile.pk for profile in profiles]
    for listener in after_change:
        listener(ids)


def times_in_words(profile: MentorProfile, *, hour12: bool) -> str:
    return next((words for describe in describe_times if (words := describe(profile, hour12))), "")


def local_date(profile: MentorProfile, now: datetime) -> date:
    """Today where the mentor's days are counted: they may read times by another clock, as on a journey.

    Before they have times, by the clock of their account.
    """
    zone = next((zone for name in name_zone if (zone := name(profile))), profile.person.zone_name)
    return now.astimezone(ZoneInfo(zone)).date()
