"""Debian's Prometheus: its checker of rules, and a server that scrapes what a test gives it."""

import json
import math
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from local.places import ROOT, find_prometheus
from local.ports import free_port
from tests.serving import serving

RULES = ROOT / "deploy" / "alerts.yml"
PATIENCE = 120.0


NUMBER = "number_of_the_text"


class Exporter(ThreadingHTTPServer):
    """Answers with one of the texts, until the next one is wanted."""

    def __init__(self, texts: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), ExporterHandler)
        self.texts = [f"{text}{NUMBER} {number}\n" for number, text in enumerate(texts)]
        self.number = 0


class ExporterHandler(BaseHTTPRequestHandler):
    server: Exporter

    def do_GET(self) -> None:
        body = self.server.texts[self.server.number].encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        pass


class Prometheus:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/api/v1/query?"

    def ask(self, expression: str) -> list[float]:
        """The values that it has now. Raises HTTPError if it doesn't understand the question."""
        with urlopen(self.url + urlencode({"query": expression}), timeout=PATIENCE) as answer:  # noqa: S310 - our own
            result = json.load(answer)["data"]["result"]
        return [float(one["value"][1]) for one in result]

    def wait_for(self, expression: str) -> list[float]:
        """Its values, once there are some, and all are numbers: it may be starting, and a slow scrape leaves a gap."""
        end, values = time.monotonic() + PATIENCE, []
        while time.monotonic() < end:
            try:
                values = self.ask(expression)
            except HTTPError as error:
                if error.code != 503:
                    raise AssertionError(f"{expression}: {error.read().decode()}") from error
            except URLError:
                pass
            if values and not any(map(math.isnan, values)):
                return values
            time.sleep(0.1)
        raise TimeoutError(f"Prometheus never had {expression}: {values}")


@contextmanager
def run_prometheus(folder: Path, texts: list[str]) -> Iterator[Prometheus]:
    """It knows our rules, and has scraped all of the texts, one after the other."""
    exporter, port = Exporter(texts), free_port()
    target = f"127.0.0.1:{exporter.server_port}"
    configuration = {
        "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(RULES)],
        "scrape_configs": [{"job_name": "mentoring", "static_configs": [{"targets": [target]}]}],
    }
    file = folder / "prometheus.yml"
    file.write_text(yaml.safe_dump(configuration))
    places = [f"--config.file={file}", f"--storage.tsdb.path={folder / 'data'}"]
    command = [find_prometheus(), *places, f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"]
    with serving(exporter), (folder / "prometheus.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            server = Prometheus(port)
            for exporter.number in range(len(texts)):
                server.wait_for(f"{NUMBER} == {exporter.number}")
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def ask_promtool(*arguments: str) -> str:
    """Empty if all is well, else what it says."""
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=PATIENCE)
    return (done.stdout + done.stderr) if done.returncode else ""
