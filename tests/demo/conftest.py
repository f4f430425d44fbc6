"""The people and schedules of the sessions' tests."""

from tests.sessions_app.conftest import *  # noqa: F403
