import pytest
from django.core.exceptions import ValidationError

from common.addresses import host_of, validate_meeting_address


@pytest.mark.parametrize(
    "address",
    [
        "https://zoom.us/j/1234567890?pwd=a%20b",
        "https://meet.google.com/abc-defg-hij",
        "https://teams.microsoft.com/l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%7d",
        "https://meet.example.org/Some-Room#config.startWithAudioMuted=true",
        "https://HOUSE.example.org/?room=7",
    ],
)
def test_address_of_a_room_is_taken(address):
    validate_meeting_address(address)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://zoom.us/j/1", "address"),
        ("zoom.us/j/1", "address"),
        ("javascript:alert(1)", "address"),
        ("https:///j/1", "address"),
        ("https://localhost/j/1", "address"),
        ("https://127.0.0.1/j/1", "address"),
        ("https://[::1]/j/1", "address"),
        ("https://[/j/1", "address"),
        ("https://zoom.us:8443/j/1", "address"),
        ("https://zoom.us:99999/j/1", "address"),
        ("https://zoom.us@evil.example/j/1", "address"),
        ("https://a..b/j/1", "address"),
        ("https://zoom.us/j/1\r\nSet-Cookie: a=b", "odd"),
        ("https://zoom.us/j/1 https://zoom.us/j/2", "odd"),
        ("https://zoom.us\\@evil.example/j/1", "odd"),
        ("https://zооm.us/j/1", "odd"),
        ('https://zoom.us/"><b>', "odd"),
        ("https://zoom.us/", "front"),
        ("https://zoom.us", "front"),
    ],
)
def test_address_that_is_no_room_is_refused(address, code):
    with pytest.raises(ValidationError) as refused:
        validate_meeting_address(address)

    assert refused.value.code == code


def test_host_of_an_address():
    assert host_of("https://us02web.zoom.us/j/1?pwd=x") == "us02web.zoom.us"
