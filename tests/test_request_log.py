"""Each request has an id, one line of the log, and a place in the counts; none of them says who asked, or for what."""

import json
import logging
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings as live_settings
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from common.logs import JsonLine, WithoutSecrets, WithRequestId, request_id

pytestmark = pytest.mark.django_db
ID = re.compile(r"[0-9a-f]{32}")


@pytest.fixture
def lines(caplog):
    """lines(): what the log says of requests, each with its facts."""
    caplog.handler.addFilter(WithRequestId())
    with caplog.at_level(logging.INFO, logger="request"):
        yield lambda: [record for record in caplog.records if record.name == "request"]


def test_answer_and_line_carry_the_same_id_and_the_next_request_another(lines, client):
    first, second = client.get("/contact/"), client.get("/contact/")

    ids = [answer["X-Request-ID"] for answer in (first, second)]
    assert all(ID.fullmatch(one) for one in ids)
    assert len(set(ids)) == 2
    assert [line.request for line in lines()] == ids


def test_line_names_the_page_and_not_who_or_what(lines, client_for, bob):
    client = client_for(bob)
    client.get("/sessions/", {"q": "private words"})
    client.get("/settings/")
    Client().get("/contact/")

    said = lines()
    assert [(line.route, line.method, line.status) for line in said] == [
        ("session_list", "GET", 200), ("settings", "GET", 200), ("contact", "GET", 200)
    ]  # fmt: skip
    assert said[0].person == said[1].person != said[2].person == ""
    everything = " ".join(str(vars(line)) for line in said)
    assert not [word for word in ("private", bob.email, bob.name) if word in everything]


def test_what_waits_at_the_door_is_not_written_down(lines, client):
    client.get("/healthz/live")
    client.get("/healthz/ready")
    client.get(f"{live_settings.STATIC_URL}css/app.css").getvalue()
    assert lines() == []


@pytest.mark.parametrize(
    ("proxies", "sent", "kept"),
    [
        pytest.param(1, "abc-DEF_123456", True, id="of-our-proxy"),
        pytest.param(0, "abc-DEF_123456", False, id="nobody-in-front"),
        pytest.param(1, "short", False, id="too-short"),
        pytest.param(1, "x" * 65, False, id="too-long"),
        pytest.param(1, "abc\t forged=1", False, id="another-line"),
    ],
)
def test_id_of_a_proxy_is_kept(proxies, sent, kept, client, settings):
    settings.NUM_PROXIES = proxies
    answer = client.get("/contact/", headers={"X-Request-ID": sent})
    assert (answer["X-Request-ID"] == sent) == kept


def test_page_of_an_error_tells_the_id(client, monkeypatch, lines):
    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("about.views.render", fail)
    client.raise_request_exception = False

    answer = client.get("/contact/")

    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    assert lines()[-1].status == 500


def test_secrets_stay_out_of_addresses_without_a_page(lines, client):
    client.get("/calendar/secret-key/nothing")
    [line] = lines()
    assert (line.route, "secret-key" in line.getMessage()) == ("", False)


def test_json_lines_are_one_object_each():
    """The filters of the settings come before the formatter."""
    request_id.set("abcdef12")
    record = logging.makeLogRecord(
        {"name": "request", "msg": "GET /password/new/abc/\n200", "levelno": 20, "levelname": "INFO", "route": "home"}
    )
    try:
        raise ValueError("broken")
    except ValueError:
        record.exc_info = sys.exc_info()
    assert all(one.filter(record) for one in (WithoutSecrets(), WithRequestId()))

    text = JsonLine().format(record)

    said = json.loads(text)
    assert "\n" not in text
    assert "abc" not in said["message"]
    assert (said["level"], said["logger"], said["route"], said["request"]) == ("INFO", "request", "home", "abcdef12")
    assert "ValueError: broken" in said["error"]
    assert said["time"].endswith("+00:00")


def test_a_setting_chooses_json():
    program = "import django, logging; django.setup(); logging.getLogger('x').warning('said')"
    environment = {**os.environ, "LOG_FORMAT": "json"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment, cwd=live_settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stderr.splitlines()[-1])["message"] == "said"


def counted(client: Client) -> dict[tuple[str, str, str], float]:
    text = client.get("/metrics").content.decode()
    [family] = [one for one in text_string_to_metric_families(text) if one.name == "mentoring_request_seconds"]
    return {
        (sample.labels["route"], sample.labels["method"], sample.labels["status"]): sample.value
        for sample in family.samples
        if sample.name.endswith("_count")
    }


def test_metrics_count_requests_by_page(client):
    before = counted(client)
    client.get("/contact/")
    client.post("/contact/")
    client.get("/nowhere/at/all/")
    client.generic("BREW", "/contact/")

    after = counted(client)

    grown = {labels for labels, number in after.items() if number > before.get(labels, 0)}
    assert grown - {("metrics", "GET", "2xx")} == {
        ("contact", "GET", "2xx"), ("contact", "POST", "4xx"), ("none", "GET", "4xx"), ("contact", "other", "4xx")
    }  # fmt: skip
