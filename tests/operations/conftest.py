"""A mail server for the tests of this folder."""

from tests.smtp import smtp_sink  # noqa: F401
