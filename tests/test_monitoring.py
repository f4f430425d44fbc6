"""Alerts and the board ask for what /metrics has, in a form that Prometheus and Grafana read."""

import json
import re
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from notifications.models import Notification, State
from tests.sessions_app.conftest import book

DEPLOY = Path(settings.BASE_DIR) / "deploy"
WORDS = {"instance", "state", "act", "le", "route", "status", "method", "job"}
# Of the language of Prometheus itself
LANGUAGE = {"sum", "max", "by", "on", "or", "rate", "topk", "vector", "histogram_quantile", "up", "m", "time"}


def expressions() -> dict[str, str]:
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    panels = json.loads((DEPLOY / "board.json").read_text())["panels"]
    alerts = {rule["alert"]: rule["expr"] for group in rules for rule in group["rules"]}
    asked = {f"{panel['title']} {one['refId']}": one["expr"] for panel in panels for one in panel["targets"]}
    return alerts | asked


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
