"""Short questions to the engine, and its answers as short text. Every moment is UTC."""

from datetime import UTC, datetime, timedelta

from sessions_app.availability.slots import Rules, Taken, list_slots, open_spans

HOUR = 60
ALWAYS = tuple((weekday, 0, 24 * HOUR) for weekday in range(1, 8))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rules_with(**given):
    """Mondays to Fridays 09:00–12:00 in UTC, no buffer, no notice."""
    week = tuple((weekday, 9 * HOUR, 12 * HOUR) for weekday in range(1, 6))
    return Rules(**{"zone": "UTC", "windows": week, "buffer": 0, "notice": 0, "horizon_days": 60} | given)


def starts(rules, taken=(), *, first="2026-07-06 00:00", last="2026-07-07 00:00", length=60, now=None, **asked):
    moment = at(now or first)
    slots = list_slots(rules, taken, length=length, now=moment, first=at(first), last=at(last), **asked)
    assert all(slot.end - slot.start == timedelta(minutes=length) for slot in slots)
    return [slot.start.strftime("%d %H:%M") for slot in slots]


def session(start, minutes=60, **kind):
    return Taken(at(start), at(start) + timedelta(minutes=minutes), **kind)


def spans(rules, first, last):
    found = open_spans(rules, first=at(first), last=at(last))
    return [f"{span.start:%d %H:%M}-{span.end:%d %H:%M}" for span in found]
