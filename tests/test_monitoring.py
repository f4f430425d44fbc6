"""Alerts and the board ask for what /metrics has, in a form that Prometheus and Grafana read; and each alert comes when
it should.
"""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from common.clock import note_beat
from mentoring.request_log import DURATIONS
from notifications.models import Notification, State
from tests.prometheus import RULES, ask_promtool, run_prometheus
from tests.sessions_app.conftest import book

DEPLOY = Path(settings.BASE_DIR) / "deploy"
WORDS = {"instance", "state", "act", "le", "route", "status", "method", "job"}
# Of the language of Prometheus itself
LANGUAGE = {"sum", "max", "by", "on", "or", "rate", "topk", "vector", "histogram_quantile", "up", "m", "time"}


# Of each alert: what happens, a sample a minute in the words of promtool, and a minute at which it has come.
TROUBLE = {
    "MailIsLate": ({'mentoring_outbox_oldest_due_seconds{instance="web"}': "0x5 130x20"}, 10),
    "MailServerRefuses": ({'mentoring_mail_server_refuses{instance="web"}': "0x5 1x20"}, 15),
    "MailIsLost": (
        {
            'mentoring_notifications_lately{instance="web",state="expired"}': "0x5 1x20",
            'mentoring_notifications_lately_ill_at{instance="web",state="expired"}': "1x30",
        },
        10,
    ),
    "ClockStandsStill": ({'mentoring_beat_timestamp_seconds{instance="web"}': "0+60x5 300x20"}, 20),
    "ClockIsStuck": ({'mentoring_stuck_rows{instance="web",act="scan"}': "0x5 2x100"}, 90),
    "CasesAreOverdue": (
        {'mentoring_cases_overdue{instance="web"}': "0x30", 'mentoring_appeals_overdue{instance="web"}': "0x5 1x20"},
        10,
    ),
    "RemovalIsOverdue": ({'mentoring_removals_overdue{instance="web"}': "0x5 1x20"}, 10),
    "PagesFail": (
        {
            'mentoring_request_seconds_count{instance="web",status="5xx"}': "0x5 5+5x30",
            'mentoring_request_seconds_count{instance="web",status="2xx"}': "0+100x40",
        },
        20,
    ),
    "PagesAreSlow": (
        {
            'mentoring_request_seconds_bucket{instance="web",method="GET",le="1.0"}': "0+10x60",
            'mentoring_request_seconds_bucket{instance="web",method="GET",le="2.5"}': "0+100x60",
            'mentoring_request_seconds_bucket{instance="web",method="GET",le="+Inf"}': "0+100x60",
        },
        40,
    ),
    "NobodyAnswers": ({'up{instance="web",job="mentoring"}': "1x5 0x20"}, 10),
}
FIRING = 'count by (alertname) (ALERTS{alertstate="firing"})'


def alerts() -> dict[str, str]:
    rules = yaml.safe_load(RULES.read_text())["groups"]
    return {rule["alert"]: rule["expr"] for group in rules for rule in group["rules"]}


def questions_of_the_board() -> dict[str, str]:
    panels = json.loads((DEPLOY / "board.json").read_text())["panels"]
    return {f"{panel['title']} {one['refId']}": one["expr"] for panel in panels for one in panel["targets"]}


def expressions() -> dict[str, str]:
    return alerts() | questions_of_the_board()


def names_in(expression: str) -> set[str]:
    """All names but those inside quotes."""
    return set(re.findall(r"[a-z_]\w*", re.sub(r'"[^"]*"', "", expression)))


@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_all_that_is_asked_for_is_there(client, offer, bob):
    booking = book(offer, bob)
    Notification.objects.filter(subject_id=booking.pk).update(state=State.SENT, sent_at=timezone.now())
    cache.clear()
    client.get("/contact/")
    scraped = set(re.findall(r"^(\w+)", client.get("/metrics").content.decode(), re.MULTILINE))
    # These stand there only while there is something to count.
    scraped |= {"mentoring_stuck_rows"}

    asked = {name: names_in(expression) - LANGUAGE - WORDS for name, expression in expressions().items()}

    assert {name: names - scraped for name, names in asked.items() if names - scraped} == {}
    assert all(expression.count("(") == expression.count(")") for expression in expressions().values())


def test_every_alert_says_what_happened_what_to_do_and_how_soon():
    [group] = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    names = [rule["alert"] for rule in group["rules"]]

    assert len(set(names)) == len(names)
    assert {rule["labels"]["severity"] for rule in group["rules"]} == {"page", "ticket"}
    assert all(set(rule["annotations"]) == {"summary", "do"} for rule in group["rules"])


@pytest.mark.prometheus
def test_each_alert_comes_when_it_should_and_no_other_does(tmp_path):
    def fired(at: int, *names: str) -> dict[str, object]:
        samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in names]
        return {"expr": FIRING, "eval_time": f"{at}m", "exp_samples": samples}

    cases = [
        {
            "interval": "1m",
            "name": alert,
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "promql_expr_test": [fired(5), fired(at, alert)],
        }
        for alert, (series, at) in TROUBLE.items()
    ]
    file = tmp_path / "cases.yml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": cases}))

    assert set(TROUBLE) == set(alerts())
    assert ask_promtool("test", "rules", str(file)) == ""


@pytest.mark.prometheus
def test_guide_configures_prometheus_as_the_rules_expect(tmp_path):
    guide = Path(settings.BASE_DIR, "docs", "deployment.md").read_text()
    [text] = re.findall(r"^```yaml\n(# prometheus\.yml\n.*?)^```", guide, re.MULTILINE | re.DOTALL)
    (tmp_path / "alerts.yml").write_text(RULES.read_text())
    file = tmp_path / "prometheus.yml"
    file.write_text(text)

    assert ask_promtool("check", "config", str(file)) == ""
    assert f'job="{yaml.safe_load(text)["scrape_configs"][0]["job_name"]}"' in alerts()["NobodyAnswers"]


@pytest.mark.prometheus
@pytest.mark.django_db
@pytest.mark.usefixtures("now")
def test_prometheus_understands_every_question_and_each_panel_shows_something(client, offer, bob, tmp_path, now):
    booking = book(offer, bob)
    Notification.objects.filter(subject_id=booking.pk).update(state=State.SENT, sent_at=timezone.now())
    note_beat(now)
    texts = []
    for _scrape in range(2):
        # Counters grow from one scrape to the next, also that of what failed.
        client.get("/contact/")
        DURATIONS.labels(route="contact", method="GET", status="5xx").observe(0.1)
        cache.clear()
        texts.append(client.get("/metrics").content.decode())

    with run_prometheus(tmp_path, texts) as prometheus:
        for question in questions_of_the_board().values():
            prometheus.wait_for(question)
        for question in alerts().values():
            prometheus.ask(question)


def test_panels_of_the_board_stand_beside_each_other():
    panels = json.loads((DEPLOY / "board.json").read_text())["panels"]
    squares = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(squares)) == len(squares)
    assert max(x for x, _y in squares) < 24
    assert len({panel["id"] for panel in panels}) == len(panels)
