import pytest

from tests.calendars.dav_servers import SERVERS


@pytest.fixture(scope="module", params=SERVERS)
def any_dav_server(request, tmp_path_factory):
    server = SERVERS[request.param](tmp_path_factory.mktemp(request.param))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dav(any_dav_server, settings):
    """A server without calendars."""
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    any_dav_server.clear()
    return any_dav_server
