import logging

import pytest

from common.logs import WithoutSecrets, without_secrets


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("GET /calendar/s3cret.ics HTTP/1.1", "GET /calendar/… HTTP/1.1"),
        ("Not Found: /unsubscribe/abc:def/", "Not Found: /unsubscribe/…"),
        ("Not Found: /figure-mails/7:def/", "Not Found: /figure-mails/…"),
        ("Not Found: /invitations/7:def/", "Not Found: /invitations/…"),
        ("GET /password/new/1-abc-def/?next=/x", "GET /password/new/…?next=/x"),
        ("https://meet.example.org/room?jwt=eyJ.eyJ.sig&lang=de", "https://meet.example.org/room?jwt=…&lang=de"),
        ("GET /settings/calendar/ HTTP/1.1", "GET /settings/calendar/ HTTP/1.1"),
        ("GET /mentors/?q=calendar", "GET /mentors/?q=calendar"),
    ],
)
def test_secret_parts_of_addresses_are_left_out(line, kept):
    assert without_secrets(line) == kept


def test_a_record_is_cleaned_with_its_arguments():
    arguments = ("/calendar/s3cret.ics",)
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", arguments, None)

    assert WithoutSecrets().filter(record) is True
    assert record.getMessage() == "Not Found: /calendar/…"
