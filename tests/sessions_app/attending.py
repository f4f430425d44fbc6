"""Moments of the session that everybody books."""

from datetime import datetime, timedelta

from .conftest import THURSDAY

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
END = THURSDAY + 25 * MINUTE


def after(minutes: float) -> datetime:
    """So many minutes after the start."""
    return THURSDAY + minutes * MINUTE
