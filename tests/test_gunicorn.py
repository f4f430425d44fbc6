"""What the web server's workers begin with."""

import gc

import pytest
from django.db import connection

from mentoring import gunicorn
from search.reading import loading
from tests.search.small_reader import store_reader, train_small


@pytest.mark.django_db(transaction=True)
def test_workers_branch_off_a_process_that_can_read_and_holds_no_connection(monkeypatch):
    """What is loaded before stays in memory once for all; a connection to the database can't be shared."""
    monkeypatch.setattr(loading, "IN_USE", loading.ReaderInUse())
    stored = store_reader(train_small())

    gunicorn.when_ready(None)

    frozen = gc.get_freeze_count()
    gc.unfreeze()
    assert gunicorn.preload_app
    assert frozen > 0
    assert (loading.IN_USE._digest, connection.connection) == (stored.digest, None)


def test_only_num_proxies_says_which_proxy_is_believed():
    """Else any program on this machine could say that people come by HTTPS, and a missing NUM_PROXIES was not seen."""
    assert gunicorn.forwarded_allow_ips == ""
