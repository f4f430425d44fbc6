import pytest

from live.checks import check_live_url


@pytest.mark.parametrize(
    ("url", "is_https", "codes"),
    [
        ("", True, []),
        ("/live/", True, []),
        ("https://live.example.org/live/", True, []),
        ("http://127.0.0.1:8001/live/", False, []),
        ("http://127.0.0.1:8001/live/", True, ["live.E002"]),
        ("/live", False, ["live.E001"]),
        ("live.example.org/live/", False, ["live.E001"]),
        ("//live.example.org/live/", False, ["live.E001"]),
        ("https://live.example.org/", False, ["live.E001"]),
        ("wss://live.example.org/live/", False, ["live.E001"]),
        ("https:///live/", False, ["live.E001"]),
        ("/live/?t=", False, ["live.E001"]),
    ],
)
def test_address_that_no_page_could_listen_to_is_an_error(settings, url, is_https, codes):
    settings.LIVE_URL, settings.HTTPS = url, is_https

    assert [message.id for message in check_live_url()] == codes
