"""What this app asks of the ones above it, which append their function here: imports only go down."""

from collections.abc import Callable

from .models import MentorProfile

# Each says in words when people can book this mentor, on a clock of twelve hours or not; empty: never.
describe_times: list[Callable[[MentorProfile, bool], str]] = []


def times_in_words(profile: MentorProfile, *, hour12: bool) -> str:
    return next((words for describe in describe_times if (words := describe(profile, hour12))), "")
