"""Ports for servers that tests start: nobody else gets one between the moment it is chosen and the one it is used."""

import subprocess
import sys
from pathlib import Path
from socket import create_server

import pytest
from django.conf import settings

from local import ports
from local.ports import free_port

SCRIPTS = Path(settings.BASE_DIR, "script")
FIVE = range(20_100, 20_105)
# Takes all five, says which, and keeps them until its input ends.
TAKE_FIVE = f"""
import sys
from local import ports
ports.OURS = range({FIVE.start}, {FIVE.stop})
print(*(ports.free_port() for _each in range(int(sys.argv[1]))), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(ports, "OURS", FIVE)
    monkeypatch.setattr(ports, "_claims", claims := [])
    yield
    for claim in claims:
        claim.close()


def take_elsewhere(count):
    command = [sys.executable, "-c", TAKE_FIVE, str(count)]
    return subprocess.Popen(command, cwd=SCRIPTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_two_processes_are_never_given_the_same_port(few):
    with take_elsewhere(3) as other:
        theirs = set(map(int, other.stdout.readline().split()))
        ours = {free_port(), free_port()}
        assert (len(theirs), len(ours)) == (3, 2)
        assert theirs | ours == set(FIVE)
        with pytest.raises(OSError, match=str(FIVE.start)):
            free_port()
        other.communicate()
    assert free_port() in theirs


def test_a_port_that_is_listened_at_is_not_given(few):
    with create_server(("127.0.0.1", FIVE[2])):
        assert {free_port() for _each in range(4)} == set(FIVE) - {FIVE[2]}


def test_linux_gives_no_connection_such_a_port():
    kernel = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if kernel.exists():
        assert ports.OURS.stop <= int(kernel.read_text().split()[0])
