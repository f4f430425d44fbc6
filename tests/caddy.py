"""Debian's Caddy with our Caddyfile and a certificate of its own."""

import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPSConnection
from pathlib import Path

from local.places import ROOT, find_proxy
from local.ports import free_port

PATIENCE = 120  # seconds, for a slow machine
CADDYFILE = ROOT / "deploy" / "Caddyfile"
# For tests only: no port of root's, no certificate among this machine's, and no wait for who listens when it ends.
AROUND = """{{
	admin off
	grace_period 1s
	skip_install_trust
	auto_https disable_redirects
	local_certs
}}
import {file}
"""


class Proxy:
    """`log` is what it writes, one object of JSON a line."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log
        self.url = f"https://localhost:{port}"
        self.context = ssl.create_default_context()
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE

    def connect(self, *, timeout: float = 30) -> HTTPSConnection:
        return HTTPSConnection("localhost", self.port, timeout=timeout, context=self.context)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
        with closing(self.connect()) as connection:
            connection.request(method, path, body, headers={name.replace("_", "-"): headers[name] for name in headers})
            answer = connection.getresponse()
            answer.read()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@contextmanager
def run_proxy(folder: Path, *, web: str, live: str, port: int = 0) -> Iterator[Proxy]:
    """`web`, `live`: where these run, as in WEB_UPSTREAM and LIVE_UPSTREAM."""
    proxy = Proxy(port or free_port(), folder / "caddy.log")
    file = folder / "Caddyfile"
    file.write_text(AROUND.format(file=CADDYFILE))
    environment = {
        **os.environ,
        "SITE_ADDRESS": proxy.url,
        "WEB_UPSTREAM": web,
        "LIVE_UPSTREAM": live,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    command = [str(find_proxy()), "run", "--config", str(file), "--adapter", "caddyfile"]
    with proxy.log.open("w") as log, subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process:
        try:
            _wait_until_it_listens(proxy, process)
            yield proxy
        finally:
            process.terminate()
            process.wait(30)


def _wait_until_it_listens(proxy: Proxy, process: "subprocess.Popen[bytes]") -> None:
    """Until it has made its certificate."""
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with closing(proxy.connect()) as tried:
                tried.connect()
                return
        except OSError:
            time.sleep(0.05)
    ended = "still runs" if process.poll() is None else f"ended with {process.returncode}"
    raise AssertionError(f"Caddy did not start, and {ended}: {proxy.log.read_text()[-2000:]}")
