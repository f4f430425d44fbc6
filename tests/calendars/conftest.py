import threading

import pytest

from tests.calendars.dav_servers import SERVERS
from tests.calendars.feeds import Feed
from tests.calendars.servers import Server
from tests.calendars.stand_in_service import serving_calendars


@pytest.fixture
def serve(settings):
    settings.WEBHOOKS_TO_LOCAL_ADDRESSES = True
    servers = []

    def start(answer):
        server = Server(answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    yield start
    for server in servers:
        server.is_over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def feed(serve) -> Feed:
    found = Feed()
    found.url = f"{serve(found.answer).url}/private-s3cr3t/basic.ics"
    return found


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


@pytest.fixture(params=["google", "microsoft"])
def service(request, settings):
    with serving_calendars(request.param) as found:
        settings.CALENDAR_PROVIDERS = found.setting()
        yield found
