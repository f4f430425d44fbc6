import os
import socket
from itertools import chain, repeat

import pytest

from tests.chaos import sink
from tests.chaos.sink import Sink


def test_a_peer_that_the_list_leaves_out_at_first_is_found():
    lists = chain([[]], repeat([os.getpid()]))
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as ours:
        assert Sink(lambda: next(lists))._peer(ours.getsockname()[1]) == os.getpid()


def test_a_peer_that_is_nowhere_is_told_of(monkeypatch):
    monkeypatch.setattr(sink, "PATIENCE", 0.1)

    with pytest.raises(LookupError, match="No worker is at port 1"):
        Sink(list)._peer(1)
